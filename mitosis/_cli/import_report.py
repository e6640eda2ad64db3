"""What `mitosis import` says: which names are locked and which are not, counts last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap

from mitosis._records.importing import Imported, ImportedVariant
from mitosis._wording import counted, shown

_WIDTH = 80
_INDENT = "    "
_MOST_LISTED = 40


def report_text(imported: Imported, file: Path, *, dry_run: bool) -> str:
    """Return the report.

    Args:
        imported: what was done.
        file: that it was taken from.
        dry_run: whether nothing was really done.
    """
    locked = [found for found in imported.variants if not found.doubt]
    free = [found for found in imported.variants if found.doubt]
    parts = []
    if locked:
        parts.append(_listed("Locked, as the value is known for certain:", map(_line, locked)))
    if free:
        parts.append("\n".join(_free_lines(free)))
    if imported.unused:
        said = "Left out, as no recorded trial ran with them:"
        parts.append(_listed(said, map(shown, imported.unused)))
    return "\n\n".join([*parts, "\n".join(_counts(imported, file, dry_run=dry_run))])


def _free_lines(free: Iterable[ImportedVariant]) -> Iterator[str]:
    yield from wrap(
        "Not locked, as the text that mitosis 0.6 kept may stand for several values. The next "
        "trial that uses such a name locks it anew; the old text stays with the old trials:",
        _WIDTH,
    )
    by_doubt = defaultdict[str, list[ImportedVariant]](list)
    for found in free:
        by_doubt[found.doubt].append(found)
    for doubt, variants in by_doubt.items():
        yield from wrap(f"{doubt}:", _WIDTH, initial_indent="  ", subsequent_indent="  ")
        yield from _most(f"{_INDENT}{_line(found)}" for found in variants)


def _line(found: ImportedVariant) -> str:
    name = f"{shown(found.variant.parameter)}={shown(found.variant.name)}"
    value = found.text if found.doubt else found.variant.text
    line = f"{shown(found.experiment)}  {name}  {shown(value)}"
    most = _WIDTH - len(_INDENT)
    return line if len(line) <= most else f"{line[: most - 4]} ..."


def _listed(headline: str, lines: Iterable[str]) -> str:
    return "\n".join([headline, *_most(f"{_INDENT}{line}" for line in lines)])


def _most(lines: Iterable[str]) -> list[str]:
    found = list(lines)
    if len(found) <= _MOST_LISTED:
        return found
    return [
        *found[: _MOST_LISTED - 1],
        f"{_INDENT}... and {len(found) - _MOST_LISTED + 1} more",
    ]


def _counts(imported: Imported, file: Path, *, dry_run: bool) -> Iterator[str]:
    by_status = Counter(t.outcome.status.value for t in imported.added if t.outcome)
    how = [f"{number} {status}" for status, number in by_status.items()]
    how += [f"{imported.known} imported before"] if imported.known else []
    trials = counted(len(imported.added), "trial")
    words = f"{'would be ' * dry_run}taken over from {shown(file.name)}"
    yield f"mitosis import: {trials} {words}"
    if how:
        yield f"{_INDENT}{', '.join(how)}"
    for database in imported.databases if not dry_run else ():
        yield str(database)
