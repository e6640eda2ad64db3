"""What `mitosis check` says: what is wrong first, a line with counts last."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from textwrap import indent

from mitosis._cli.checking import Checked
from mitosis._layout import LOCK_FILE
from mitosis._locks import Contradiction
from mitosis._model import Variant
from mitosis._wording import counted, shown


def report_text(checked: Checked, here: Path, *, quiet: bool) -> str:
    """Return the whole report; empty if nothing is wrong and only that was asked for.

    Args:
        checked: what came out.
        here: the folder that paths are shown from.
        quiet: whether only what is wrong is to be said.
    """
    found = checked.comparison
    parts = list(_conflicts(found.conflicts, here))
    if found.conflicts:
        parts.append(_ways_out(found.conflicts))
    if found.unknown:
        parts.append(_unknown(found.unknown, here))
    if checked.faults:
        parts.append(
            _listed("Cannot be locked:", (f"{shown(e)}: {f}" for e, f in checked.faults))
        )
    if quiet:
        return "\n\n".join(parts)
    if found.incomparable:
        parts.append(_incomparable(found.incomparable, here))
    if found.new:
        lines = (_line(d.experiment, d.variant) for d in found.new)
        parts.append(_listed("Not locked yet:", lines))
    if found.unused:
        lines = (_line(h.lock.experiment, h.lock.variant) for h in found.unused)
        parts.append(_listed("Locked, but in no dict of variants:", lines))
    if checked.unseen:
        names = (shown(name) for name in checked.unseen)
        parts.append(_listed("Experiments with locks that were not found in the code:", names))
    return "\n\n".join([*parts, _counts(checked)])


def _conflicts(conflicts: Iterable[Contradiction], here: Path) -> Iterator[str]:
    def place(found: Contradiction) -> tuple[str, Path]:
        return found.conflict.lock.experiment, found.file

    for (experiment, file), group in groupby(sorted(conflicts, key=place), place):
        yield f"Experiment {experiment!r} contradicts its locks in {_relative(file, here)}:"
        yield from (found.conflict.description for found in group)


def _ways_out(conflicts: Iterable[Contradiction]) -> str:
    lines = [
        "The ways out:",
        "    - give the new value a new variant name, or",
        "    - put the locked value back, or",
        "    - free the name: mitosis variants retire EXPERIMENT PARAMETER=NAME --why ...",
    ]
    if any(found.file.name == LOCK_FILE for found in conflicts):
        lines.append(f"      and write {LOCK_FILE} anew: mitosis variants export")
    return "\n".join(lines)


def _unknown(unknown: Iterable[Contradiction], here: Path) -> str:
    lines = (
        f"{_line(f.conflict.lock.experiment, f.conflict.given)} (edition "
        f"{f.conflict.lock.variant.version}, in {_relative(f.file, here)})"
        for f in unknown
    )
    return _listed(
        "Locked under an edition of the canonical form that only a newer mitosis can compare:",
        lines,
    )


def _incomparable(found: Iterable[Contradiction], here: Path) -> str:
    lines = (
        f"{_line(f.conflict.lock.experiment, f.conflict.given)} (in {_relative(f.file, here)})"
        for f in found
    )
    return _listed("Secrets that were locked under another key, so not compared here:", lines)


def _listed(headline: str, lines: Iterable[str]) -> str:
    return "\n".join([headline, *(indent(line, "    ") for line in lines)])


def _line(experiment: str, variant: Variant) -> str:
    return f"{shown(experiment)}  {shown(variant.parameter)}={shown(variant.name)}"


def _counts(checked: Checked) -> str:
    found = checked.comparison
    counts = [
        counted(len(found.conflicts) + len(found.unknown), "conflict"),
        f"{len(checked.faults)} cannot be locked" if checked.faults else "",
        f"{len(found.agreeing)} as locked",
        f"{len(found.incomparable)} under another key" if found.incomparable else "",
        f"{len(found.new)} new",
        f"{len(found.unused)} unused",
        f"{len(checked.problems)} not checked" if checked.problems else "",
    ]
    return f"mitosis check: {', '.join(filter(None, counts))}"


def _relative(file: Path, here: Path) -> str:
    return os.path.relpath(file, here) if file.is_relative_to(here) else str(file)
