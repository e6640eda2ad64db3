"""`mitosis.history`: recorded trials as one DataFrame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._history.conditions import all_of, compare
from mitosis._history.expression import read
from mitosis._history.frame import (
    KEY,
    Selection,
    Source,
    known_names,
    make_frame,
    read_rows,
)
from mitosis._history.lookup import default_folder, own_stores
from mitosis._history.names import Names
from mitosis._model.queries import Condition, Field, Kind
from mitosis._store import Store
from mitosis._suggestion import near
from mitosis.errors import ExperimentNotFoundError, InvalidExpressionError

if TYPE_CHECKING:
    import pandas as pd

Known = Sequence[tuple[Store, Sequence[str]]]
"""Databases, and the experiments whose trials each holds."""


@dataclass(frozen=True)
class Place:
    """Which trials are looked at at all.

    Attributes:
        experiments: names; None for all.
        logfile: the one database to look into; None for all of the trials folder.
    """

    experiments: Sequence[str] | None
    trials_folder: Path
    logfile: str | None = None

    def sources(self) -> list[Source]:
        """Return the databases that hold the trials; none where nothing was ever recorded.

        Raises:
            ExperimentNotFoundError: no trial of an experiment is recorded there.
        """
        stores = own_stores(self.trials_folder) if self.trials_folder.is_dir() else []
        if self.logfile:
            stores = [store for store in stores if store.path.name == self.logfile]
        if self.experiments is None:
            return [Source(store) for store in stores]
        known = [(store, store.experiments()) for store in stores]
        names = dict.fromkeys(self.experiments)
        return [source for name in names for source in self._sources_of(name, known)]

    def _sources_of(self, experiment: str, known: Known) -> list[Source]:
        found = [Source(store, experiment) for store, names in known if experiment in names]
        if not found:
            names = {name for _, names in known for name in names}
            reason = f"no trial of it is recorded in {self.trials_folder}"
            raise ExperimentNotFoundError(
                name=experiment, reason=f"{reason}{near(experiment, names)}"
            )
        return found


@dataclass(frozen=True)
class Question:
    """What is asked of the trials; as `history` takes it."""

    where: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[str] | None = None
    sort: Sequence[str] = ()
    reverse: bool = False
    tail: int | None = None
    archived: bool = False


def history(
    experiment: Any = None,
    where: str | None = None,
    *,
    columns: Iterable[str] | None = None,
    sort: str | Iterable[str] | None = None,
    reverse: bool = False,
    tail: int | None = None,
    trials_folder: Path | str | None = None,
    logfile: str | None = None,
    archived: bool = False,
    **filters: Any,
) -> pd.DataFrame:
    """Return recorded trials as a DataFrame: a row a trial, in the order of their claims.

    Trials are chosen and sorted by the database, so that one of many thousand costs little.
    Nothing is written, but for the end of trials whose runner is gone.

    The index holds the trials' keys. The columns are those that all trials have (`name`,
    `experiment`, `group`, `iteration`, `status`, `main`, `seed`, `commit`, `started_at` and so
    on); the value of each argument under the argument's name (the variant's name where the
    value is no number, text or truth), and the variant's name as `<argument>.variant`; each
    result that is a number; and the last value of each metric. Where names meet, they are
    `result.loss`, `metric.loss`; these always work, as does `metric.loss.minimum` (or
    `maximum`, `mean`, `points`, `last_step`). Times are aware and in UTC.

    Args:
        experiment: its name, or several, or the experiment itself; default: all experiments of
            the trials folder.
        where: which trials, as an expression: `"1 < k <= 5 and method == 'KMeans'"`. It
            compares names with numbers, texts, True, False and None by `==`, `!=`, `<`, `<=`,
            `>`, `>=`, `in`, `not in`, joined by `and`, `or`, `not`. A name that is no
            identifier stands in backticks. What a trial does not have equals None, and is
            neither less nor more than anything. Times are texts, in UTC: `started_at >=
            "2026-11-01"`; a date alone is the whole day.
        columns: which columns, by name; default: all but `key`, `sweep`, `sweep_point`,
            `hypothesis`, `environment`, `archived_at`, `results_digest`, `variants` and
            `values`.
        sort: one or more names to sort by. Trials without it come last; with `tail` first.
        reverse: sort from the largest to the smallest.
        tail: only the last so many.
        trials_folder: where the trials are; default: as for `mitosis.run` in the working
            directory.
        logfile: look only into this database of the folder.
        archived: include trials that were archived.
        **filters: what fields have to equal: `k=3`, `method="KMeans"`; a list means any of
            its values.

    Returns:
        The DataFrame; empty where no trial fits.

    Raises:
        ExperimentNotFoundError: no trial of the experiment is recorded.
        InvalidExpressionError: `where` is not understood, or a filter cannot be compared.
        UnknownFieldError: names are unknown; all of them are named.
        DatabaseError: a database cannot be read.

    Example:
        >>> frame = mitosis.history("kmeans", "k > 3", status="succeeded")  # doctest: +SKIP
        >>> frame.groupby("k")["main"].agg(["mean", "std"])                 # doctest: +SKIP
    """
    place = Place(_names_of(experiment), default_folder(trials_folder), logfile)
    question = Question(
        where,
        filters,
        None if columns is None else list(columns),
        [sort] if isinstance(sort, str) else list(sort or ()),
        reverse,
        tail,
        archived,
    )
    return ask(place, question)


def _names_of(experiment: Any) -> list[str] | None:
    if experiment is None:
        return None
    several = isinstance(experiment, list | tuple | set | frozenset)
    given = experiment if several else [experiment]
    return [one if isinstance(one, str) else one.name for one in given]


def ask(place: Place, question: Question) -> pd.DataFrame:
    """Answer a question; as `history` does.

    Raises:
        As `history`.
    """
    return make_frame(*answer(place, question))


def answer(place: Place, question: Question) -> tuple[list[str], list[list[Any]]]:
    """Return the titles and columns of an answer, the trials' keys first.

    Raises:
        As `history`.
    """
    sources = place.sources()
    names = Names(known_names(sources))
    labels = question.columns
    selection = _selection(question, names, labels or ())
    if labels is None:
        fields = names.usual()
        labels = [names.label(one) for one in fields]
    else:
        fields = names.fields(labels)
    columns = read_rows(sources, selection, [KEY, *fields])
    kept = [0, *(i for i, one in enumerate(fields, 1) if _is_told(one, columns[i], question))]
    titles = ["key", *labels]
    return [titles[i] for i in kept], [columns[i] for i in kept]


def _is_told(one: Field, values: Sequence[Any], question: Question) -> bool:
    """Tell whether a column is in the table: untracked arguments have no variants."""
    if question.columns is not None or one.kind is not Kind.VARIANT:
        return True
    return any(value is not None for value in values)


def _selection(question: Question, names: Names, labels: Sequence[str]) -> Selection:
    """Return which rows are wanted.

    Raises:
        InvalidExpressionError: the expression or a filter is wrong.
        UnknownFieldError: names all that are unknown, wherever they stand.
    """
    unknown: list[str] = []
    conditions: list[Condition] = []
    if question.where is not None:
        condition, unknown = read(question.where, names)
        conditions += [condition] if condition else []
    unknown += [
        name for name in (*question.filters, *question.sort, *labels) if not names.find(name)
    ]
    names.refuse(unknown)
    conditions += [_filter(names, name, value) for name, value in question.filters.items()]
    return Selection(
        where=all_of(conditions),
        sort=tuple(names.fields(question.sort)),
        reverse=question.reverse,
        tail=question.tail,
        with_archived=question.archived,
    )


def _filter(names: Names, name: str, value: Any) -> Condition:
    several = isinstance(value, list | tuple | set | frozenset)
    (one,) = names.fields([name])
    try:
        return compare(one, "in" if several else "==", value)
    except ValueError as exc:
        text = f"{name}={value!r}"
        raise InvalidExpressionError(expression=text, faults=((0, str(exc)),)) from None
