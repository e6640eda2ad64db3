"""What people say of a trial once it has run; what it recorded itself never changes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from mitosis._dataclass import dataclass


class Mark(StrEnum):
    """What an annotation does."""

    NOTE = "note"
    TAG = "tag"
    UNTAG = "untag"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


@dataclass(frozen=True)
class Annotation:
    """One thing that somebody said of a trial.

    Attributes:
        text: the note, which takes the place of the former one and removes it if it is
            empty; or the tag. Empty for the others.
    """

    mark: Mark
    text: str
    at: datetime
    by_whom: str
