"""Why a value has no text: what rules raise and the walk collects."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - no error of the package: it never leaves it
    """One place inside a value that cannot be identified.

    Attributes:
        reason: what is wrong, and what to do instead.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
