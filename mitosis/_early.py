"""The nursery of a command that runs trials, forked before the command has loaded its own.

What both need is loaded once, before the fork. Then the nursery loads on another processor what
the trial will need, while the command imports the experiment, looks at its code and claims the
trial. If no trial comes of it, the nursery vanishes.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from click.globals import pop_context

from mitosis._loading import load, not_collecting
from mitosis._notebook.forked import unsafe
from mitosis._notebook.nursery import Nursery
from mitosis._notebook.order import Order
from mitosis._notebook.preloading import (
    first_imports,
    installed_imports,
    preload,
    source_files,
)
from mitosis._run.here import adopt, order
from mitosis._settings import Settings

_SHARED = ("asyncio", "importlib.metadata", "mitosis._run.carrying")
"""What has many modules, and is needed by the nursery as by the claim, is loaded once."""

log = logging.getLogger("mitosis")


@contextmanager
def nursery_at_hand(
    names: Sequence[str], settings: Settings, *, for_many: bool = False
) -> Iterator[None]:
    """Have a nursery for trials that are run inside the block, where one can be forked.

    Trials take it by themselves.

    Args:
        names: of the experiment's steps, as the command got them.
        settings: where the names of steps are registered.
        for_many: whether there will be many trials.
    """
    if reason := unsafe():
        log.debug("no nursery is forked: %s", reason)
        yield
        return
    nursery = _nursery(names, settings, for_many=for_many)
    adopt(nursery)
    try:
        yield
    finally:
        nursery.leave()


def _nursery(names: Sequence[str], settings: Settings, *, for_many: bool) -> Nursery:
    path = [str(Path.cwd()), *sys.path]
    places = [place for name in names for place in settings.steps.get(name, (name,))]
    modules = [place.partition(":")[0] for place in places]
    files = [file for module in modules for file in source_files(module, path)]
    with not_collecting():
        preloaded = preload(first_imports(files, path))
    for standard, words in preloaded.words:
        os.write(standard, words)
    os.environ.update(preloaded.environment)
    for module in _SHARED:
        load(module)

    def wanted() -> Order:
        libraries = installed_imports(files, path)
        fit = [line for line in libraries if line not in preloaded.unfit]
        return order(fit, for_many=for_many)

    def forked() -> Order:
        _forget_command()
        return wanted()

    return Nursery.started(wanted()) if preloaded.unfit else Nursery.forked(forked)


def _forget_command() -> None:
    """Undo what the command has arranged for itself: no kernel is to have that."""
    log.handlers.clear()
    log.setLevel(logging.NOTSET)
    while click.get_current_context(silent=True):
        pop_context()
