"""A recorded trial, as users get it: told at once where it is small, read when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from mitosis._dataclass import dataclass
from mitosis._model.trials import Status


class TrialReader(Protocol):
    """Reads what lies in a trial's folder; each method is called at most once a trial."""

    def main(self) -> Any:
        """Return `results["main"]`."""

    def results(self) -> dict[str, Any]:
        """Return what `run` returned."""

    def parameters(self) -> Mapping[str, Any]:
        """Return argument to value."""

    def metrics(self) -> Any:
        """Return a DataFrame of all logged points."""

    def artifacts(self) -> Mapping[str, Path]:
        """Return name to file."""

    def log(self) -> str:
        """Return all output."""

    def notebook(self) -> Any:
        """Return the executed notebook."""

    def environment(self) -> Mapping[str, Any]:
        """Return packages and the like."""

    def code(self) -> Any:
        """Return the sources."""

    def record(self) -> Mapping[str, Any]:
        """Return all of `record.json`."""

    def persisted(self, step: str, call: int) -> Any:
        """Return what a step returned."""


@dataclass(frozen=True)
class Trial:
    """One run of an experiment with a variant for every parameter, as it was recorded.

    What lies in its folder is read when it is first asked for, and kept.

    Attributes:
        name: `<experiment>-<variants, in the order of parameter names>-<iteration>`.
        key: a short random id, unique among the experiment's trials.
        experiment: the experiment's name.
        variants: argument name to variant name, of the tracked parameters.
        iteration: the how-manieth trial of the same variants, from 1; None in debug mode.
        seed: the seed that the trial ran with, None if it had none.
        status: how it ended.
        html: the notebook a person opens (an `.ipynb` if that was asked for).
        folder: everything else: record, results, log.
        group: the group that it was run in, if any.
        commit: the commit of the code that ran, None in debug mode outside a repository.
    """

    name: str
    key: str
    experiment: str
    variants: Mapping[str, str]
    iteration: int | None
    seed: int | None
    status: Status
    html: Path
    folder: Path
    group: str | None = None
    commit: str | None = None
    reader: TrialReader | None = field(default=None, repr=False, compare=False)

    @property
    def _read(self) -> TrialReader:
        if self.reader is None:
            msg = f"trial {self.name!r} came without its folder"
            raise LookupError(msg)
        return self.reader

    @cached_property
    def main(self) -> Any:
        """`results["main"]`; None if the trial did not get that far."""
        return self._read.main()

    @cached_property
    def results(self) -> dict[str, Any]:
        """What `run` returned, as far as it could be kept; read from disk when first asked.

        Unpickling runs code, and needs the modules whose classes the results hold.
        """
        return self._read.results()

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """Argument name to the value that `run` got.

        Values that were pickled are unpickled when they are asked for. What no file holds,
        such as a secret, is an object that says why, with `reason` and `text`.
        """
        return self._read.parameters()

    @cached_property
    def metrics(self) -> Any:
        """A pandas DataFrame of all that was logged: a row a step, a column a name.

        The index is called `step` and ascends. What several calls logged for one step stands
        in one row; of two values of one name the later one counts. The column `at` has the
        seconds from the trial's start to the row's last call. A trial that logged nothing
        has no rows.
        """
        return self._read.metrics()

    @cached_property
    def artifacts(self) -> Mapping[str, Path]:
        """Name to file of everything that the experiment kept; also while it runs."""
        return self._read.artifacts()

    @cached_property
    def log(self) -> str:
        """Everything that the experiment printed and logged, as plain text."""
        return self._read.log()

    @cached_property
    def notebook(self) -> Any:
        """The executed notebook: `trial.notebook["tag"]` is the output of the tagged cell.

        A number, dict or other literal, a text, a DataFrame, or a figure with `save(path)`;
        None where the cell showed nothing, and `KeyError` where no cell has the tag. Of an
        experiment that is a notebook, a tag that names a result is the result itself.
        `notebook.tags` are all tags, `notebook.outputs("tag")` all outputs of a cell.
        """
        return self._read.notebook()

    @cached_property
    def environment(self) -> Mapping[str, Any]:
        """What the trial ran with: `python`, `packages`, `host`, `cpu`, `gpus` and more."""
        return self._read.environment()

    @cached_property
    def code(self) -> Any:
        """The sources as they ran: `experiment`, a text; `steps` and `files`, texts by name.

        `files` are the modules of the repository at the trial's commit, asked of git when
        they are used: `LookupError` where no repository here has the commit.
        """
        return self._read.code()

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """All of `record.json`: reason, warnings, times, machine, data and more.

        `RecordError` where it is gone or damaged.
        """
        return self._read.record()

    def persisted(self, step: str, call: int = -1) -> Any:
        """Return what a step returned that was declared with `persist=True`.

        Args:
            step: the function's name.
            call: which of its calls, from 0; the last one by default.

        Raises:
            LookupError: nothing was kept of it.
        """
        return self._read.persisted(step, call)
