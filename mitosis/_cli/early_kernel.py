"""The kernel of `mitosis run`, forked before the command itself has loaded anything.

While the command imports the experiment and looks at its code, the kernel's process imports, on
another processor, what it will need. If no trial comes of it, it vanishes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from mitosis._notebook import forked


@contextmanager
def kernel_at_hand(names: Sequence[str], config: Path | None) -> Iterator[None]:
    """Have a kernel at hand for a trial that is run inside the block.

    Args:
        names: of the experiment's steps, as the command got them.
        config: the file with the settings, if one was named.
    """
    forked.keep_at_hand(partial(_get_ready, names, config))
    try:
        yield
    finally:
        forked.throw_away()


def _get_ready(names: Sequence[str], config: Path | None) -> Mapping[str, str] | None:
    """Import what kernels need, and what the experiment is going to import of the installed."""
    from mitosis._notebook import kernel_process
    from mitosis._notebook.preloading import preload

    kernel_process.load()
    preloaded = preload(_imports(names, config))
    return None if preloaded.said else preloaded.environment


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
