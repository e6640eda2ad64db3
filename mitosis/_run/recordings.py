"""`recording`: a block of code as a trial, in the very process that it stands in.

What is locked, recorded and written is the same as with `run`; see `Course`. Only the execution
is another: there is no notebook to run and no kernel, and nothing to travel there.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from mitosis._messages import messages
from mitosis._model import Parameter, Status, Trial
from mitosis._run.block import Block
from mitosis._run.in_this_process import InThisProcess
from mitosis._run.naming import parameters_of
from mitosis._run.options import Options
from mitosis._run.story import Request, refuse_inside_trial, undertake
from mitosis.errors import MitosisError, NestedTrialError

log = logging.getLogger("mitosis")

_only_one = threading.Lock()
"""Held while a block is recorded: output streams and generators are the process's own."""


def recording(
    experiment: str,
    parameters: Mapping[str, Any] | Sequence[Parameter] = (),
    *,
    debug: bool = False,
    seed: int | None = None,
    group: str | None = None,
    trials_folder: Path | str | None = None,
    logfile: str | None = None,
    output_extension: str = "html",
    hypothesis: str | None = None,
    data: Sequence[Path | str] = (),
    suppress: bool = False,
) -> Recording:
    """Record a block of code as one trial, without a notebook and without a kernel.

    The block runs where it stands, in a script or in a cell. When it begins, its variants are
    locked and the trial is claimed as with `run`; an error before that leaves everything on
    disk as it was, and the block does not run. When it ends, however that happens, the trial's
    row, folder and page are complete. What is printed meanwhile goes to the trial's log, too,
    line by line; not so what other programs or libraries in C write past Python's streams.

    The global generators are seeded when the block begins, as `run` does it, and are put back
    afterwards as they were before.

    Args:
        experiment: the experiment's name; all trials of one name share a database.
        parameters: argument to value, or a list of `Parameter`s, or what `parameters_from`
            returns. The variant of a plain value is named by its literal, as `-e` does it on
            the command line; one without a short literal by its type and a digest.
        debug: as in `run`.
        seed: for the global generators. Default: the parameter `seed`, else one of 32 bits is
            generated and recorded.
        group: separates trials of the same experiment.
        trials_folder: as in `run`.
        logfile: as in `run`.
        output_extension: as in `run`.
        hypothesis: what the experiment claims.
        data: as in `run`.
        suppress: whether the script goes on after the block if it raises an `Exception`. The
            trial is recorded as failed all the same, and a line says so.

    Returns:
        What `with` takes, and gives to the block: see `Recording`.

    Raises:
        NestedTrialError: a trial runs in this process already.
        InvalidParameterError: a name, an expression or an option cannot be used.
        MitosisError: all else that `run` refuses before it starts anything.

    Example:
        >>> for k in range(1, 10):                                       # doctest: +SKIP
        ...     with mitosis.recording("kmeans", {"k": k}, suppress=True) as trial:
        ...         trial.results["main"] = KMeans(k).fit(table).inertia_
    """
    options = Options(
        debug=debug,
        logfile=logfile,
        output_extension=output_extension,
        hypothesis=hypothesis,
        data=data,
    )
    request = Request(parameters_of(parameters), seed, group, trials_folder)
    block = Block.around(sys._getframe(1), experiment, hypothesis)  # noqa: SLF001 - as inspect does
    return Recording(block, request, options, suppress=suppress)


class Recording:
    """A block of code that is recorded, as `mitosis.recording` gives it to the block.

    Attributes:
        results: for the block to fill; `results["main"]` is the one worth comparing, if there
            is one. Stored when the block ends, also when it fails.
    """

    def __init__(
        self, block: Block, request: Request, options: Options, *, suppress: bool
    ) -> None:
        self._results: dict[Any, Any] = {}
        self._block = block
        self._request = request
        self._options = options
        self._suppress = suppress
        self._running: InThisProcess | None = None
        self._trial: Trial | None = None

    @property
    def results(self) -> dict[Any, Any]:
        """What the block found out; a dict of its own may be put in its place."""
        return self._results

    @results.setter
    def results(self, results: Mapping[Any, Any]) -> None:
        if not isinstance(results, Mapping):
            msg = f"results are a dict, not {results!r:.100}; results['main'] = ... fills it"
            raise TypeError(msg)
        self._results = dict(results)

    @property
    def trial(self) -> Trial:
        """The trial, as `run` returns it; until the block has ended its status is running."""
        if self._trial is None:
            msg = "the trial begins with the block: with mitosis.recording(...) as trial:"
            raise LookupError(msg)
        return self._trial

    @property
    def name(self) -> str:
        """The trial's name."""
        return self.trial.name

    @property
    def key(self) -> str:
        """A short random id, unique among the experiment's trials."""
        return self.trial.key

    @property
    def seed(self) -> int | None:
        """What the global generators were seeded with."""
        return self.trial.seed

    @property
    def folder(self) -> Path:
        """The trial's folder."""
        return self.trial.folder

    @property
    def html(self) -> Path:
        """The trial's page."""
        return self.trial.html

    @property
    def status(self) -> Status:
        """How the trial stands."""
        return self.trial.status

    @property
    def main(self) -> Any:
        """`results["main"]`, if there is one."""
        return self.results.get("main")

    def __repr__(self) -> str:
        told = f"{self.name!r}, {self.status.value}" if self._trial else self._block.name
        return f"<Recording {told}>"

    def __enter__(self) -> Recording:
        try:
            self._start()
        except MitosisError as error:
            log.debug("where it was raised:", exc_info=True)
            raise error.with_traceback(None) from None  # the message says it all
        return self

    def _start(self) -> None:
        if not _only_one.acquire(blocking=False):
            raise NestedTrialError(experiment=self._block.name)
        try:
            refuse_inside_trial(self._block.name)
            with messages(debug=self._options.debug):
                undertaking = undertake(self._block, self._request, self._options)
                self._running = undertaking.carry_out(InThisProcess)
                self._running.begin()
                self._trial = self._running.trial(Status.RUNNING)  # its folder has its name now
            atexit.register(self._abandon)
            self._running.listen(but_in=Recording.__exit__.__code__)
        except BaseException as exc:
            self._stop(exc)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._running is None or self._running.is_elsewhere():
            return False
        is_suppressed = self._suppress and isinstance(error, Exception)
        self._stop(error, how="; the script goes on" if is_suppressed else "")
        return is_suppressed

    def _abandon(self) -> None:
        """End a block that stays open for ever, as of a generator that nobody used up."""
        if self._running and not self._running.is_elsewhere():
            self._stop(RuntimeError("Python ended before the block did"))

    def _stop(self, error: BaseException | None, how: str = "") -> None:
        """Write how the block ended, if it began, and let others begin."""
        running, self._running = self._running, None
        atexit.unregister(self._abandon)
        try:
            if running:
                with messages(debug=self._options.debug):
                    self._trial = running.end(self.results, error, how)
        finally:
            _only_one.release()
            if running:
                running.give_back_signals(error)
