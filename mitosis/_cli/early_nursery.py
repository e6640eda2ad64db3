"""The nursery of `mitosis run`, forked before the command itself has loaded anything.

While the command imports the experiment, looks at its code and claims the trial, the nursery
imports on another processor what the trial will need. If no trial comes of it, it vanishes.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from mitosis._notebook.forked import unsafe
from mitosis._notebook.nursery import Nursery
from mitosis._notebook.order import Order

log = logging.getLogger("mitosis")


@contextmanager
def nursery_at_hand(names: Sequence[str], config: Path | None) -> Iterator[Nursery | None]:
    """Have a nursery for a trial that is run inside the block, where one can be forked.

    Args:
        names: of the experiment's steps, as the command got them.
        config: the file with the settings, if one was named.
    """
    if reason := unsafe():
        log.debug("no nursery is forked: %s", reason)
        yield None
        return
    nursery = Nursery.forked(partial(_order, names, config))
    try:
        yield nursery
    finally:
        nursery.leave()


def _order(names: Sequence[str], config: Path | None) -> Order:
    from mitosis._run.here import order

    return order(_imports(names, config), for_one=True)


def _imports(names: Sequence[str], config: Path | None) -> list[str]:
    from mitosis._notebook.preloading import installed_imports, module_file

    path = [str(Path.cwd()), *sys.path]
    files = [
        Path(module) if module.endswith(".py") else module_file(module, path)
        for module in _modules(names, config)
    ]
    return installed_imports([file for file in files if file], path)


def _modules(names: Sequence[str], config: Path | None) -> Iterator[str]:
    """Yield the names, or files, of the modules in which the steps' code stands."""
    steps: Mapping[str, tuple[str, ...]] = {}
    with suppress(Exception):  # the command says what is wrong with its settings
        from mitosis._settings import find_settings

        steps = find_settings(Path.cwd(), config).steps
    for name in names:
        for place in steps.get(name, (name,)):
            yield place.partition(":")[0]
