"""Questions about recorded trials that have no answer, and tables that cannot be written."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class UnknownFieldError(MitosisError, LookupError):
    """Something was asked for that no trial has.

    Attributes:
        faults: the names, each with those that come near.
    """

    slug: ClassVar[str] = "unknown-field"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"No trial has what was asked for:\n{listed(self.faults)}"


@error
class InvalidExpressionError(MitosisError, ValueError):
    """An expression that is to choose trials is not one that is understood.

    Attributes:
        expression: as it was given.
        faults: for each mistake, in which column of the expression it is, from 0, and what
            it is.
    """

    slug: ClassVar[str] = "invalid-expression"
    expression: str
    faults: tuple[tuple[int, str], ...]

    def _compose(self) -> str:
        lines = "\n".join(self._pointed(column, what) for column, what in self.faults[:10])
        return f"The expression is not understood:\n{lines}"

    def _pointed(self, column: int, what: str, most: int = 76) -> str:
        """Return the place in the expression, an arrow below it, and what is wrong there."""
        start = max(0, column - most // 2) if len(self.expression) > most else 0
        piece = self.expression[start : start + most]
        plain = "".join(c if c.isprintable() else " " for c in piece)
        return f"    {plain}\n    {' ' * (column - start)}^ {what}"


@error
class ExportError(MitosisError, ValueError):
    """A table cannot be written as was asked for."""

    slug: ClassVar[str] = "export"
    file: Path
    reason: str

    def _compose(self) -> str:
        return f"{self.file} is not written: {self.reason}"
