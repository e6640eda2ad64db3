"""How `mitosis doctor` shows what it found: aligned, in 80 columns, with or without colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

import click

from mitosis._cli.doctor_findings import Finding, Mark, Section
from mitosis._redaction import redact_text
from mitosis._wording import counted, printable

_WIDTH = 80
_MARK_WIDTH = max(map(len, Mark))
_MOST_LABEL = 24
_COLOURS = {Mark.OK: "green", Mark.NOTE: "yellow", Mark.WRONG: "red"}


def section_text(section: Section, *, colours: bool) -> str:
    """Return a section: its title, then a fact a line, each way out below its fact."""
    width = min(_MOST_LABEL, max((len(f.label) for f in section.findings), default=0))
    lines = [line for f in section.findings for line in _lines(f, width, colours)]
    title = click.style(section.title, bold=True) if colours else section.title
    return "\n".join([title, *lines])


def summary(sections: Iterable[Section]) -> str:
    """Return the last line."""
    sections = list(sections)
    wrongs = sum(section.count(Mark.WRONG) for section in sections)
    notes = sum(section.count(Mark.NOTE) for section in sections)
    said = f"{counted(wrongs, 'thing')} wrong" if wrongs else "nothing is wrong"
    more = f", {counted(notes, 'thing')} to note" if notes else ""
    return f"mitosis doctor: {said}{more}"


def _lines(finding: Finding, label_width: int, colours: bool) -> list[str]:
    mark = f"{finding.mark:<{_MARK_WIDTH}}"
    if colours:
        mark = click.style(
            mark, fg=_COLOURS[finding.mark], bold=finding.mark is Mark.WRONG or None
        )
    label = printable(finding.label)
    margin = 2 + _MARK_WIDTH + 2 + label_width + 2
    below = "" if len(label) <= label_width else None  # a long label has a line of its own
    texts = _wrapped(finding.text.splitlines(), margin)
    ways = _wrapped(finding.way_out.splitlines(), margin, first="-> ", later="   ")
    first = texts.pop(0) if texts and below is not None else ""
    rest = [f"{' ' * margin}{text}" for text in [*texts, *ways]]
    return [f"  {mark}  {label:<{label_width}}  {first}".rstrip(), *rest]


def _wrapped(lines: Sequence[str], margin: int, first: str = "", later: str = "") -> list[str]:
    wrapped: list[str] = []
    for line in lines:
        wrapped += wrap(
            redact_text(printable(line)),
            _WIDTH - margin,
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return wrapped
