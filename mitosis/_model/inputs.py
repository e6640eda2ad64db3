"""What an experiment is given that its kernel has to know of: secrets and input files."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from mitosis._dataclass import dataclass


class Secret(str):
    """A text that reaches the experiment and is written nowhere.

    It is used as any text, and equal to it. A lock holds a digest of it that only the trials
    folder's own key can make; notebook, record and output show a mark.

    Example:
        >>> Secret("hunter22") == "hunter22", Secret("hunter22")
        (True, Secret(***))
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(***)"


@dataclass(frozen=True)
class DataFile:
    """An input file, or a folder of them, as a trial found it.

    Attributes:
        path: below the repository's root where it lies there, else as it was given.
        digest: blake3 of the content, in hexadecimal digits; of a folder, over the names and
            digests of all files in it.
        size_bytes: of the content.
        modified_at: when it was last changed; of a folder, the latest of its files.
        identity: digest of all that the file system says of it, its real path and inodes among
            that; while it stays the same, so does the content. Empty where nobody looked.
    """

    path: str
    digest: str
    size_bytes: int
    modified_at: datetime
    identity: str = field(default="", compare=False)
