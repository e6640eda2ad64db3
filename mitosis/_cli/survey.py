"""All experiments that stand behind names: of packages, modules, objects and steps."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import field
from pathlib import Path
from types import ModuleType

from mitosis._cli.experiments import (
    Found,
    find,
    import_named,
    is_experiment,
    not_found,
)
from mitosis._cli.sources import read_source
from mitosis._dataclass import dataclass
from mitosis._run.variants import module_spaces
from mitosis._settings import Settings
from mitosis.errors import ExperimentNotFoundError


@dataclass
class Survey:
    """What was found, and why the rest was not."""

    found: list[Found] = field(default_factory=list)
    faults: list[ExperimentNotFoundError] = field(default_factory=list)

    def add(self, name: str, settings: Settings) -> None:
        """Find one experiment, or remember why it cannot be found."""
        try:
            self.found.append(find(name, settings))
        except ExperimentNotFoundError as exc:
            self.faults.append(exc)


def survey(names: Iterable[str], settings: Settings) -> Survey:
    """Find all experiments behind names. What cannot be imported does not hide the rest.

    A name is what `mitosis run` takes, or a package: of that, all experiments are found in it
    and in the packages below, but for modules whose names begin with `_`.
    """
    surveyed = Survey()
    for name in dict.fromkeys(names):
        if name in settings.steps or ":" in name:
            surveyed.add(name, settings)
            continue
        try:
            module = import_named(name, name, settings)
        except ExperimentNotFoundError as exc:
            surveyed.faults.append(exc)
            continue
        if hasattr(module, "__path__"):
            _add_package(surveyed, module)
        else:
            surveyed.add(name, settings)
    return surveyed


def _add_package(surveyed: Survey, package: ModuleType) -> None:
    own = [value for value in vars(package).values() if is_experiment(value, package)]
    surveyed.found += [Found(value, module_spaces(package)) for value in own]
    names = list(_experiment_modules(package.__path__, f"{package.__name__}."))
    if hasattr(package, "name") and hasattr(package, "run"):
        names.insert(0, package.__name__)
    if not own and not names:
        reason = "the package holds none: no module in it defines `name` and `run`"
        surveyed.faults.append(not_found(package.__name__, reason))
    for name in names:
        surveyed.add(name, Settings())


def _experiment_modules(paths: Iterable[str], prefix: str) -> Iterator[str]:
    """Yield modules that define an experiment, as their sources say, and unreadable ones."""
    for info in pkgutil.iter_modules(paths):
        if info.name.startswith("_"):
            continue
        place = Path(getattr(info.module_finder, "path", "")) / info.name
        file = place / "__init__.py" if info.ispkg else place.with_suffix(".py")
        if _is_unreadable(file) or read_source(info.name, file):
            yield f"{prefix}{info.name}"
        if info.ispkg:
            yield from _experiment_modules([str(place)], f"{prefix}{info.name}.")


def _is_unreadable(file: Path) -> bool:
    """Tell whether importing the file will say what is wrong with it."""
    try:
        compile(file.read_bytes(), file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return True
    except OSError:  # a compiled module has no source
        return False
    return False
