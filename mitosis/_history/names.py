"""The names under which expressions, columns of tables and filters know a trial's fields.

A name may be that of a column, an argument, a result or a metric. Where names meet, the first
of these has it, and the others are told apart by a prefix: `result.loss`, `metric.loss`. The
prefixed names always work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from mitosis._dataclass import dataclass
from mitosis._model.queries import Field, FieldNames, Kind
from mitosis._suggestion import near
from mitosis._wording import shown
from mitosis.errors import UnknownFieldError

TIMES = ("started_at", "ended_at", "archived_at")
COLUMNS = (
    "name",
    "experiment",
    "group",
    "iteration",
    "status",
    "main",
    "seed",
    "commit",
    "branch",
    "started_at",
    "ended_at",
    "wall_seconds",
    "cpu_seconds",
    "peak_memory_bytes",
    "host",
    "tags",
    "note",
    "reason",
    "html",
    "folder",
    "key",
    "sweep",
    "sweep_point",
    "hypothesis",
    "environment",
    "archived_at",
    "results_digest",
    "variants",
    "values",
)
"""What every trial has a place for; the same for all experiments."""

_FIRST = COLUMNS[: COLUMNS.index("seed")]
_LAST = COLUMNS[COLUMNS.index("seed") : COLUMNS.index("key")]
_PARTS = ("last", "minimum", "maximum", "mean", "points", "last_step")
_PREFIXES = {
    "value": Kind.VALUE,
    "variant": Kind.VARIANT,
    "result": Kind.RESULT,
    "metric": Kind.METRIC,
}


@dataclass(frozen=True)
class Names:
    """What can be asked of some trials.

    Attributes:
        known: the names of arguments, results and metrics that any of them has.
    """

    known: FieldNames

    @cached_property
    def _kinds(self) -> dict[Kind, frozenset[str]]:
        """The names of each kind, in the order of preference."""
        return {
            Kind.COLUMN: frozenset(COLUMNS),
            Kind.VALUE: frozenset(self.known.parameters),
            Kind.RESULT: frozenset(self.known.results),
            Kind.METRIC: frozenset(self.known.metrics),
            Kind.VARIANT: frozenset(self.known.parameters),
        }

    def find(self, name: str) -> Field | None:
        """Return what a name stands for; None if it is nothing that any trial has."""
        for kind, names in self._kinds.items():
            if kind is not Kind.VARIANT and name in names:
                return Field(kind, name)
        return next(self._prefixed(name), None)

    def _prefixed(self, name: str) -> Iterator[Field]:
        prefix, _, rest = name.partition(".")
        kind = _PREFIXES.get(prefix)
        if kind and rest in self._kinds[kind]:
            yield Field(kind, rest)
        start, _, end = name.rpartition(".")
        if end == "variant" and start in self._kinds[Kind.VARIANT]:
            yield Field(Kind.VARIANT, start)
        if kind is Kind.METRIC and end in _PARTS:
            metric = start.partition(".")[2]
            if metric in self._kinds[kind]:
                yield Field(kind, metric, end)

    def fields(self, wanted: Sequence[str]) -> list[Field]:
        """Return what names stand for.

        Raises:
            UnknownFieldError: some are unknown; all are named.
        """
        found = [self.find(name) for name in wanted]
        missing = [name for name, field in zip(wanted, found, strict=True) if field is None]
        self.refuse(missing)
        return [field for field in found if field]

    def refuse(self, unknown: Iterable[str]) -> None:
        """Refuse names that stand for nothing, if there are any.

        Raises:
            UnknownFieldError: names them all, each with those that come near.
        """
        faults = tuple(
            f"{shown(name)!r}{near(name, self.all())}" for name in dict.fromkeys(unknown)
        )
        if faults:
            raise UnknownFieldError(faults=faults)

    def label(self, field: Field) -> str:
        """Return the shortest name of a field."""
        short = f"{field.name}.variant" if field.kind is Kind.VARIANT else field.name
        return short if self.find(short) == field else f"{field.kind.value}.{field.name}"

    def all(self) -> list[str]:
        """Return a name for each field."""
        return [self.label(field) for field in self.every()]

    def usual(self) -> list[Field]:
        """Return the fields that a table of trials has where nobody chooses."""
        fields = [
            *(Field(Kind.COLUMN, name) for name in _FIRST),
            *(Field(Kind.VALUE, name) for name in self.known.parameters),
            *(Field(Kind.VARIANT, name) for name in self.known.parameters),
            *(Field(Kind.RESULT, name) for name in self.known.results if name != "main"),
            *(Field(Kind.METRIC, name) for name in self.known.metrics),
            *(Field(Kind.COLUMN, name) for name in _LAST),
        ]
        # A result called `metric.loss` has the name that a metric `loss` may need.
        return [field for field in fields if self.find(self.label(field)) == field]

    def every(self) -> list[Field]:
        """Return all fields."""
        rest = COLUMNS[COLUMNS.index("key") :]
        return self.usual() + [Field(Kind.COLUMN, name) for name in rest]
