"""The hidden side of a trial's notebook: what its cells call, and what runs around them."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import dill  # noqa: F401 - here, for an experiment may leave no path to import it by

from mitosis._canonical import arrive
from mitosis._layout import TrialFolder
from mitosis._recording import surroundings
from mitosis._recording.artifacts import Artifacts, keep_in
from mitosis._recording.current import run_in
from mitosis._recording.data import DataLog, record_in
from mitosis._recording.digests import Digests, digests
from mitosis._recording.displays import Displays, speak_plainly
from mitosis._recording.handing import Handing
from mitosis._recording.libraries import (
    module_files,
    numeric_builds,
    numeric_libraries,
    survivors,
)
from mitosis._recording.metrics import MetricsLog, log_in
from mitosis._recording.parameters import LockedParameters, mutation_warning
from mitosis._recording.pickles import HOLDS_SECRET, Keeping, loads, read_pickle, write_pickles
from mitosis._recording.randomness import Generators, unseeded_warnings
from mitosis._recording.report import Report, plain, shortened
from mitosis._recording.results import Results, numbers, with_main
from mitosis._recording.secrecy import EXPERIMENT, REGISTERED, Secrets
from mitosis._recording.step_log import StepLog, record_steps_in
from mitosis._recording.streams import Log, Output
from mitosis._recording.tagged import TaggedCells
from mitosis._recording.task import Task, enter_trial, leave_trial
from mitosis.errors import InvalidResultsError, UnpicklingError

_running: list[Session] = []


def running_session() -> Session:
    """Return the session that this kernel began, whatever its cells did to their names."""
    return _running[-1]


class Session:
    """One trial, as its kernel sees it.

    Args:
        folder: the trial's.
        argv: the runner's command line, which the experiment sees as `sys.argv`.
        repository: its root, below which input files are told from there; None outside of one.
        secrets: what `Secrets` takes, as a dict; None if there are none.
    """

    def __init__(
        self,
        folder: Path,
        *,
        argv: Sequence[str],
        repository: Path | None = None,
        secrets: Mapping[str, Any] | None = None,
    ) -> None:
        self._folder = TrialFolder(folder)
        self._task = Task.read(self._folder.task)
        self._argv = list(argv)
        self._secrets = Secrets(**secrets or {})
        self._log = Log(self._folder.log)
        self._displays = Displays(
            self._folder.displays, self._log.size_bytes, self._secrets.redact
        )
        self._data = DataLog(self._folder.data, repository, self._task.data)
        self._metrics = MetricsLog(self._folder.metrics, self._secrets.redact)
        self._artifacts = Artifacts(self._folder.artifacts, self._secrets, self._warn)
        self._generators = Generators(self._task.seed)
        self._parameters = LockedParameters(self._task.locked, self._task.script)
        self._report = Report()
        self._warnings: list[str] = []
        self._results: Mapping[Any, Any] | None = None
        self._digests = Digests()
        self._steps = StepLog(self._folder, self._secrets, self._warn)
        self._handing = Handing(self._folder, self._task.experiment, self._secrets)
        self._payload: Any = None
        self._threads: set[int] = set()
        self._output: Output | None = None
        self._tagged = TaggedCells()
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, namespace: dict[str, Any]) -> None:
        """Set the kernel up, and give the notebook's cells the functions they call."""
        from IPython import get_ipython

        shell = get_ipython()
        _running.append(self)
        self._record_here()
        surroundings.show_whole_tracebacks(shell)
        surroundings.keep_bars_as_text()
        surroundings.draw_figures_once(shell)
        speak_plainly(shell.kernel.session)
        self._displays.listen(shell.kernel.session)
        self._displays.mark_cells(shell)
        sys.argv[:] = self._argv
        # IPython undoes, after each cell, what the cell did to the streams, and holds all
        # output in memory. From the next cell on it does neither.
        shell._tee = lambda channel: nullcontext()  # noqa: ARG005, SLF001 - as IPython calls it
        shell.events.register("pre_run_cell", self._capture_output)
        shell.events.register("post_execute", self._settle_output)
        self._threads = {thread.ident for thread in threading.enumerate() if thread.ident}
        self._generators.begin()
        functions = {
            "unpickled": self.unpickled,
            "the_experiment": self.the_experiment,
            "check_locked": self.check_locked,
            "seed_globals": self._generators.seed_globals,
            "hand_on": self.hand_on,
            "handed_on": self._handing.give,
            "keep": self.keep,
        }
        namespace.update(functions)
        self._tagged.follow(shell, namespace, functions)

    def _record_here(self) -> None:
        """Have what experiments call while they run write to this trial; see `_leave`."""
        enter_trial(self._task.experiment)
        record_in(self._data)
        record_steps_in(self._steps)
        run_in(self._folder)
        log_in(self._metrics)
        keep_in(self._artifacts)

    def _leave(self) -> None:
        """Undo `_record_here`, in a process that lives on."""
        record_in(None)
        record_steps_in(None)
        run_in(None)
        log_in(None)
        keep_in(None)
        leave_trial(self._task.experiment)

    def _capture_output(self, info: object) -> None:
        # An experiment may call asyncio.run, as it may in a script, unless it awaits in a cell.
        self._loop = asyncio._get_running_loop() or self._loop  # noqa: SLF001 - exported
        if not self._tagged.awaits(info):
            asyncio._set_running_loop(None)  # noqa: SLF001 - exported for event loops
        if self._output is None:
            self._output = Output(self._log, self._secrets, self._tagged.hear)
            surroundings.show_log_records(self._task.log_level)

    def _settle_output(self) -> None:
        if self._loop:
            asyncio.set_event_loop(self._loop)
            asyncio._set_running_loop(self._loop)  # noqa: SLF001 - as above
        if self._output:
            self._output.settle()

    def unpickled(self, argument: str) -> Any:
        """Return the value of a parameter that travelled as a pickle."""
        parameter = self._task.parameters.get(argument)
        try:
            for module in parameter.modules if parameter else ():
                importlib.import_module(module)
            file = self._folder.root / parameter.file if parameter else Path()
            return self._arrived(argument, file)
        except Exception as exc:
            raise UnpicklingError(what=f"parameter {argument!r}", reason=repr(exc)) from exc

    def the_experiment(self) -> Any:
        """Return an experiment that travelled as a pickle; the same one each time."""
        try:
            if self._payload is None:
                self._payload = self._arrived(EXPERIMENT, self._folder.experiment)
            return self._payload
        except Exception as exc:
            what = f"experiment {self._task.experiment!r}"
            raise UnpicklingError(what=what, reason=repr(exc)) from exc

    def check_locked(self, parameters: Mapping[str, Any]) -> None:
        """Make sure, before the experiment runs, that the parameters are what was locked."""
        if REGISTERED in self._secrets.pickles or self._folder.registered.exists():
            try:
                arrive(self._arrived(REGISTERED, self._folder.registered))
            except Exception as exc:
                what = "what is registered for types in the parameters"
                raise UnpicklingError(what=what, reason=repr(exc)) from exc
        with self._secrets.keyed():
            self._parameters.check(parameters)

    def _arrived(self, name: str, file: Path) -> Any:
        """Unpickle what came over the socket, or else a file."""
        pickle = self._secrets.pickles.get(name)
        return read_pickle(file) if pickle is None else loads(pickle)

    def hand_on(self, step: str, results: Any) -> Results:
        """Keep what a step returned for the one that follows, and show it."""
        self._handing.take(step, results)
        return Results(results)

    def keep(self, results: Any) -> Results:
        """Check and store what `run` returned, and show it."""
        is_notebook = self._tagged.in_notebook
        try:
            found = with_main(self._tagged.results(results), is_notebook)
        except ValueError as exc:
            experiment = self._task.experiment
            raise InvalidResultsError(
                experiment=experiment, reason=str(exc), is_notebook=is_notebook
            ) from None
        return self.store(found)

    def store(self, results: Mapping[Any, Any]) -> Results:
        """Store a dict of results, whatever its keys, and digest them."""
        keeping = self._stored(results)
        secret = {key for key, why in keeping.dropped.items() if why == HOLDS_SECRET}
        with self._secrets.keyed():
            self._digests = digests(results, secret)
        main, exact = plain(results.get("main"))
        self._report = Report(
            main=main,
            main_is_exact=exact,
            results={str(key): shortened(value) for key, value in results.items()},
            numbers=numbers(results, secret),
            dropped=keeping.dropped,
            digests=self._digests.of,
            undigested=self._digests.reasons,
            results_digest=self._digests.all,
        )
        self._results = results
        for key, why in keeping.dropped.items():
            logging.getLogger("mitosis").warning("result %r could not be stored: %s", key, why)
        return Results(results)

    def _stored(self, results: Mapping[Any, Any]) -> Keeping:
        """Store the results. A disk that is full costs them, but not what is told of them."""
        try:
            return write_pickles(self._folder.results, results, self._secrets.are_in)
        except OSError as exc:
            self._folder.reserve.unlink(missing_ok=True)  # it was kept for the report
            reason = f"{exc.strerror or exc}"
            self._warn(f"the results could not be stored: {reason}")
            return Keeping((), dict.fromkeys(map(str, results), reason))

    def end(self, traceback: str = "", earlier: Sequence[Mapping[str, Any]] = ()) -> None:
        """Write what only the kernel knows, whether the experiment succeeded or not.

        Args:
            traceback: of the experiment's error, if there was one.
            earlier: trials to compare the results with, as `purity` takes them.
        """
        self.tell(traceback, earlier)
        surroundings.leave_without_closing_sockets()

    def tell(self, traceback: str, earlier: Sequence[Mapping[str, Any]]) -> None:
        """Find out what only this process knows, and write the report."""
        if traceback:
            self._log.write("stderr", self._secrets.redact(f"{traceback}\n"))
        with self._secrets.keyed():
            self._learn("mutated", "whether parameters were changed", self._changes)
            self._learn(
                "purity", "whether the results came again", lambda: self._purity(earlier)
            )
        self._learn("generators", "which generators were drawn from", self._used_generators)
        self._learn("modules", "which modules were loaded", module_files)
        self._learn("numeric_libraries", "which libraries compute", numeric_libraries)
        self._learn("numeric_builds", "how numpy was built", numeric_builds)
        self._learn(
            "", "whether the experiment left something running", self._look_for_survivors
        )
        self._steps.close()
        self._log.end()
        self._tell_what_is_incomplete()
        report = self._used(replace(self._report, warnings=self._warnings).with_usage())
        report.write(self._folder.report, self._secrets.redact)

    def _used(self, report: Report) -> Report:
        """Return a report with what the trial used, given what its process has used."""
        return report

    def _learn(self, name: str, what: str, find: Callable[[], Any]) -> None:
        """Add a fact to the report; one that cannot be had costs no other."""
        try:
            found = find()
        except BaseException as exc:  # noqa: BLE001 - memory may have run out, or anything
            self._warn(f"{what} could not be found out: {exc!r}")
        else:
            self._report = replace(self._report, **{name: found} if name else {})

    def _warn(self, warning: str) -> None:
        self._warnings.append(warning)
        self._say(f"WARNING mitosis: {warning}")

    def _say(self, line: str) -> None:
        self._log.write("stderr", self._secrets.redact(f"{line}\n"))

    def _changes(self) -> dict[str, Any]:
        mutated = self._parameters.changes()
        for argument, places in mutated.items():
            self._warn(mutation_warning(argument, places))
        return mutated

    def _purity(self, earlier: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        if self._results is None or not earlier:
            return None
        from mitosis._recording.purity import purity, told

        data = {file.path: file.digest for file in self._data.files}
        found = purity(self._results, self._digests, data, earlier, self._folder)
        if found is None:
            return None
        if found.verdict == "different":
            self._warn(told(found))
        elif text := told(found):
            self._say(f"mitosis: {text}")
        return asdict(found)

    def _used_generators(self) -> dict[str, dict[str, bool | None]]:
        use = self._generators.use()
        for warning in unseeded_warnings(use):
            self._warn(warning)
        return use

    def _look_for_survivors(self) -> None:
        if left := list(survivors(self._threads)):
            facts = "\n".join(f"    {name}" for name in left)
            self._warn(
                "the experiment returned before all that it started had ended; what that "
                f"prints later is lost\n{facts}"
            )

    def _tell_what_is_incomplete(self) -> None:
        if self._log.failure:
            self._warnings.append(
                f"output.log is incomplete from here: {self._log.failure}\n"
                f"    {self._log.missing_bytes:,} bytes are missing"
            )
        if self._metrics.failure:
            self._warnings.append(
                f"metrics.jsonl is incomplete: {self._metrics.failure}\n"
                f"    {self._metrics.missing:,} calls are missing"
            )
        if self._displays.failure:
            self._warnings.append(f"displays.jsonl is incomplete: {self._displays.failure}")
        if self._steps.failure:
            self._warnings.append(f"steps.jsonl is incomplete: {self._steps.failure}")
