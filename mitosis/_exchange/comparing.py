"""A trial that arrives and is here already: whether both folders tell the same."""

from __future__ import annotations

import filecmp
from pathlib import Path

from mitosis._layout import TrialFolder
from mitosis._records import annotate, read_annotations
from mitosis._records.reading import read_text
from mitosis.errors import MitosisError

_MAY_DIFFER = {"html", "name", "iteration", "former_name"}
"""What a record says otherwise where the trial got another number or page."""

_FILES = ("results.dill", "output.log", "metrics.jsonl")


def differing(here: TrialFolder, there: TrialFolder) -> list[str]:
    """Return what two folders that hold one trial have otherwise; both are left alone."""
    if not here.record.exists():
        return ["its folder is gone here"]
    try:
        records = read_text(here), read_text(there)
        files = [name for name in _FILES if not _same_file(here.root / name, there.root / name)]
    except (MitosisError, OSError) as exc:
        return [str(exc)]
    names = sorted((records[0].keys() | records[1].keys()) - _MAY_DIFFER)
    facts = [name for name in names if not _same(records[0].get(name), records[1].get(name))]
    return [*facts, *files]


def take_annotations(here: TrialFolder, there: TrialFolder) -> bool:
    """Take over what people said of a trial elsewhere, and tell whether there was anything.

    Raises:
        OSError: it cannot be written.
    """
    known = set(read_annotations(here))
    new = [said for said in read_annotations(there) if said not in known]
    if new:
        annotate(here, new)
    return bool(new)


def _same(one: object, other: object) -> bool:
    return repr(one) == repr(other)  # NaN is equal to itself here


def _same_file(here: Path, there: Path) -> bool:
    if not (here.is_file() and there.is_file()):
        return here.exists() == there.exists()
    return filecmp.cmp(here, there, shallow=False)
