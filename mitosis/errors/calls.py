"""What is wrong with a call: its experiment, its arguments, its settings."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed


@error
class ExperimentNotFoundError(MitosisError, LookupError):
    """Nothing that could be an experiment can be imported under the given name."""

    slug: ClassVar[str] = "experiment-not-found"
    name: str
    reason: str

    def _compose(self) -> str:
        return f"There is no experiment {self.name!r}: {self.reason}"


@error
class InvalidExperimentError(MitosisError, TypeError):
    """What was given as an experiment lacks a `name` or a callable `run`, or is no notebook.

    Attributes:
        advice: what makes an experiment of it.
    """

    slug: ClassVar[str] = "invalid-experiment"
    experiment: str
    faults: tuple[str, ...]
    advice: str = (
        "An experiment is a module or an object with a text `name` and a function `run` that "
        'returns a dict with the key "main".'
    )

    def _compose(self) -> str:
        return f"{self.experiment} is no experiment:\n{listed(self.faults)}\n{self.advice}"


@error
class NoHypothesisError(MitosisError, ValueError):
    """The experiment states no hypothesis, and `require_hypothesis` is set."""

    slug: ClassVar[str] = "no-hypothesis"
    experiment: str
    file: Path | None = None

    def _compose(self) -> str:
        where = f" in {self.file}" if self.file else ""
        return (
            f"Experiment {self.experiment!r} states no hypothesis, and require_hypothesis is "
            f"set{where}.\nSay what it claims in one of these places:\n"
            "    - a text `hypothesis` beside its `name`\n"
            "    - the docstring of its `run`, or else of its module or class\n"
            '    - mitosis.run(..., hypothesis="..."), or --hypothesis'
        )


@error
class NestedTrialError(MitosisError, RuntimeError):
    """A trial was to start inside a trial or a check, mostly by a module being imported."""

    slug: ClassVar[str] = "nested-trial"
    experiment: str

    def _compose(self) -> str:
        return (
            "mitosis.run or mitosis.recording was called for experiment "
            f"{self.experiment!r} inside a trial, or while a module was only imported.\n"
            "If a module that is also imported calls it, put the call under\n"
            '    if __name__ == "__main__":'
        )


@error
class InvalidArgumentsError(MitosisError, TypeError):
    """The parameters do not fit what the experiment takes.

    Attributes:
        signature: of `run`, or a sentence where there is none.
        missing: the arguments that have to be given and are not.
        ways: how to give each of them; only a command line says so.
    """

    slug: ClassVar[str] = "invalid-arguments"
    experiment: str
    signature: str
    faults: tuple[str, ...]
    missing: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()

    def _compose(self) -> str:
        is_run = self.signature.startswith("(")
        it_takes = f"Its signature is run{self.signature}." if is_run else self.signature
        ways = f"\nGive what is missing:\n{listed(self.ways)}" if self.ways else ""
        return (
            f"The parameters do not fit experiment {self.experiment!r}:\n"
            f"{listed(self.faults)}\n{it_takes}{ways}"
        )


@error
class UnknownVariantError(MitosisError, LookupError):
    """No variant, or no parameter, has the name that was asked for."""

    slug: ClassVar[str] = "unknown-variant"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"Nothing was run, because of unknown names:\n{listed(self.faults)}"


@error
class InvalidParameterError(MitosisError, ValueError):
    """A parameter's or variant's name, or the expression for its value, cannot be used."""

    slug: ClassVar[str] = "invalid-parameter"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"Nothing was run, because of unusable parameters:\n{listed(self.faults)}"


@error
class SettingsError(MitosisError, ValueError):
    """The settings in `[tool.mitosis]` hold a mistake."""

    slug: ClassVar[str] = "settings"
    file: Path
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return f"[tool.mitosis] in {self.file} holds mistakes:\n{listed(self.faults)}"
