"""An experiment with a `name` and a `run`: a module, or any object."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._notebook import PlannedCell, source_cell
from mitosis._redaction import redact_code
from mitosis._run.interface import Experiment, Interface
from mitosis._wording import is_unicode
from mitosis.errors import InvalidExperimentError

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
class FunctionExperiment(Experiment):
    """A module or an object with a text `name` and a function `run`.

    Attributes:
        module: the name by which a kernel imports it; None for what has to be pickled.
        pickled: what to pickle where there is no such name.
        source: its source, for reading; empty where there is none.
    """

    run: Callable[..., Any]
    module: str | None
    pickled: Any
    source: str

    @property
    def signature(self) -> inspect.Signature:
        """The signature of `run`."""
        return inspect.signature(self.run)

    @cached_property
    def interface(self) -> Interface:
        """The arguments of `run`."""
        parameters = self.signature.parameters
        return Interface(
            owner="run()",
            text=str(self.signature),
            by_name=frozenset(n for n, p in parameters.items() if p.kind in _BY_NAME),
            required=tuple(n for n, p in parameters.items() if _is_required(p)),
            any_under=("",)
            if any(p.kind is p.VAR_KEYWORD for p in parameters.values())
            else (),
        )

    @property
    def payload(self) -> Any:
        """The object, where the kernel cannot import it."""
        return self.pickled

    def cells(
        self,
        opening: Sequence[str],
        given: Mapping[str, str],  # noqa: ARG002 - `run` takes them all
    ) -> Iterator[PlannedCell]:
        """Yield its source, and the call of `run`."""
        if self.source:
            yield source_cell(redact_code(self.source))
        lines = [self.load_code("experiment", "the_experiment()"), "", *opening]
        yield PlannedCell(
            "\n".join([*lines, "results = experiment.run(**parameters)"]), ("run",)
        )

    def load_code(self, name: str, unpickled: str) -> str:
        """Return the code that makes the experiment known by a name.

        Args:
            name: an identifier.
            unpickled: the code that returns it where it has travelled as a pickle.
        """
        if self.module is None:
            return f"{name} = {unpickled}"
        if not all(map(str.isidentifier, self.module.split("."))):
            return f"import importlib\n{name} = importlib.import_module({self.module!r})"
        package, _, module = self.module.rpartition(".")
        if package:
            return f"from {package} import {module} as {name}"
        return f"import {module} as {name}"

    def namespace(self, argument: str) -> Mapping[str, Any]:  # noqa: ARG002 - `run` has one
        """Return the names that `run` itself can use."""
        return getattr(inspect.unwrap(self.run), "__globals__", {})

    def full_names(self, argument: str) -> tuple[str, ...]:
        """Return an argument of `run`, before which the name of the experiment may stand."""
        is_known = argument in self.by_name
        return (argument if is_known else argument.removeprefix(f"{self.name}."),)


def describe_function(subject: Any, hypothesis: str | None = None) -> FunctionExperiment:
    """Check what was passed as an experiment, and describe it.

    Args:
        subject: the experiment.
        hypothesis: what it claims, where that is said from outside; else it is the text
            `hypothesis` beside its `name`, else the docstring of `run`, else that of the module
            or class.

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
    return FunctionExperiment(
        name=name,
        run=run,
        module=module,
        pickled=None if module else _payload(subject, name, run),
        file=_file(subject, run),
        hypothesis=_plain(hypothesis or "")
        or _plain(str(stated))
        or _claim(_docstring(run) or _docstring(subject)),
        source=_source(subject, run),
    )


def _is_required(parameter: inspect.Parameter) -> bool:
    various = (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    return parameter.default is parameter.empty and parameter.kind not in various


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
