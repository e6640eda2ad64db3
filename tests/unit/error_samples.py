"""One error of each class, for the tests that hold for all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from mitosis import errors
from mitosis._model import Conflict, Lock, Status, Trial, Variant

FILE = Path("trials/sine.db")
LOCKED_AT = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)
TRIAL = Trial(
    name="sine-low-1",
    key="3f9a2c11",
    experiment="sine",
    variants={"noise": "low"},
    iteration=1,
    seed=2,
    status=Status.FAILED,
    html=Path("trials/trial_sine-low-1.html"),
    folder=Path("trials/sine-low-1_3f9a2c11"),
)
LOCK = Lock(
    "sine",
    Variant("noise", "low", "1", "d1", 1),
    LOCKED_AT,
    "sine-low-1",
    "3f9a2c11",
    "abcdef0123456",
)
CONFLICT = Conflict(LOCK, Variant("noise", "low", "2", "d2", 1), (("$", "1", "2"),))

_FAULTS = ("the first fault", "the second fault")
SAMPLES: tuple[errors.MitosisError, ...] = (
    errors.ExperimentNotFoundError(name="sin", reason="no module"),
    errors.InvalidExperimentError(experiment="Module 'sine'", faults=_FAULTS),
    errors.NoHypothesisError(experiment="sine", file=Path("pyproject.toml")),
    errors.InvalidArgumentsError(experiment="sine", signature="(x)", faults=_FAULTS),
    errors.InvalidArgumentsError(
        experiment="sine",
        signature="(x)",
        faults=_FAULTS,
        missing=("x",),
        ways=("-e x=VALUE",),
    ),
    errors.UnknownVariantError(faults=_FAULTS),
    errors.InvalidParameterError(faults=_FAULTS),
    errors.InvalidResultsError(experiment="sine", reason="returned 3, which is no dict"),
    errors.InvalidResultsError(experiment="sine_fit", reason="returned 3", step="fit"),
    errors.InvalidMetricError(faults=_FAULTS),
    errors.ArtifactError(name="../x", reason="it leads out"),
    errors.SettingsError(file=Path("pyproject.toml"), faults=_FAULTS),
    errors.DirtyRepositoryError(repository=Path("/repo"), files=("?? new.py", " M old.py")),
    errors.NoRepositoryError(place=Path("/place"), reason="there is no commit"),
    errors.UncommittedExperimentError(repository=Path("/repo"), file=Path("/repo/x.py")),
    errors.CodeChangedError(repository=Path("/repo"), changes=(" M old.py",)),
    errors.WorkerCodeError(
        host="node7",
        repository=Path("/repo"),
        expected="c0ffee",
        found="beef01",
        changes=(" M old.py",),
    ),
    errors.NotCanonicalError(faults=(("$['a']", "a lambda"), ("$['b']", "an open file"))),
    errors.NotPicklableError(faults=_FAULTS),
    errors.RegistrationError(kind="pkg.Solver", reason="it is no class"),
    errors.ValueChangedError(differences=(("solver.steps", "3", "4"),)),
    errors.UnpicklingError(what="parameter 'x'", reason="no module"),
    errors.VariantConflictError(experiment="sine", database=FILE, conflicts=(CONFLICT,)),
    errors.UnknownLockError(wanted="variant 'lwo' of parameter 'noise'", near=("low",)),
    errors.RenameError(lock="variant 'low'", new_name="high", reason="that name is locked"),
    errors.LockImportConflictError(database=FILE, conflicts=(CONFLICT,)),
    errors.NestedTrialError(experiment="sine"),
    errors.TrialsFolderError(folder=Path("/trials"), reason="it is a file"),
    errors.DataFileError(path=Path("/data.csv"), reason="Permission denied"),
    errors.DatabaseError(database=FILE, reason="disk I/O error"),
    errors.NotADatabaseError(database=FILE, reason="its first bytes are something else"),
    errors.ForeignDatabaseError(database=FILE, tables=("theirs",)),
    errors.NewerDatabaseError(database=FILE, found=7, known=1),
    errors.NewerEditionError(database=FILE, variants=("variant 'low'",), found=7, known=1),
    errors.AmbiguousDatabaseError(database=FILE.parent, experiment="sine", files=_FAULTS),
    errors.DatabaseBusyError(database=FILE, waited_seconds=60.0),
    errors.ServerError(database=FILE, server="postgresql+psycopg://db/waves", reason="away"),
    errors.LockFileError(file=Path("mitosis.lock"), faults=_FAULTS),
    errors.RecordError(file=Path("record.json"), reason="it is empty"),
    errors.ArchiveError(file=Path("trials.zip"), reason="it is cut off"),
    errors.ArchiveError(file=Path("trials.zip"), reason="it is there", advice="Go elsewhere."),
    errors.StillRunningError(folder=Path("/trials"), trials=_FAULTS),
    errors.InvalidSweepError(faults=_FAULTS),
    errors.UnknownSweepError(folder=Path("/trials"), reason="'nigth'; did you mean 'night'?"),
    errors.SweepExistsError(folder=Path("/trials"), name="night"),
    errors.SweepExistsError(folder=Path("/trials"), name="night", is_planned=False),
    errors.SweepChangedError(name="night", changes=_FAULTS),
    errors.SweepRunningError(folder=Path("/trials"), name="night"),
    errors.ClusterError(cluster="tcp://node7:8786", reason="Timed out"),
    errors.UnknownTrialError(folder=Path("/trials"), faults=_FAULTS),
    errors.TrialElsewhereError(folder=Path("/trials"), faults=_FAULTS),
    errors.AmbiguousTrialError(folder=Path("/trials"), reference="3", candidates=_FAULTS),
    errors.NotPersistedError(folder=Path("/trials"), step="load", call=3, kept=_FAULTS),
    errors.UnknownFieldError(faults=_FAULTS),
    errors.InvalidExpressionError(expression="k >> 2", faults=((2, "a fault"),)),
    errors.ExportError(file=Path("table.doc"), reason="no such format"),
    errors.TrialError(trial=TRIAL, reason="ended oddly"),
    errors.ExperimentFailedError(trial=TRIAL, reason="raised", traceback="ValueError: x"),
    errors.TrialKilledError(trial=TRIAL, reason="was killed by SIGKILL"),
    errors.TrialTimedOutError(trial=TRIAL, reason="took longer than 3 s"),
    errors.KernelStartError(trial=TRIAL, reason="had no kernel"),
)
