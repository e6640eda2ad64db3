"""An experiment as it was passed: its name, its `run`, and where its source stands."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from mitosis._settings import Settings
from mitosis._wording import is_unicode
from mitosis.errors import InvalidExperimentError, NoHypothesisError

_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_SECTION = re.compile(
    r"^(?:(?:Args|Arguments|Parameters|Returns|Raises|Yields|Examples?|Notes?):\s*$"
    r"|(?:Parameters|Returns|Raises|Yields|Examples?|Notes?)\n-{3,}\s*$"
    r"|:(?:param|type|returns?|rtype|raises)\b)",
    re.MULTILINE,
)

_RAISED = object()
"""Stands for an attribute that raised when it was asked for."""


@dataclass(frozen=True)
class Experiment:
    """What can be said of an experiment before it runs.

    Attributes:
        module: the name by which a kernel imports it; None for what has to be pickled.
        payload: what to pickle where there is no such name.
        file: where it is defined; None in an interactive session.
        hypothesis: what it claims: as it was passed, else the text `hypothesis` beside its
            `name`, else the docstring of `run`, else that of the module or class.
        source: its source, for reading; empty where there is none.
    """

    name: str
    run: Callable[..., Any]
    module: str | None
    payload: Any
    file: Path | None
    hypothesis: str
    source: str

    @property
    def signature(self) -> inspect.Signature:
        """The signature of `run`."""
        return inspect.signature(self.run)

    @property
    def by_name(self) -> set[str]:
        """The arguments of `run` that can be passed by name."""
        return {name for name, p in self.signature.parameters.items() if p.kind in _BY_NAME}

    @property
    def takes_any(self) -> bool:
        """Whether `run` takes arguments of any name."""
        return any(p.kind is p.VAR_KEYWORD for p in self.signature.parameters.values())


def describe(subject: Any, hypothesis: str | None = None) -> Experiment:
    """Check what was passed as an experiment, and describe it.

    Args:
        subject: the experiment.
        hypothesis: what it claims, where that is said from outside.

    Raises:
        InvalidExperimentError: it has no text `name`, no callable `run`, or a `hypothesis` that
            is no text; one of these raises when it is asked for; names all faults.
    """
    faults: list[str] = []
    name, run = (_asked(subject, attribute, faults) for attribute in ("name", "run"))
    if name is not _RAISED and (not isinstance(name, str) or not name):
        faults.append(
            "it has no `name`" if name is None else f"its `name` is {name!r}, no text"
        )
    if run is not _RAISED and not callable(run):
        faults.append(
            "it has no `run`" if run is None else f"its `run` is {run!r}, no function"
        )
    stated = _stated_hypothesis(subject, run, faults)
    faults += _text_faults(subject, run, stated)
    faults += _import_faults(subject, run)
    if callable(run) and not _has_signature(run):
        faults.append("the signature of its `run` cannot be read")
    if faults or not isinstance(name, str) or not callable(run):
        raise InvalidExperimentError(experiment=_title(subject), faults=tuple(faults))
    module = _importable(subject)
    return Experiment(
        name=name,
        run=run,
        module=module,
        payload=None if module else _payload(subject, name, run),
        file=_file(subject, run),
        hypothesis=_plain(hypothesis or "")
        or _plain(str(stated))
        or _claim(_docstring(run) or _docstring(subject)),
        source=_source(subject, run),
    )


def require_hypothesis(experiment: Experiment, settings: Settings) -> None:
    """Make sure that an experiment states a hypothesis, where the settings demand one.

    Raises:
        NoHypothesisError: it states none.
    """
    if settings.require_hypothesis and not experiment.hypothesis:
        raise NoHypothesisError(experiment=experiment.name, file=settings.file)


def _title(subject: Any) -> str:
    if isinstance(subject, ModuleType):
        return f"Module {subject.__name__!r}"
    return f"An object of type {type(subject).__qualname__!r}"


def _importable(subject: Any) -> str | None:
    if not isinstance(subject, ModuleType) or subject.__name__ == "__main__":
        return None
    return subject.__name__ if sys.modules.get(subject.__name__) is subject else None


def _import_faults(subject: Any, run: Any) -> list[str]:
    """Say why a kernel that imports the module would run something else."""
    name = _importable(subject)
    if name is None:
        return []
    found = _found_again(name)
    if found is None or not _is_same_file(found, getattr(subject, "__file__", None)):
        return [f"`import {name}` in a fresh interpreter finds {found or 'nothing'}"]
    if getattr(run, "__module__", None) == "__main__":
        return [
            "its `run` was replaced by one of the running script; a kernel would not see it"
        ]
    return []


def _found_again(name: str) -> str | None:
    """Return the file that a fresh interpreter would import under a name."""
    package = name.rpartition(".")[0]
    path = getattr(sys.modules.get(package), "__path__", None) if package else None
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path)
        if spec:
            return spec.origin
    return None


def _is_same_file(one: str, other: str | None) -> bool:
    return other is not None and Path(one).resolve() == Path(other).resolve()


def _has_signature(run: Callable[..., Any]) -> bool:
    try:
        inspect.signature(run)
    except (TypeError, ValueError):
        return False
    return True


def _payload(subject: Any, name: str, run: Callable[..., Any]) -> Any:
    """Return what stands for the experiment: a module cannot be pickled, what it holds can."""
    return SimpleNamespace(name=name, run=run) if isinstance(subject, ModuleType) else subject


def _asked(subject: Any, attribute: str, faults: list[str]) -> Any:
    """Return an attribute, or `_RAISED` with a fault of its own: a property runs code."""
    try:
        return getattr(subject, attribute, None)
    except Exception as exc:  # noqa: BLE001 - it may raise anything
        faults.append(f"its `{attribute}` raises {type(exc).__name__}: {exc}")
        return _RAISED


def _stated_hypothesis(subject: Any, run: Any, faults: list[str]) -> Any:
    """Return the attribute `hypothesis`; empty where it is none, or something else.

    Something else is the library of that name, and the variants of an argument of that name.
    """
    stated = _asked(subject, "hypothesis", faults)
    is_space = isinstance(stated, dict) and _has_signature(run) and _takes(run, "hypothesis")
    is_none = stated is None or stated is _RAISED or isinstance(stated, ModuleType)
    return "" if is_none or is_space else stated


def _text_faults(subject: Any, run: Any, stated: Any) -> Iterator[str]:
    """Yield why the hypothesis that an experiment states cannot be written down."""
    if not isinstance(stated, str):
        yield f"its `hypothesis` is {stated!r}, no text"
    elif not is_unicode(stated):
        yield f"its `hypothesis` is {stated!r}, which holds half of a surrogate pair"
    elif not (is_unicode(_docstring(run)) and is_unicode(_docstring(subject))):
        yield "its docstring holds half of a surrogate pair"


def _takes(run: Callable[..., Any], argument: str) -> bool:
    return argument in inspect.signature(run).parameters


def _plain(text: str) -> str:
    """Return a text without the margin that it has in a source."""
    return inspect.cleandoc(text).strip()


def _docstring(subject: Any) -> str:
    own = getattr(subject, "__doc__", None)
    if not isinstance(own, str) or own == getattr(type(subject), "__doc__", None):
        own = None if isinstance(subject, SimpleNamespace) else type(subject).__doc__
        if isinstance(subject, ModuleType) or callable(subject):
            own = None
    return inspect.cleandoc(own) if own else ""


def _claim(docstring: str) -> str:
    """Return a docstring without its sections on arguments and results."""
    return _SECTION.split(docstring, maxsplit=1)[0].strip()


def _sources(subject: Any, run: Callable[..., Any]) -> list[Any]:
    """Return where the source may stand, the best place first."""
    if isinstance(subject, ModuleType):
        return [subject, run]
    inner = inspect.unwrap(getattr(run, "func", run))  # of a partial or a decorator
    return [type(subject), inner, getattr(run, "__func__", run), run]


def _file(subject: Any, run: Callable[..., Any]) -> Path | None:
    for source in _sources(subject, run):
        try:
            file = inspect.getsourcefile(source)
        except TypeError:  # a builtin, or a class of an interactive session
            continue
        if file and Path(file).is_file() and source is not SimpleNamespace:
            return Path(file).resolve()
    return None


def _source(subject: Any, run: Callable[..., Any]) -> str:
    for source in _sources(subject, run):
        if source is SimpleNamespace:
            continue
        try:
            return inspect.getsource(source)
        except (OSError, TypeError):
            continue
    return ""
