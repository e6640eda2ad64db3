"""What mitosis says beside its results: records of the logger `mitosis`, shown to a person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("mitosis")


@contextmanager
def messages(*, debug: bool = False) -> Iterator[None]:
    """Let mitosis's own log records be seen, unless the caller has arranged for that."""
    former = log.level
    log.setLevel(logging.DEBUG if debug else former or logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("mitosis: %(message)s"))
    is_ours = not log.hasHandlers()
    if is_ours:
        log.addHandler(handler)
    try:
        yield
    finally:
        log.setLevel(former)
        if is_ours:
            log.removeHandler(handler)
