"""What cannot be logged or kept while an experiment runs."""

from __future__ import annotations

from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class InvalidMetricError(MitosisError, TypeError):
    """`mitosis.log` was given a name or a value that cannot be written."""

    slug: ClassVar[str] = "invalid-metric"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"Nothing was logged:\n{listed(self.faults)}\n"
            "Names are texts; values are numbers, or what JSON can hold: texts, lists, dicts."
        )


@error
class ArtifactError(MitosisError, ValueError):
    """A file cannot be kept under that name, or not in that form."""

    slug: ClassVar[str] = "artifact"
    name: str
    reason: str

    def _compose(self) -> str:
        return (
            f"Nothing was kept as {self.name!r}: {self.reason}\n"
            'Name a file of the trial as "model.pkl" or "plots/loss.svg".'
        )
