"""From a grid or table to the points of a sweep, with everything that is wrong said at once."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._layout import plan_file
from mitosis._model import Parameter, PlannedPoint, SweepPlan
from mitosis._records import write_plan
from mitosis._redaction import is_secret
from mitosis._run.variants import Lookup
from mitosis._store import Store
from mitosis._suggestion import near
from mitosis._sweep.choosing import Chooser
from mitosis._sweep.points import Argument, Points, again, settle
from mitosis._sweep.seeds import as_seed, read_seeds
from mitosis._sweep.tables import read_table
from mitosis._wording import is_unicode
from mitosis.errors import InvalidSweepError, SweepExistsError

__all__ = ["Asked", "Points", "again", "expand", "new_name", "record", "settle"]

_SEED = "seed"
_MOST_POINTS = 1_000_000


@dataclass(frozen=True)
class Asked:
    """What a sweep is asked to be.

    Attributes:
        grid: argument to what it is given: a list of variants' names, values and
            `Parameter`s, or a text of names with commas between them, or `"*"`.
        table: one point a row, instead of a grid: the path of a CSV file, dicts, or a
            DataFrame. An argument of the grid is then given to every row.
        zip: whether the lists of the grid go side by side, instead of being combined; one of
            one value has it at all points.
        seeds: what each point is repeated with; see `read_seeds`.
        untracked: arguments whose values are neither locked nor part of trials' names; a
            `Parameter` is given to all points.
        known: all arguments that the experiment takes; empty if it takes any.
    """

    grid: Mapping[str, Any] = field(default_factory=dict)
    table: Any = None
    zip: bool = False
    seeds: Any = None
    untracked: Sequence[Parameter | str] = ()
    known: Collection[str] = ()

    @property
    def fixed(self) -> dict[str, Parameter]:
        """What is the same at all points, by argument."""
        return {p.arg_name: p for p in self.untracked if isinstance(p, Parameter)}

    @property
    def kind(self) -> str:
        """How the plan tells it."""
        return "table" if self.table is not None else "zip" if self.zip else "grid"


def expand(asked: Asked, lookup: Lookup) -> Points:
    """Return all points of a sweep.

    Args:
        asked: what it is to be.
        lookup: gives all variants of an argument by name.

    Raises:
        InvalidSweepError: names everything that is wrong: unknown arguments and variants,
            empty lists, lists of different lengths side by side, points that are the same.
    """
    names = (p.arg_name if isinstance(p, Parameter) else p for p in asked.untracked)
    chooser = Chooser(lookup, set(names))
    faults = [*_unknown(asked), *_doubled_arguments(asked)]
    given = {**asked.fixed, **asked.grid}
    columns = {name: chooser.choose_all(name, cells) for name, cells in given.items()}
    rows = _rows(asked, chooser)
    if asked.zip:
        faults += _uneven({name: columns[name] for name in asked.grid})
    seeds, wrong = read_seeds(asked.seeds)
    faults += [*chooser.faults, *wrong]
    if not faults:
        combined = _combined(asked, columns, rows)
        in_table = rows[0] if rows else ()
        arguments = [chooser.argument(name) for name in (*columns, *in_table)]
        points, faults = _points(arguments, combined, seeds, is_seeded=asked.seeds is not None)
        if not faults:
            return points
    raise InvalidSweepError(faults=tuple(dict.fromkeys(faults)))


def _unknown(asked: Asked) -> Iterator[str]:
    for name in {**asked.fixed, **asked.grid} if asked.known else ():
        if name not in asked.known:
            yield f"the experiment takes no {name!r}{near(name, asked.known)}"


def _doubled_arguments(asked: Asked) -> Iterator[str]:
    fixed = [p.arg_name for p in asked.untracked if isinstance(p, Parameter)]
    for name in dict.fromkeys(fixed):
        if fixed.count(name) > 1 or name in asked.grid:
            yield f"{name!r} is given twice"


def _rows(asked: Asked, chooser: Chooser) -> list[dict[str, str]]:
    """Return argument to variant's name for each row of the table."""
    if asked.table is None:
        return []
    try:
        rows = read_table(asked.table)
    except InvalidSweepError as exc:
        chooser.faults.extend(exc.faults)
        return []
    names = list(rows[0].cells)
    elsewhere = {*asked.grid, *asked.fixed}
    for name in names:
        if name in elsewhere:
            chooser.faults.append(f"{name!r} is given twice: in the table, and beside it")
        elif asked.known and name not in asked.known:
            hint = near(name, asked.known)
            chooser.faults.append(f"the experiment takes no {name!r}, a column{hint}")
    return [
        {
            name: chooser.choose(name, row.cells[name], row.where, is_text=row.is_text) or ""
            for name in names
        }
        for row in rows
    ]


def _uneven(columns: Mapping[str, Sequence[str]]) -> Iterator[str]:
    lengths = {name: len(found) for name, found in columns.items() if len(found) != 1}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
        yield f"lists that go side by side have to be of one length: {told}"


def _combined(
    asked: Asked, columns: Mapping[str, list[str]], rows: Sequence[Mapping[str, str]]
) -> Iterable[tuple[str, ...]]:
    """Yield the names of variants at each point, before seeds."""
    fixed = [columns[name] for name in asked.fixed]
    lists = [columns[name] for name in asked.grid]
    around: Iterable[tuple[str, ...]] = itertools.product(*fixed, *lists)
    if asked.zip and lists:
        (given,) = itertools.product(*fixed)
        length = max(map(len, lists))
        even = (found * length if len(found) == 1 else found for found in lists)
        around = [(*given, *names) for names in zip(*even, strict=True)]
    if not rows:
        return around
    return ((*names, *row.values()) for names in around for row in rows)


def _points(
    arguments: list[Argument],
    combined: Iterable[tuple[str, ...]],
    seeds: list[int | None],
    *,
    is_seeded: bool,
) -> tuple[Points, list[str]]:
    """Return the points, each with its seed, and what is wrong with them."""
    place = _place_of_seed(arguments)
    if place is not None and is_seeded:
        return Points((), ()), ["seeds are given twice: as seeds, and as an argument"]
    found: list[PlannedPoint] = []
    for names in combined:
        if place is None:
            found += [PlannedPoint(names, seed) for seed in seeds]
        else:
            value = arguments[place].choices[names[place]].parameter.vals
            others = (*names[:place], *names[place + 1 :])
            found.append(PlannedPoint(others, as_seed(value)))
        if len(found) > _MOST_POINTS:
            return Points((), ()), ["these are more than a million points"]
    kept = tuple(a for number, a in enumerate(arguments) if number != place)
    return Points(kept, tuple(found)), _doubled_points(kept, found)


def _place_of_seed(arguments: list[Argument]) -> int | None:
    """Return where the argument `seed` stands, if all that it is given are numbers."""
    for place, argument in enumerate(arguments):
        values = (c.parameter.vals for c in argument.choices.values())
        if argument.name == _SEED and all(as_seed(value) is not None for value in values):
            return place
    return None


def _doubled_points(arguments: Sequence[Argument], points: Sequence[PlannedPoint]) -> list[str]:
    faults = []
    first: dict[PlannedPoint, int] = {}
    for number, point in enumerate(points):
        earlier = first.setdefault(point, number)
        if earlier != number:
            told = _told(arguments, point)
            faults.append(f"points {earlier} and {number} are the same: {told}")
    return faults


def _told(arguments: Sequence[Argument], point: PlannedPoint) -> str:
    pairs = zip(arguments, point.variants, strict=True)
    told = [f"{argument.name}={name}" for argument, name in pairs]
    return ", ".join([*told, *([] if point.seed is None else [f"seed={point.seed}"])]) or "-"


def new_name(
    name: str | None, experiment: str, now: datetime, trials_folder: Path, store: Store
) -> str:
    """Return the name of a new sweep: the one that was given, or one that is made up.

    Raises:
        InvalidSweepError: it cannot be used.
        SweepExistsError: a sweep has that name already, or trials here are of one that had it.
    """
    if name is None:
        return f"{experiment}-{now:%Y-%m-%d}-{secrets.token_hex(2)}"
    if not is_unicode(name) or not name.strip() or is_secret(name):
        fault = f"its name is {'a secret' if is_secret(name) else repr(name)}"
        raise InvalidSweepError(faults=(f"{fault}; it has to be a text that is not empty",))
    is_planned = plan_file(trials_folder, name).exists()
    if is_planned or store.sweep_counts(name):
        raise SweepExistsError(folder=trials_folder, name=name, is_planned=is_planned)
    return name


def record(plan: SweepPlan, trials_folder: Path, store: Store) -> None:
    """Lock all variants of a new sweep and write its plan: both, or neither.

    Raises:
        SweepExistsError: a sweep has that name by now.
        VariantConflictError: names all variants that are locked with another value.
        TrialsFolderError, DatabaseError: the folder or the database cannot be used.
    """
    written: list[Path] = []
    try:
        store.lock(plan, lambda: written.append(write_plan(trials_folder, plan)))
    except BaseException:
        for file in written:
            file.unlink(missing_ok=True)
        raise
