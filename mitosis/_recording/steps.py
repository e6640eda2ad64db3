"""Functions that are steps of an experiment: `mitosis.step`.

Outside of a trial a step is the function that it was.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import WRAPPER_ASSIGNMENTS, wraps
from typing import Any, ParamSpec, TypeVar, overload

from mitosis._recording.step_log import Step, current_log

P = ParamSpec("P")
R = TypeVar("R")


@overload
def step(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def step(
    *, persist: bool = ..., name: str | None = ...
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def step(
    function: Callable[..., Any] | None = None,
    /,
    *,
    persist: bool = False,
    name: str | None = None,
) -> Any:
    """Declare a function to be a step of whatever trial calls it.

    Within a trial, each call records the function's source, how long it took, and digests of
    what it was given and of what it returned. A trial that comes out otherwise than an earlier
    one of the same variants, seed, code and data then says which step was the first to return
    something else for the same input. Outside of a trial nothing is recorded.

    Functions of any kind can be steps, methods and `async` ones too; what a generator yields
    has no digest. Of each step 10,000 calls are recorded, and those that follow counted.
    Threads and forked processes are followed, other processes not.

    Args:
        function: the function, where the decorator stands without brackets.
        persist: whether to keep what each call returns, for `Trial.persisted`. What cannot be
            pickled, or holds a secret, is left out with a warning.
        name: what the step is called. Default: the function's `__name__`.

    Returns:
        A function that does the same.

    Raises:
        TypeError: it is no function, or one without a name. Of a method, `@staticmethod` and
            `@classmethod` stand above `@mitosis.step`.

    Example:
        >>> @mitosis.step(persist=True)
        ... def prepare_data(a, b=2):
        ...     return a + b
        >>> prepare_data(1)
        3
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        return _stepping(_declared(function, name, persist))

    return declare if function is None else declare(function)


def _declared(function: Any, name: str | None, persist: bool) -> Step:
    if isinstance(function, type | staticmethod | classmethod) or not callable(function):
        msg = (
            f"@mitosis.step takes a function, not {function!r}; @staticmethod and @classmethod "
            "stand above it"
        )
        raise TypeError(msg)
    called = getattr(function, "__name__", None) if name is None else name
    if not isinstance(called, str) or not called:
        msg = f"a step needs a name: @mitosis.step(name=...) for {function!r}"
        raise TypeError(msg)
    return Step(function, called, persist)


def _stepping(step: Step) -> Callable[..., Any]:
    function = step.function
    known = [name for name in WRAPPER_ASSIGNMENTS if hasattr(function, name)]

    @wraps(function, assigned=known)
    def stepping(*args: Any, **kwargs: Any) -> Any:
        if (log := current_log()) is None:
            return function(*args, **kwargs)
        call = log.begin(step, args, kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as exc:
            call.fail(exc)
            raise
        call.end(result)
        return result

    @wraps(function, assigned=known)
    async def stepping_later(*args: Any, **kwargs: Any) -> Any:
        if (log := current_log()) is None:
            return await function(*args, **kwargs)
        call = log.begin(step, args, kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as exc:
            call.fail(exc)
            raise
        call.end(result)
        return result

    return stepping_later if inspect.iscoroutinefunction(function) else stepping
