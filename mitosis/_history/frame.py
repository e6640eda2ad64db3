"""Reading rows of trials from any number of databases into one DataFrame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._history.names import TIMES
from mitosis._history.ordering import positions
from mitosis._model.queries import Condition, Field, FieldNames, Kind, Order, Query

if TYPE_CHECKING:  # for annotations only: both are slow to import
    import pandas as pd

    from mitosis._store import Store

KEY = Field(Kind.COLUMN, "key")
_CLAIMED = Field(Kind.COLUMN, "started_at")


@dataclass(frozen=True)
class Source:
    """Trials in a database: those of one experiment, or all."""

    store: Store
    experiment: str | None = None


@dataclass(frozen=True)
class Selection:
    """Which rows, in which order.

    Attributes:
        sort: what to sort by; by the order of claims if empty, which also settles the rest.
        reverse: whether the largest comes first.
        tail: how many of the last rows; None for all.
    """

    where: Condition | None = None
    sort: tuple[Field, ...] = ()
    reverse: bool = False
    tail: int | None = None
    with_archived: bool = False

    def query(self, experiment: str | None) -> Query:
        """Return the query for the rows, backwards if only the last of them are wanted."""
        order = tuple(Order(field, self.reverse == (self.tail is None)) for field in self.sort)
        if self.tail is not None and not order:
            order = (Order(_CLAIMED, descending=True),)
        return Query(experiment, self.where, order, self.tail, self.with_archived)


def known_names(sources: Iterable[Source]) -> FieldNames:
    """Return the names of all that the trials have."""
    found = [source.store.field_names(source.experiment) for source in sources]
    return FieldNames(
        *(
            tuple(sorted({name for names in found for name in getattr(names, part)}))
            for part in ("parameters", "results", "metrics")
        )
    )


def read_rows(
    sources: Sequence[Source], selection: Selection, fields: Sequence[Field]
) -> list[list[Any]]:
    """Return the values of each field, in the order of the rows.

    Trials of several databases stand in the order of their starts where nothing else is asked
    for. The last of many are found by the database, from the end of an index; of trials that
    are equal in what they are sorted by, it finds the earlier ones.
    """
    is_sorted_here = len(sources) > 1 or selection.tail is not None
    extra = (*selection.sort, _CLAIMED) if is_sorted_here else ()
    wanted = [*fields, *extra]
    columns: list[list[Any]] = [[] for _ in wanted]
    for source in sources:
        table = source.store.table(selection.query(source.experiment), wanted)
        for column, values in zip(columns, table, strict=True):
            column.extend(values)
    if extra:
        order = _merged(columns[len(fields) :], selection)
        columns = [[column[row] for row in order] for column in columns]
    return columns[: len(fields)]


def _merged(keys: list[list[Any]], selection: Selection) -> list[int]:
    """Return the order of rows from several databases, or of the last ones of some."""
    order = positions(keys[-1:])
    if selection.sort:
        by_claim = [[column[row] for row in order] for column in keys[:-1]]
        missing_first = selection.tail is not None
        sorted_ = positions(by_claim, reverse=selection.reverse, missing_first=missing_first)
        order = [order[row] for row in sorted_]
    return order if selection.tail is None else order[max(0, len(order) - selection.tail) :]


def make_frame(labels: Sequence[str], columns: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return a DataFrame of values as they came from databases; the first column is its index.

    Whole numbers are `int64`, or `Int64` where some are missing; others `float64`; truths
    likewise; times are in UTC; a column of several types stays as it is.
    """
    import pandas as pd

    index, *others = columns
    data = {
        label: make_column(values, is_time=label in TIMES)
        for label, values in zip(labels[1:], others, strict=True)
    }
    return pd.DataFrame(data, index=pd.Index(list(index), name=labels[0], dtype="str"))


def with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index is a column, too, unless it has no name or is one already."""
    if frame.index.name is None:
        return frame
    return frame.reset_index(drop=frame.index.name in frame)


def make_column(values: Sequence[Any], *, is_time: bool = False) -> Any:
    """Return an array of the type that the values have."""
    import numpy as np
    import pandas as pd

    if is_time:
        return pd.DatetimeIndex(pd.to_datetime(list(values), utc=True))
    kind = pd.api.types.infer_dtype(values, skipna=True)
    kinds: dict[str, Any] = {"boolean": "boolean", "integer": "Int64", "string": "str"}
    complete: dict[str, Any] = {"boolean": "bool", "integer": "int64"}
    if kind in ("floating", "mixed-integer-float"):
        with suppress(OverflowError):  # integers may have any size
            return np.array([np.nan if v is None else v for v in values], dtype=float)
    column = pd.Series(list(values), dtype=object)
    if kind in kinds:
        try:
            column = column.astype(kinds[kind])
        except (OverflowError, TypeError, ValueError):  # seeds may have any size
            return column.array
    if kind in complete and not column.isna().any():
        column = column.astype(complete[kind])
    return column.array
