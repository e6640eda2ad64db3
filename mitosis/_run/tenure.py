"""Whether a trial's folder is still that of the worker which began in it.

A worker that cannot be reached may live. Whoever carries its trial out instead puts another
folder in the place of the one that it began in; it notices, and ends without a trace.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_SECONDS = 1.0


class Tenure:
    """The time for which a folder is that of one worker; it begins here.

    Args:
        folder: the trial's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun = folder.stat()

    @property
    def is_over(self) -> bool:
        """Whether another folder is in its place. That there is none says nothing."""
        try:
            return not os.path.samestat(self._begun, self._folder.stat())
        except OSError:
            return False

    @contextmanager
    def watched(self, kill: Callable[[], object]) -> Iterator[None]:
        """Look now and then while the block runs, and kill the trial when it is over."""
        left = threading.Event()

        def watch() -> None:
            while not left.wait(_LOOK_SECONDS):
                if self.is_over:
                    kill()

        threading.Thread(target=watch, name="mitosis-tenure", daemon=True).start()
        try:
            yield
        finally:
            left.set()
