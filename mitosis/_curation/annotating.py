"""Annotations given to trials: in each trial's folder first, which counts, then in its row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import UTC, datetime

from mitosis._dataclass import dataclass
from mitosis._history.lookup import Found
from mitosis._layout import TrialFolder
from mitosis._model import Annotation, Mark
from mitosis._provenance import person
from mitosis._records import annotate, read_annotations
from mitosis._store.annotating import Standing
from mitosis._wording import shown
from mitosis.errors import DatabaseError

Words = tuple[Mark, str]
"""What is to be said: the mark, and the note or tag."""


@dataclass
class Said:
    """What became of annotations.

    Attributes:
        changed: names of the trials that had not been given all of them before.
        faults: a sentence for each trial that could not be given them.
    """

    changed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def annotate_all(trials: Sequence[Found], words: Sequence[Words]) -> Said:
    """Give trials annotations; those that a trial has already are not given again.

    They are on the disk on return. A trial may run meanwhile. A row that cannot be written
    gets them from the folder later, by `mitosis repair`.
    """
    said = Said()
    by_whom = person(trials[0].trials_folder) if trials else ""
    for trial in trials:
        try:
            if _say(trial, words, by_whom):
                said.changed.append(trial.name)
        except DatabaseError as exc:
            why = exc.reason or str(exc).partition("\n")[0]
            reason = f"it stands in its folder, and not in its row yet ({why})"
            said.faults.append(f"{shown(trial.name)}: {reason}; mitosis repair puts it there")
        except OSError as exc:
            reason = exc.strerror or str(exc)
            said.faults.append(f"{shown(trial.name)}: its folder cannot be written: {reason}")
    return said


def _say(trial: Found, words: Sequence[Words], by_whom: str) -> bool:
    former = read_annotations(trial.folder)
    standing, now = Standing().after(former), datetime.now(UTC)
    given = [Annotation(mark, text, now, by_whom) for mark, text in words]
    new = [one for one in given if standing.after([one]) != standing]
    if new:
        annotate(trial.folder, new)
    if not trial.is_debug:
        _tell_row(trial, words, [*former, *new])
    return bool(new)


def _tell_row(trial: Found, words: Sequence[Words], said: Iterable[Annotation]) -> None:
    """Have the row say it too, also what was said when it could not be written."""
    last = {(a.mark, a.text): a for a in said}
    for annotation in (last[given] for given in words if given in last):
        trial.store.annotate(trial.key, annotation)


def note_of(folder: TrialFolder) -> Annotation | None:
    """Return the note that a trial has now."""
    notes = [a for a in read_annotations(folder) if a.mark is Mark.NOTE]
    return notes[-1] if notes and notes[-1].text else None
