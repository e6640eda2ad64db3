"""What is to be done when this process forks, as long as those who asked for it live."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from weakref import WeakMethod

_Methods = list[WeakMethod[Callable[[], None]]]

_before: _Methods = []
_in_child: _Methods = []


def at_fork(
    *, before: Callable[[], None] | None = None, in_child: Callable[[], None] | None = None
) -> None:
    """Have methods called at each fork, until their objects are gone.

    `os.register_at_fork` keeps what it is given for ever, and with it whole trials.

    Args:
        before: called in this process before it forks.
        in_child: called in the child.
    """
    for method, methods in ((before, _before), (in_child, _in_child)):
        if method:
            methods[:] = [known for known in methods if known()]
            methods.append(WeakMethod(method))


def _call(methods: _Methods) -> None:
    for reference in tuple(methods):
        if method := reference():
            method()


os.register_at_fork(before=partial(_call, _before), after_in_child=partial(_call, _in_child))
