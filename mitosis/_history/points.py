"""What trials logged, as tables: of one trial, and one metric of several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._history.lookup import Reference, find_all
from mitosis._suggestion import near

if TYPE_CHECKING:
    import pandas as pd

_AT = "at"
_STEP = "step"


def read_points(file: Path) -> pd.DataFrame:
    """Return all that a trial logged: a row a step, a column a name.

    What was logged for one step in several calls stands in one row; of two values for one
    step and name the later one counts. Steps are in ascending order, and the index is called
    `step`. The last column, `at`, has the seconds from the trial's start to the row's last
    call. A line that is none, such as the half of one that a killed trial leaves, is passed
    over.
    """
    import pandas as pd

    rows: dict[float, dict[str, Any]] = {}
    names: dict[str, None] = {}
    for entry in _entries(file):
        names.update(entry.fromkeys(entry))
        row = rows.setdefault(entry[_STEP], entry)
        if row is not entry:
            row.update(entry)
    steps = sorted(rows)
    columns = [name for name in names if name not in (_STEP, _AT)]
    return pd.DataFrame(
        [rows[step] for step in steps],
        index=pd.Index(steps, name=_STEP, dtype=None if steps else "int64"),
        columns=[*columns, _AT],
    )


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    from mitosis._records.measures import read_logged

    for entry in read_logged(file):
        if type(entry) is dict and isinstance(entry.get(_STEP), int | float):
            yield entry


def metrics(
    trials: Iterable[Reference] | Reference,
    metric: str,
    *,
    trials_folder: Path | str | None = None,
) -> pd.DataFrame:
    """Return one metric of several trials, to be plotted or compared step by step.

    Args:
        trials: each by key, beginning of a key, name, folder, page or as a `Trial`.
        metric: its name, as it was logged.
        trials_folder: where they lie; default: as for `mitosis.run`.

    Returns:
        A row a step, a column a trial under its name (and its key, where two have one name),
        in the order given. NaN where a trial did not log it at a step.

    Raises:
        UnknownTrialError: some are not there; all are named.
        AmbiguousTrialError: one fits several trials.
        LookupError: none of the trials logged such a metric.

    Example:
        >>> curves = mitosis.metrics(["3f9a", "77b0"], "loss")   # doctest: +SKIP
        >>> curves.plot()                                        # doctest: +SKIP
    """
    import pandas as pd

    references = [trials] if isinstance(trials, Reference) else list(trials)
    found = find_all(references, trials_folder)
    labels = unique_labels([(f.name, f.key) for f in found])
    columns = {
        label: pd.Series(_series(f.folder.metrics, metric), dtype=float)
        for label, f in zip(labels, found, strict=True)
    }
    if all(column.empty for column in columns.values()):
        known = {str(name) for f in found for name in read_points(f.folder.metrics)} - {_AT}
        msg = f"none of the trials logged a metric {metric!r}{near(metric, known)}"
        raise LookupError(msg)
    return pd.DataFrame(columns).sort_index().rename_axis(_STEP)


def _series(file: Path, metric: str) -> dict[float, float]:
    """Return step to value; what is no number counts as not logged."""
    logged = ((entry[_STEP], entry.get(metric)) for entry in _entries(file))
    return {step: value for step, value in logged if isinstance(value, int | float)}


def unique_labels(trials: Iterable[tuple[str, str]]) -> list[str]:
    """Return a label for each trial of `(name, key)`: its name, with the key where needed."""
    pairs = list(trials)
    names = [name for name, _ in pairs]
    return [f"{name} ({key})" if names.count(name) > 1 else name for name, key in pairs]


def final_values(record: Mapping[str, Any], file: Path) -> dict[str, float]:
    """Return the last value of each metric: as the record tells, else as it was logged."""
    told = record.get("metrics")
    if isinstance(told, dict):
        return {n: m["last"] for n, m in told.items() if isinstance(m, dict) and "last" in m}
    last: dict[str, float] = {}
    for entry in _entries(file):
        numbers = {n: v for n, v in entry.items() if isinstance(v, int | float)}
        last |= {n: v for n, v in numbers.items() if n not in (_STEP, _AT)}
    return last
