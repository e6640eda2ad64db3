"""A search as its caller gets it: a sweep whose points were found while it ran."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._model import Trial
from mitosis._sweep.ranking import is_settled, ranked, searched
from mitosis._sweep.result import Sweep, Trials
from mitosis._sweep.space import Space
from mitosis._sweep.study import Method, make_study
from mitosis.errors import UnknownTrialError

if TYPE_CHECKING:
    from optuna import Study

    from mitosis._model import SweepRow
    from mitosis._sweep.overview import Overview


@dataclass(frozen=True)
class Search(Sweep):
    """A search: a sweep whose points were suggested by Optuna while it ran.

    How it stands is read from the database when it is asked for. `failures` are trials that
    ended without success; those that were pruned are none of them.

    Attributes:
        name: under which it is found: `mitosis sweeps NAME`, `mitosis.history("sweep == ...")`.
        experiment: the experiment's name.
        html: the page of the search, a picture of `main` against each argument and a table.
    """

    _space: Space = field(default_factory=dict, repr=False, compare=False)
    _method: Method | None = field(default=None, repr=False, compare=False)

    @property
    def is_done(self) -> bool:
        """Whether it has had all its trials, whatever became of them."""
        overview = self._overview
        return overview.is_ended and all(map(is_settled, overview.rows))

    @property
    def best(self) -> Trial:
        """The trial whose `main` is the best; of equals, the first.

        Raises:
            UnknownTrialError: none has succeeded with a finite number.
        """
        return Trials(self._store, [self._best(self._overview)])[0]

    @property
    def best_value(self) -> float:
        """The `main` of `best`; raises as that does."""
        return float(self._best(self._overview).main)

    @property
    def best_params(self) -> dict[str, Any]:
        """What `best` was given of what was searched: numbers, and names of choices."""
        overview = self._overview
        return searched(overview, self._best(overview))

    def table(self) -> Any:
        """Return a DataFrame with a row for each trial, in the order of the suggestions.

        The columns are `point`, the number of the suggestion; an argument each, with numbers
        or the names of choices; `main`; `status`, which is `"pruned"` for what was pruned; and
        `trial`, its name. An argument that is called like one of these has its column under
        `<argument>.variant`.
        """
        from mitosis._history.frame import make_frame

        overview = self._overview
        rows = overview.rows
        given = [searched(overview, row) for row in rows]
        told: dict[str, list[Any]] = {
            "point": [row.point for row in rows],
            "main": [row.main for row in rows],
            "status": ["pruned" if row.is_pruned else row.status.value for row in rows],
            "trial": [row.name for row in rows],
        }
        columns: dict[str, list[Any]] = {"key": [row.key for row in rows]}
        columns["point"] = told.pop("point")
        for name in overview.plan.options["space"]:
            label = f"{name}.variant" if name in (*columns, *told) else name
            columns[label] = [each[name] for each in given]
        columns |= told
        frame = make_frame(list(columns), list(columns.values()))
        return frame.reset_index(drop=True)

    @property
    def study(self) -> Study:
        """An `optuna.Study` of all trials so far, for Optuna's own pictures and measures.

        It is made from the trials each time, and nothing that is done to it is kept. Choices
        have the names of their variants in it, and each trial's `user_attrs` name ours.
        """
        assert self._method, "a search has a way to go about it"
        overview = self._overview
        folder = self._store.path.parent
        return make_study(self._space, self._method, overview.rows, folder)

    def _best(self, overview: Overview) -> SweepRow:
        rows = ranked(overview)
        if not rows:
            fault = f"the best of search {self.name!r}: none has reported a finite number"
            raise UnknownTrialError(folder=self._store.path.parent, faults=(fault,))
        return rows[0]
