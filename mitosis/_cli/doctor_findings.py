"""What `mitosis doctor` finds: facts with a mark, in sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from mitosis._dataclass import dataclass
from mitosis.errors import MitosisError


class Mark(StrEnum):
    """How a fact is to be taken.

    Wrong is what keeps a recorded trial from running, or a record from being true or safe.
    """

    OK = "ok"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True)
class Finding:
    """One fact.

    Attributes:
        label: one or two words.
        text: the fact; may have several lines.
        way_out: a command or a setting; empty where nothing is to be done.
    """

    label: str
    text: str
    mark: Mark = Mark.OK
    way_out: str = ""


@dataclass(frozen=True)
class Section:
    """Facts about one thing."""

    title: str
    findings: tuple[Finding, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether anything in it stands in the way."""
        return self.count(Mark.WRONG) > 0

    def count(self, mark: Mark) -> int:
        """Return how many facts have a mark."""
        return sum(finding.mark is mark for finding in self.findings)


def note(label: str, text: str, way_out: str = "") -> Finding:
    """Return a fact that is worth knowing."""
    return Finding(label, text, Mark.NOTE, way_out)


def wrong(label: str, text: str, way_out: str = "") -> Finding:
    """Return a fact that stands in the way."""
    return Finding(label, text, Mark.WRONG, way_out)


def examined(title: str, look: Callable[[], Iterable[Finding]]) -> Section:
    """Collect facts, up to an error, which is a fact too: one that fails hides no others."""
    findings: list[Finding] = []
    try:
        findings.extend(look())  # keeps those that were yielded before an error
    except MitosisError as exc:
        findings.append(wrong("error", exc.message))
    except Exception as exc:  # noqa: BLE001 - a doctor that falls over tells nothing
        findings.append(wrong("error", f"looking raised {type(exc).__name__}: {exc}"))
    return Section(title, tuple(findings))
