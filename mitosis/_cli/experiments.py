"""Finding the experiment that a command line names."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import traceback
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from mitosis._cli.nearby import experiment_modules, meant, module_of_file
from mitosis._cli.sources import SourceModule, read_source
from mitosis._dataclass import dataclass
from mitosis._recording import trials_refused
from mitosis._run.variants import Place, Spaces, module_spaces, places
from mitosis._settings import Settings, is_notebook_path
from mitosis._suggestion import near
from mitosis.errors import ExperimentNotFoundError


@dataclass(frozen=True)
class Found:
    """An experiment, and where its variants may stand.

    Attributes:
        spaces: dicts of variants by parameter, the first place first, with their modules.
        step: the name it is registered under.
        steps: what is known of each step, where the experiment is a list of several.
    """

    experiment: Any
    spaces: Spaces
    step: str | None = None
    steps: tuple[Found, ...] = ()

    def places(self) -> Callable[[str], Place]:
        """Return what tells where the variants of an argument stand.

        Raises:
            InvalidExperimentError: it is none.
        """
        from mitosis._run.experiment import describe

        steps = [step.spaces for step in self.steps]
        return places(describe(self.experiment), self.spaces, steps)


def find_all(names: Sequence[str], settings: Settings) -> Found:
    """Find the steps of one experiment; a single one is the experiment.

    Raises:
        ExperimentNotFoundError: as `find`.
    """
    found = tuple(find(name, settings) for name in names)
    if len(found) == 1:
        return found[0]
    spaces = tuple(space for each in found for space in each.spaces)
    return Found([each.experiment for each in found], spaces, steps=found)


def find(name: str, settings: Settings) -> Found:
    """Find an experiment by its registered name, as `package.module` or `module:object`.

    Raises:
        ExperimentNotFoundError: nothing is there, or importing it failed.
    """
    if name in settings.steps:
        return _registered(name, settings)
    if module := module_of_file(name):
        name = module
    if is_notebook_path(name):
        return Found(Path(name), ())
    module_name, _, attribute = name.partition(":")
    imported = import_named(module_name, name, settings)
    experiment = _attribute(imported, attribute, name) if attribute else imported
    return Found(experiment, module_spaces(imported))


def find_in_package(package: ModuleType, name: str | None) -> Found:
    """Find an experiment of a package: a module in it, or an object with `name` and `run`.

    Without a name, the only experiment is taken.

    Raises:
        ExperimentNotFoundError: there is none of that name, or there are several and no name.
    """
    known = experiment_names(package)
    if name is None:
        if len(known) != 1:
            reason = "the package holds several; name one with --exp_name"
            raise not_found(
                package.__name__, reason if known else "it holds none", tuple(known)
            )
        (name,) = known
    own = [value for value in vars(package).values() if is_experiment(value, package)]
    for value in own:
        if name in (value.name, _short(value)):
            return Found(value, module_spaces(package))
    for module in _modules(package):
        if name in (module.name, module.own_name):
            return find(f"{package.__name__}.{module.name}", Settings())
    raise not_found(name, f"package {package.__name__!r} has no such module", tuple(known))


def experiment_names(package: ModuleType) -> list[str]:
    """Return the names by which a package's experiments are run, without importing them."""
    return sorted(signatures(package))


def signatures(package: ModuleType) -> dict[str, str]:
    """Return the arguments of each experiment in a package, without importing its modules."""
    own = [v for v in vars(package).values() if is_experiment(v, package)]
    found = {value.name: _arguments(value.run) for value in own}
    return found | {m.name: m.arguments for m in _modules(package)}


def _arguments(run: Any) -> str:
    try:
        return str(inspect.signature(run))[1:-1]
    except (TypeError, ValueError):
        return "..."


def is_experiment(value: Any, package: ModuleType) -> bool:
    """Tell whether what a package holds is an experiment that is no module."""
    if isinstance(value, ModuleType | type) or value is package:
        return False
    try:
        return isinstance(getattr(value, "name", None), str) and callable(
            getattr(value, "run", None)
        )
    except Exception:  # noqa: BLE001 - a lazy stand-in may raise anything when it is asked
        return False


def _short(value: Any) -> str:
    return str(getattr(value, "__name__", value.name)).rpartition(".")[2]


def _modules(package: ModuleType) -> list[SourceModule]:
    """Read which modules of a package define `name` and `run`, without running them."""
    found = []
    for info in pkgutil.iter_modules(getattr(package, "__path__", ())):
        file = Path(getattr(info.module_finder, "path", "")) / f"{info.name}.py"
        if not info.name.startswith("_") and (module := read_source(info.name, file)):
            found.append(module)
    return found


def _registered(name: str, settings: Settings) -> Found:
    run_at, variants_at = settings.steps[name]
    variants, module = _pointed(variants_at, name)
    if not isinstance(variants, dict):
        raise not_found(
            name, f"{variants_at} in [tool.mitosis.steps] is no dict of dicts of variants"
        )
    base = settings.file.parent if settings.file else Path()
    if is_notebook_path(run_at, base):
        from mitosis._run.notebook_experiment import NamedNotebook

        return Found(NamedNotebook(base / run_at, name), ((variants, module),), step=name)
    run, around = _pointed(run_at, name)
    experiment = SimpleNamespace(name=name, run=run)
    if isinstance(stated := getattr(around, "hypothesis", None), str):
        experiment.hypothesis = stated
    return Found(experiment, ((variants, module),), step=name)


def _pointed(text: str, name: str) -> tuple[Any, ModuleType]:
    module_name, _, attribute = text.partition(":")
    module = import_named(module_name, name, Settings())
    return _attribute(module, attribute, name), module


def import_named(module_name: str, name: str, settings: Settings) -> ModuleType:
    """Import a module. A trial that it would start meanwhile is refused.

    Raises:
        ExperimentNotFoundError: there is none, or importing it raised.
    """
    try:
        if "/" in module_name or find_spec(module_name) is None:
            raise ModuleNotFoundError(name=module_name)
        with trials_refused():
            return importlib.import_module(module_name)
    except ModuleNotFoundError as exc:
        if exc.name and f"{module_name}.".startswith(f"{exc.name}."):
            reason = f"no module is named {exc.name!r}"
            nearby = experiment_modules(Path.cwd())
            if found := meant(module_name, nearby):
                reason += f"; did you mean {' or '.join(map(repr, found))}?"
                raise not_found(name, reason) from None
            known = {*settings.steps, *_siblings(module_name), *nearby}
            raise not_found(name, reason, tuple(known)) from None
        raise _failed_import(name, exc) from exc
    except (Exception, SystemExit) as exc:  # a script ends where it has nothing to do
        raise _failed_import(name, exc) from exc


def _failed_import(name: str, exc: BaseException) -> ExperimentNotFoundError:
    steps = [
        s for s in traceback.extract_tb(exc.__traceback__) if "importlib" not in s.filename
    ]
    if isinstance(exc, SyntaxError):  # its place is where Python stopped reading
        lines = traceback.format_exception_only(exc)[:-1]
    else:
        lines = traceback.format_list(steps[-3:])
    place = "".join(lines).rstrip()
    reason = f"importing it raised {type(exc).__name__}: {exc}\n{place}"
    return ExperimentNotFoundError(name=name, reason=reason)


def _siblings(module_name: str) -> list[str]:
    package, _, _ = module_name.rpartition(".")
    try:
        spec = find_spec(package) if package else None
    except (ImportError, ValueError):
        return []
    paths = (spec and spec.submodule_search_locations) or ()
    names = [info.name for info in pkgutil.iter_modules(paths)]
    return [f"{package}.{name}" for name in names if not name.startswith("_")]


def _attribute(module: ModuleType, attribute: str, name: str) -> Any:
    if not hasattr(module, attribute):
        public = tuple(key for key in vars(module) if not key.startswith("_"))
        raise not_found(name, f"module {module.__name__!r} has no {attribute!r}", public)
    return getattr(module, attribute)


def not_found(name: str, reason: str, known: tuple[str, ...] = ()) -> ExperimentNotFoundError:
    """Return the error that says so, with the names nearest to one that is unknown."""
    return ExperimentNotFoundError(name=name, reason=f"{reason}{near(name, known)}")
