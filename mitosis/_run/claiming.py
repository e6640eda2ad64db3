"""What is settled of a trial before its first file is written: where, from what, as what."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._datafile import Known, data_files
from mitosis._model import (
    Claim,
    CodeState,
    Environment,
    FormerTrial,
    Machine,
    Runner,
    Variant,
)
from mitosis._provenance import (
    capture,
    environment_digest,
    imported_code,
    require_committed,
)
from mitosis._redaction import redact_text
from mitosis._run.arguments import Arguments
from mitosis._run.block import Block
from mitosis._run.changes import changes_since
from mitosis._run.experiment import Experiment
from mitosis._run.inputs import Inputs
from mitosis._run.naming import defaults_of
from mitosis._run.options import Options
from mitosis._settings import Settings, default_trials_folder, find_settings
from mitosis._store import Store, join, patience
from mitosis.errors import (
    DatabaseBusyError,
    DirtyRepositoryError,
    NoRepositoryError,
    TrialsFolderError,
)

log = logging.getLogger("mitosis")


@dataclass(frozen=True)
class Place:
    """Where an experiment stands, what is set there, and where its trials go."""

    source: Path
    settings: Settings
    trials_folder: Path

    @classmethod
    def of(
        cls, experiment: Experiment, settings: Settings | None, trials_folder: Path | str | None
    ) -> Place:
        """Find out, for an experiment that may stand in no file."""
        source = experiment.file or Path.cwd()
        settings = settings or find_settings(source)
        if trials_folder is None:
            folder = default_trials_folder(source, settings)
        else:
            folder = _resolved(trials_folder)
        if folder.exists() and not folder.is_dir():
            raise TrialsFolderError(folder=folder, reason="it is a file")
        join(folder, settings.store)
        return cls(source, settings, folder)

    def database(self, experiment: Experiment, options: Options) -> Path:
        """Return the database that the experiment's trials are claimed in."""
        return _layout.database(self.trials_folder, experiment.name, options.logfile)


def _resolved(trials_folder: Path | str) -> Path:
    try:
        folder = Path(trials_folder).expanduser().resolve()
        str(folder).encode()
    except (RuntimeError, UnicodeEncodeError) as exc:
        raise TrialsFolderError(folder=Path(trials_folder), reason=str(exc)) from exc
    return folder


class Origin(NamedTuple):
    """Where a trial comes from.

    Attributes:
        environment_digest: of the environment, which takes a while to work out.
    """

    code: CodeState
    environment: Environment
    machine: Machine
    runner: Runner
    environment_digest: str

    @classmethod
    def at(cls, place: Place, files: Iterable[Path | None] = ()) -> Origin:
        """Look at code, packages, machine and process as they are now.

        Args:
            place: where the experiment stands.
            files: where it is defined: a notebook is no module that was imported.
        """
        ignored = place.settings.ignore_changes
        found = capture(place.source, place.trials_folder, sys.argv, ignored)
        code, packages, *_ = found
        origin = cls(*found, environment_digest(packages))
        code = imported_code(code, filter(None, files), place.trials_folder)
        return origin._replace(code=code)


def require_runnable(experiment: Experiment, code: CodeState, settings: Settings) -> None:
    """Make sure that commits say exactly what would run, as far as the settings demand.

    Raises:
        CodeStateError: they do not; the class says why.
    """
    for file in dict.fromkeys(experiment.files):
        if file is None:
            reason = (
                f"experiment {experiment.name!r} is defined in an interactive session, in no "
                "file"
            )
            raise NoRepositoryError(place=Path.cwd(), reason=reason)
        require_committed(code, file)
    if settings.require_clean_checkouts:
        for checkout in code.checkouts:
            if checkout.changes:
                raise DirtyRepositoryError(
                    repository=Path(checkout.name), files=checkout.changes
                )


def _former(claim: Claim, store: Store) -> FormerTrial | None:
    try:
        with patience():
            return store.latest(claim)
    except DatabaseBusyError as exc:
        log.warning("what changed since the last trial is not known: %s", exc)
        return None


def claim_for(
    experiment: Experiment,
    arguments: Arguments,
    inputs: Inputs,
    variants: tuple[Variant, ...],
    origin: Origin,
) -> Claim:
    """Return what is to be locked and recorded of a trial, without a word on former ones."""
    group = arguments.passed.get("group")
    names = [p.var_name for p in arguments.tracked]
    return Claim(
        experiment=experiment.name,
        key=_layout.new_key(),
        name_prefix="-".join([experiment.name, *([group] if group else []), *names]),
        group=group,
        variants=variants,
        values=inputs.values,
        seed=arguments.seed,
        code=origin.code,
        machine=origin.machine,
        runner=origin.runner,
        environment_digest=origin.environment_digest,
        started_at=datetime.now(UTC),
        hypothesis=redact_text(experiment.hypothesis),
        seed_is_generated=arguments.seed_is_generated,
        defaults=defaults_of(arguments.parameters),
        step_names=experiment.step_names,
        recorded_by="recording" if isinstance(experiment, Block) else "run",
    )


def compared(
    claim: Claim, store: Store | None, origin: Origin, place: Place, options: Options
) -> Claim:
    """Return the claim with its input files, and what differs from the last such trial.

    Raises:
        DataFileError: an input file cannot be read.
        DatabaseError: the database cannot be read.
    """
    former = _former(claim, store) if store else None
    known = Known(former.data, former.started_at) if former else Known()
    files = data_files(options.data, origin.code.repository, known)
    claim = replace(claim, data=files, database=store.path.name if store else "")
    if former is None:
        return claim
    changed = changes_since(former, claim, origin.environment, place.trials_folder)
    return replace(claim, since=former.name, changed=tuple(changed))
