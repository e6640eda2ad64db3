"""A sweep as its caller gets it: where it stands, its trials, and a table of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, overload

from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._model import Status, SweepPlan, SweepRow, Trial
from mitosis._store import Store
from mitosis._sweep.overview import Overview
from mitosis._sweep.taken import sweep_rows

_STATISTICS = {
    "n": "n",
    "mean": "mean",
    "std": "std",
    "min": "low",
    "max": "high",
    "failures": "failures",
}
"""The columns of the table behind the arguments, and where a group has them."""


class Trials(Sequence[Trial]):
    """Trials of a sweep, each of which is read from its folder when it is asked for."""

    def __init__(self, store: Store, rows: Sequence[SweepRow]) -> None:
        self._store = store
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"[{', '.join(row.name for row in self._rows)}]"

    @overload
    def __getitem__(self, at: int) -> Trial: ...

    @overload
    def __getitem__(self, at: slice) -> Trials: ...

    def __getitem__(self, at: int | slice) -> Trial | Trials:
        """Return a trial, or some.

        Raises:
            RecordError: its record is gone or damaged.
        """
        if isinstance(at, slice):
            return Trials(self._store, self._rows[at])
        from mitosis._history.loading import loaded
        from mitosis._history.lookup import Found

        row, place = self._rows[at], self._store.path.parent
        folder = TrialFolder(place / row.folder)
        return loaded(
            Found(self._store, row.key, row.name, folder, place / row.html, row.started_at)
        )


@dataclass(frozen=True)
class Sweep:
    """A sweep: a stored plan of points, each of which wants one trial that succeeded.

    How it stands is read from the database when it is asked for, so also trials that were run
    since by `mitosis sweep --resume` count.

    Attributes:
        name: under which it is found: `mitosis sweeps NAME`, `mitosis.history("sweep == ...")`.
        experiment: the experiment's name.
        html: the page of the sweep, a picture of `main` against each argument and a table.
    """

    name: str
    experiment: str
    html: Path
    _plan: SweepPlan = field(repr=False, compare=False)
    _store: Store = field(repr=False, compare=False)

    @property
    def _overview(self) -> Overview:
        return Overview(self._plan, sweep_rows(self._store, self.name))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many points stand how: `{"succeeded": 7, "failed": 1}`, also `"missing"`."""
        overview = self._overview
        missing = {"missing": overview.missing} if overview.missing else {}
        return {status.value: n for status, n in overview.counts.items()} | missing

    @property
    def is_done(self) -> bool:
        """Whether every point has a trial that succeeded."""
        return set(self.counts) <= {Status.SUCCEEDED.value}

    @property
    def trials(self) -> Sequence[Trial]:
        """Of each point that has a trial the one that counts, in the order of the points.

        That is one that succeeded, else one that runs, else the newest.
        """
        return Trials(self._store, self._overview.rows)

    @property
    def failures(self) -> Sequence[Trial]:
        """Those of `trials` that ended without success."""
        return Trials(self._store, self._overview.failures)

    def table(self) -> Any:
        """Return a DataFrame with a row for each combination of variants, over its seeds.

        The columns are the arguments that vary, with the names of their variants; `n`, how
        many trials succeeded with a number; `mean`, `std` (of a sample), `min` and `max` of
        `main` over these; and `failures`, how many trials ended without success. An argument
        that is called like one of these has its column under `<argument>.variant`.
        """
        from mitosis._history.frame import make_frame

        overview = self._overview
        groups, names = overview.groups(), overview.arguments
        columns: dict[str, list[Any]] = {"key": [str(at) for at in range(len(groups))]}
        for at, name in enumerate(names):
            label = f"{name}.variant" if name in (*columns, *_STATISTICS) else name
            columns[label] = [group.variants[at] for group in groups]
        for label, attribute in _STATISTICS.items():
            columns[label] = [getattr(group, attribute) for group in groups]
        frame = make_frame(list(columns), list(columns.values()))
        return frame.reset_index(drop=True)
