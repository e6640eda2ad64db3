"""Every error that mitosis raises, in one tree.

::

    MitosisError
    ├── ExperimentNotFoundError (LookupError)   nothing importable under that name
    ├── InvalidExperimentError (TypeError)      no `name`, no callable `run`
    ├── NoHypothesisError (ValueError)          none is stated, and the settings demand one
    ├── NestedTrialError (RuntimeError)         a trial was to start inside a trial
    ├── InvalidArgumentsError (TypeError)       missing, unknown or doubled arguments
    ├── UnknownVariantError (LookupError)       no variant, or parameter, of that name
    ├── InvalidParameterError (ValueError)      a name or a value that cannot be used
    ├── InvalidResultsError (TypeError)         `run` returned no dict, or one without "main"
    ├── InvalidMetricError (TypeError)          a name or a value that cannot be logged
    ├── ArtifactError (ValueError)              a file cannot be kept so
    ├── SettingsError (ValueError)              `[tool.mitosis]` holds a mistake
    ├── CodeStateError (RuntimeError)
    │   ├── DirtyRepositoryError                uncommitted or untracked files
    │   ├── NoRepositoryError                   no git repository, or one without a commit
    │   ├── UncommittedExperimentError          the experiment's file is not part of the commit
    │   ├── CodeChangedError                    it is not what it was when the sweep began
    │   └── WorkerCodeError                     a worker has other code than the sweep
    ├── NotCanonicalError (TypeError)           a value has no text that identifies it
    ├── RegistrationError (TypeError)           `register_canonical` cannot take this type
    ├── NotPicklableError (TypeError)           a value cannot travel to the kernel
    ├── UnpicklingError (TypeError)             a value did not arrive in the kernel
    ├── ValueChangedError (RuntimeError)        a value is another one in the kernel
    ├── VariantConflictError (RuntimeError)     a locked name was given another value
    ├── UnknownLockError (LookupError)          no lock in force has that name
    ├── RenameError (ValueError)                a lock cannot take that name
    ├── LockImportConflictError (RuntimeError)  locks contradict those of another database
    ├── TrialsFolderError (OSError)             the trials folder cannot be used
    ├── DataFileError (OSError)                 an input file cannot be read
    ├── DatabaseError (RuntimeError)
    │   ├── NotADatabaseError                   the file is not SQLite, or is damaged
    │   ├── ForeignDatabaseError                the file was made by another program
    │   ├── NewerDatabaseError                  written by a newer mitosis
    │   ├── NewerEditionError                   its locks only a newer mitosis can compare
    │   ├── AmbiguousDatabaseError              several files hold an experiment's locks
    │   ├── DatabaseBusyError (TimeoutError)    another process held it too long
    │   └── ServerError (ConnectionError)       the server of a shared store is away
    ├── LockFileError (ValueError)              a `mitosis.lock` that cannot be used
    ├── RecordError (ValueError)                a `record.json` that cannot be read
    ├── ArchiveError (ValueError)               a file of exported trials that cannot be used
    ├── UnknownTrialError (LookupError)         no trial has that key or name
    │   └── TrialElsewhereError                 a colleague's trials folder has its files
    ├── AmbiguousTrialError (LookupError)       several trials have it
    ├── NotPersistedError (LookupError)         a trial has not kept what a step returned
    ├── StillRunningError (RuntimeError)        trials that run cannot be removed or taken
    ├── InvalidSweepError (ValueError)          what was asked for makes no points
    ├── UnknownSweepError (LookupError)         no sweep has that name
    ├── SweepExistsError (RuntimeError)         a sweep of that name is planned already
    ├── SweepChangedError (RuntimeError)        a sweep is not what it was when it was planned
    ├── SweepRunningError (RuntimeError)        another process runs that sweep
    ├── ClusterError (ConnectionError)          a cluster cannot be used
    ├── UnknownFieldError (LookupError)         no trial has what was asked for
    ├── InvalidExpressionError (ValueError)     an expression that chooses trials is wrong
    ├── ExportError (ValueError)                a table cannot be written so
    └── TrialError (RuntimeError)               carries the recorded `trial`
        ├── ExperimentFailedError               the experiment raised
        ├── TrialKilledError                    its kernel died
        ├── TrialTimedOutError (TimeoutError)   it took longer than it was given
        └── KernelStartError                    no kernel could be started

Each class composes its own message from keyword-only fields, which stay readable as
attributes, and survives pickling. Each has a `slug`, under which `docs/reference/errors.md`
says what leads to it and what to do. A message says what is wrong, then the facts, indented,
then the way out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_MODULES = {
    "tree": ["MitosisError"],
    "calls": [
        "ExperimentNotFoundError",
        "InvalidExperimentError",
        "NoHypothesisError",
        "NestedTrialError",
        "InvalidArgumentsError",
        "UnknownVariantError",
        "InvalidParameterError",
        "SettingsError",
    ],
    "code_state": [
        "CodeStateError",
        "DirtyRepositoryError",
        "NoRepositoryError",
        "UncommittedExperimentError",
        "CodeChangedError",
        "WorkerCodeError",
    ],
    "values": [
        "NotCanonicalError",
        "RegistrationError",
        "NotPicklableError",
        "UnpicklingError",
        "ValueChangedError",
        "InvalidResultsError",
    ],
    "locks": [
        "VariantConflictError",
        "UnknownLockError",
        "RenameError",
        "LockImportConflictError",
    ],
    "files": [
        "TrialsFolderError",
        "DataFileError",
        "LockFileError",
        "RecordError",
        "ArchiveError",
    ],
    "databases": [
        "DatabaseError",
        "NotADatabaseError",
        "ForeignDatabaseError",
        "NewerDatabaseError",
        "NewerEditionError",
        "AmbiguousDatabaseError",
        "DatabaseBusyError",
        "ServerError",
    ],
    "lookups": [
        "UnknownTrialError",
        "TrialElsewhereError",
        "AmbiguousTrialError",
        "NotPersistedError",
        "StillRunningError",
    ],
    "measures": ["InvalidMetricError", "ArtifactError"],
    "questions": ["UnknownFieldError", "InvalidExpressionError", "ExportError"],
    "sweeps": [
        "InvalidSweepError",
        "UnknownSweepError",
        "SweepExistsError",
        "SweepChangedError",
        "SweepRunningError",
        "ClusterError",
    ],
    "trials": [
        "TrialError",
        "ExperimentFailedError",
        "TrialKilledError",
        "TrialTimedOutError",
        "KernelStartError",
    ],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = list(_HOMES)

_HOMES["_rebuild"] = "tree"  # pickled errors name it

if TYPE_CHECKING:
    from mitosis.errors.calls import ExperimentNotFoundError as ExperimentNotFoundError
    from mitosis.errors.calls import InvalidArgumentsError as InvalidArgumentsError
    from mitosis.errors.calls import InvalidExperimentError as InvalidExperimentError
    from mitosis.errors.calls import InvalidParameterError as InvalidParameterError
    from mitosis.errors.calls import NestedTrialError as NestedTrialError
    from mitosis.errors.calls import NoHypothesisError as NoHypothesisError
    from mitosis.errors.calls import SettingsError as SettingsError
    from mitosis.errors.calls import UnknownVariantError as UnknownVariantError
    from mitosis.errors.code_state import CodeChangedError as CodeChangedError
    from mitosis.errors.code_state import CodeStateError as CodeStateError
    from mitosis.errors.code_state import DirtyRepositoryError as DirtyRepositoryError
    from mitosis.errors.code_state import NoRepositoryError as NoRepositoryError
    from mitosis.errors.code_state import (
        UncommittedExperimentError as UncommittedExperimentError,
    )
    from mitosis.errors.code_state import WorkerCodeError as WorkerCodeError
    from mitosis.errors.databases import AmbiguousDatabaseError as AmbiguousDatabaseError
    from mitosis.errors.databases import DatabaseBusyError as DatabaseBusyError
    from mitosis.errors.databases import DatabaseError as DatabaseError
    from mitosis.errors.databases import ForeignDatabaseError as ForeignDatabaseError
    from mitosis.errors.databases import NewerDatabaseError as NewerDatabaseError
    from mitosis.errors.databases import NewerEditionError as NewerEditionError
    from mitosis.errors.databases import NotADatabaseError as NotADatabaseError
    from mitosis.errors.databases import ServerError as ServerError
    from mitosis.errors.files import ArchiveError as ArchiveError
    from mitosis.errors.files import DataFileError as DataFileError
    from mitosis.errors.files import LockFileError as LockFileError
    from mitosis.errors.files import RecordError as RecordError
    from mitosis.errors.files import TrialsFolderError as TrialsFolderError
    from mitosis.errors.locks import LockImportConflictError as LockImportConflictError
    from mitosis.errors.locks import RenameError as RenameError
    from mitosis.errors.locks import UnknownLockError as UnknownLockError
    from mitosis.errors.locks import VariantConflictError as VariantConflictError
    from mitosis.errors.lookups import AmbiguousTrialError as AmbiguousTrialError
    from mitosis.errors.lookups import NotPersistedError as NotPersistedError
    from mitosis.errors.lookups import StillRunningError as StillRunningError
    from mitosis.errors.lookups import TrialElsewhereError as TrialElsewhereError
    from mitosis.errors.lookups import UnknownTrialError as UnknownTrialError
    from mitosis.errors.measures import ArtifactError as ArtifactError
    from mitosis.errors.measures import InvalidMetricError as InvalidMetricError
    from mitosis.errors.questions import ExportError as ExportError
    from mitosis.errors.questions import InvalidExpressionError as InvalidExpressionError
    from mitosis.errors.questions import UnknownFieldError as UnknownFieldError
    from mitosis.errors.sweeps import ClusterError as ClusterError
    from mitosis.errors.sweeps import InvalidSweepError as InvalidSweepError
    from mitosis.errors.sweeps import SweepChangedError as SweepChangedError
    from mitosis.errors.sweeps import SweepExistsError as SweepExistsError
    from mitosis.errors.sweeps import SweepRunningError as SweepRunningError
    from mitosis.errors.sweeps import UnknownSweepError as UnknownSweepError
    from mitosis.errors.tree import MitosisError as MitosisError
    from mitosis.errors.trials import ExperimentFailedError as ExperimentFailedError
    from mitosis.errors.trials import KernelStartError as KernelStartError
    from mitosis.errors.trials import TrialError as TrialError
    from mitosis.errors.trials import TrialKilledError as TrialKilledError
    from mitosis.errors.trials import TrialTimedOutError as TrialTimedOutError
    from mitosis.errors.values import InvalidResultsError as InvalidResultsError
    from mitosis.errors.values import NotCanonicalError as NotCanonicalError
    from mitosis.errors.values import NotPicklableError as NotPicklableError
    from mitosis.errors.values import RegistrationError as RegistrationError
    from mitosis.errors.values import UnpicklingError as UnpicklingError
    from mitosis.errors.values import ValueChangedError as ValueChangedError
else:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
