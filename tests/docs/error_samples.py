"""One error of each class, as the reference shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mitosis import errors
from mitosis._model import Conflict, Lock, Variant

_TRIALS = Path("/home/ada/coin/trials")
_REPOSITORY = Path("/home/ada/coin")
_DATABASE = _TRIALS / "coin.db"


@dataclass(frozen=True)
class _Trial:
    name: str
    html: Path


_TRIAL = _Trial("coin-fair-0-1", _TRIALS / "trial_coin-fair-0-1.html")


def _variant(text: str) -> Variant:
    return Variant("solver", "quick", text, digest="", version=1)


_LOCK = Lock(
    "coin",
    _variant("{'steps': 100, 'tolerance': 0.1}"),
    datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
    trial_name="coin-fair-quick-1",
    trial_key="823e8316",
    commit="b9ac60db60d2f1a3",
)
_CONFLICT = Conflict(
    _LOCK,
    _variant("{'steps': 100, 'tolerance': 0.01}"),
    differences=(("$['tolerance']", "0.1", "0.01"),),
)

SAMPLES: tuple[errors.MitosisError, ...] = (
    errors.ExperimentNotFoundError(
        name="coins", reason="no module is named 'coins'; did you mean 'coin'?"
    ),
    errors.InvalidExperimentError(
        experiment="Module 'coin'", faults=("it has no `name`", "it has no `run`")
    ),
    errors.NoHypothesisError(experiment="coin", file=_REPOSITORY / "pyproject.toml"),
    errors.NestedTrialError(experiment="coin"),
    errors.InvalidArgumentsError(
        experiment="coin",
        signature="(seed, tosses, bias)",
        faults=(
            "run() takes no argument 'toss'; did you mean 'tosses'?",
            "argument 'tosses' of run() is missing",
        ),
        missing=("tosses",),
        ways=("-p tosses=VARIANT (few, many)",),
    ),
    errors.UnknownVariantError(
        faults=("parameter 'tosses' has no variant 'fwe'; did you mean 'few'?",)
    ),
    errors.InvalidParameterError(
        faults=(
            "the expression '1 / 0' for 'tosses' raised ZeroDivisionError: division by zero",
        )
    ),
    errors.InvalidResultsError(
        experiment="coin", reason="returned a dict without \"main\" (it holds 'share')"
    ),
    errors.InvalidMetricError(faults=("'model' is of type 'Model': JSON cannot hold it",)),
    errors.ArtifactError(name="../model.pkl", reason="it leads out of the folder of artifacts"),
    errors.SettingsError(
        file=_REPOSITORY / "pyproject.toml",
        faults=("unknown key 'trial_folder'; did you mean 'trials_folder'?",),
    ),
    errors.DirtyRepositoryError(repository=_REPOSITORY, files=(" M coin.py", "?? notes.txt")),
    errors.NoRepositoryError(
        place=_REPOSITORY / "coin.py", reason="there is no git repository"
    ),
    errors.UncommittedExperimentError(
        repository=_REPOSITORY,
        file=_REPOSITORY / ".venv/lib/python3.11/site-packages/coin.py",
    ),
    errors.CodeChangedError(
        repository=_REPOSITORY, changes=("HEAD 5b1f08c9aa -> 77e0d2c41b", " M coin.py")
    ),
    errors.WorkerCodeError(
        host="node7",
        repository=_REPOSITORY,
        expected="5b1f08c9aa3d5f1c8b1d54f3c1a6bb6a2fe0c1d7",
        found="77e0d2c41b9f0e3f6b7f8f0c2ad7ad9e4f1b2c3d",
        changes=(" M coin.py",),
    ),
    errors.NotCanonicalError(
        subject="Parameter: variant 'quick' of 'solver'",
        faults=(
            (
                "$['callback']",
                "a lambda has no importable name; define a function at the top of a module",
            ),
        ),
    ),
    errors.NotPicklableError(
        faults=("parameter 'solver', a Solver: TypeError: cannot pickle 'SSLContext' object",)
    ),
    errors.RegistrationError(
        kind="numpy.ndarray", reason="mitosis has a rule of its own for it"
    ),
    errors.ValueChangedError(differences=(("solver.tolerance", "0.1", "0.2"),)),
    errors.UnpicklingError(
        what="parameter 'solver'", reason="ModuleNotFoundError(\"No module named 'solvers'\")"
    ),
    errors.VariantConflictError(experiment="coin", database=_DATABASE, conflicts=(_CONFLICT,)),
    errors.UnknownLockError(
        wanted="variant 'quik' of parameter 'solver' of experiment 'coin'", near=("quick",)
    ),
    errors.RenameError(
        lock="variant 'quick' of parameter 'solver' of experiment 'coin'",
        new_name="rough",
        reason=f"that name is locked to {{'steps': 10}}\n    {_LOCK.origin}",
    ),
    errors.LockImportConflictError(database=_DATABASE, conflicts=(_CONFLICT,)),
    errors.TrialsFolderError(folder=_TRIALS, reason="it is a file"),
    errors.DataFileError(
        path=_REPOSITORY / "data/tosses.csv", reason="No such file or directory"
    ),
    errors.DatabaseError(database=_DATABASE, reason="disk I/O error"),
    errors.NotADatabaseError(database=_DATABASE, reason="its first bytes are something else"),
    errors.ForeignDatabaseError(database=_DATABASE, tables=("customers", "orders")),
    errors.NewerDatabaseError(database=_DATABASE, found=3, known=2),
    errors.NewerEditionError(
        database=_DATABASE,
        variants=("variant 'quick' of parameter 'solver'",),
        found=4,
        known=2,
    ),
    errors.AmbiguousDatabaseError(
        database=_TRIALS, experiment="coin", files=("before-review.db", "coins.db")
    ),
    errors.DatabaseBusyError(database=_DATABASE, waited_seconds=60),
    errors.ServerError(
        database=_DATABASE,
        server="postgresql+psycopg://db.example.org/waves",
        reason="connection timeout expired",
    ),
    errors.LockFileError(
        file=_REPOSITORY / "mitosis.lock",
        faults=("variant 3 (coin, solver=quick): digest is not that of text: one was changed",),
    ),
    errors.RecordError(
        file=_TRIALS / "coin-fair-0-1_823e8316" / "record.json",
        reason="it lacks 'started_at'",
    ),
    errors.ArchiveError(
        file=Path("coin.zip"),
        reason="coin-fair-0-1_823e8316/results.dill is not what its digest says",
    ),
    errors.StillRunningError(folder=_TRIALS, trials=("823e8316  coin-fair-0-1",)),
    errors.InvalidSweepError(
        faults=(
            "parameter 'bias' has no variant 'fiar'; did you mean 'fair'?",
            "'tosses' is given no values",
        ),
    ),
    errors.UnknownSweepError(folder=_TRIALS, reason="'nigth'; did you mean 'night'?"),
    errors.SweepExistsError(folder=_TRIALS, name="night"),
    errors.SweepChangedError(
        name="night",
        changes=("code 823e8316a0 -> 9a3fc02b11: M coin.py", "numpy 1.26.4 -> 2.0.1"),
    ),
    errors.SweepRunningError(folder=_TRIALS, name="night"),
    errors.ClusterError(
        cluster="tcp://node7:8786",
        reason="Timed out trying to connect to tcp://node7:8786 after 15 s",
    ),
    errors.UnknownTrialError(
        folder=_TRIALS,
        faults=(
            "'coin-fare-0-1'; did you mean 'coin-fair-0-1'?",
            "'9a3f'",
            "'coin' is an experiment: `mitosis history coin` lists its trials",
        ),
    ),
    errors.TrialElsewhereError(
        folder=_TRIALS,
        faults=("coin-fair-0-1 (key 823e8316): bob@lab-3:/home/bob/coin/trials",),
    ),
    errors.AmbiguousTrialError(
        folder=_TRIALS,
        reference="8",
        candidates=(
            "823e8316  2026-11-21 09:30  coin-fair-0-1",
            "8d11a0c4  2026-11-21 09:34  coin-fair-0-2",
        ),
    ),
    errors.NotPersistedError(
        folder=_TRIALS / "coin-fair-0-1_823e8316",
        step="toss",
        call=3,
        kept=("'toss': calls 0 to 2",),
    ),
    errors.UnknownFieldError(faults=("'toses'; did you mean 'tosses'?",)),
    errors.InvalidExpressionError(
        expression="tosses > 3 & bias == 0.5",
        faults=((11, "`&` binds before comparisons: write `and`"),),
    ),
    errors.ExportError(
        file=Path("table.doc"),
        reason=(
            "its ending says how, and '.doc' is none of .csv, .html, .json, .md, .parquet, "
            ".pd, .pickle, .pkl, .tex, .xlsx"
        ),
    ),
    errors.ExperimentFailedError(
        trial=_TRIAL,
        reason="failed: ZeroDivisionError: division by zero",
        traceback="(the traceback of the experiment's own error)",
    ),
    errors.TrialKilledError(
        trial=_TRIAL, reason="was killed: its kernel ended by signal SIGKILL"
    ),
    errors.TrialTimedOutError(trial=_TRIAL, reason="timed out after 60 s"),
    errors.KernelStartError(
        trial=_TRIAL, reason="had no kernel: ModuleNotFoundError: No module named 'ipykernel'"
    ),
)
