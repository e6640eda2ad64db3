"""Rows of trials: what a claim makes of them, and what they tell of earlier trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from mitosis._model import (
    Claim,
    Claimed,
    DataFile,
    FormerTrial,
    Places,
    Runner,
    RunningTrial,
    Status,
)
from mitosis._store.schema import Unreadable, read_time, trial


def claim_row(claim: Claim, claimed: Claimed) -> dict[str, Any]:
    """Return the columns of a trial's row that its claim fills."""
    return {
        "experiment": claim.experiment,
        "key": claim.key,
        "run_group": claim.group or "",
        "name": claimed.name,
        "variants": variant_names(claim),
        "iteration": claimed.iteration,
        "digests": _digests(claim),
        "literals": dict(claim.values),
        "seed": _seed(claim),
        "status": Status.RUNNING.value,
        "commit_hash": claim.code.commit,
        "branch": claim.code.branch,
        "remote": claim.code.remote,
        "started_at": claim.started_at,
        "environment": claim.environment_digest,
        "hypothesis": claim.hypothesis or None,
        "data": data_column(claim.data),
        "sweep": claim.sweep and claim.sweep.name,
        "sweep_point": claim.sweep and claim.sweep.point,
        **_runner_columns(claim.runner),
    }


def variant_names(claim: Claim) -> dict[str, str]:
    """Return the name of the variant of each parameter."""
    return {v.parameter: v.name for v in claim.variants}


def _digests(claim: Claim) -> dict[str, str]:
    return {v.parameter: v.digest for v in claim.variants}


def _seed(claim: Claim) -> str | None:
    return None if claim.seed is None else str(claim.seed)


def _runner_columns(runner: Runner) -> dict[str, Any]:
    return {
        "host": runner.host,
        "pid": runner.pid,
        "process_started": runner.process_started,
        "boot_id": runner.boot_id,
        "started_after_boot": runner.started_after_boot,
        "machine_id": runner.machine_id or None,
        "pid_namespace": runner.pid_namespace or None,
    }


def data_column(data: Sequence[DataFile]) -> list[dict[str, Any]]:
    """Return input files as JSON holds them."""
    return [
        {
            "path": file.path,
            "digest": file.digest,
            "size_bytes": file.size_bytes,
            "modified_at": file.modified_at.isoformat(),
            "identity": file.identity,
        }
        for file in data
    ]


def _data(column: Any) -> tuple[DataFile, ...]:
    try:
        return tuple(
            DataFile(
                path=file["path"],
                digest=file["digest"],
                size_bytes=file["size_bytes"],
                modified_at=read_time(file["modified_at"]),
                identity=file.get("identity", ""),
            )
            for file in column
        )
    except (AttributeError, LookupError, TypeError):
        raise Unreadable(f"{str(column)[:60]!r} is no list of files") from None


def read_standing(connection: Connection, status: Status) -> list[RunningTrial]:
    """Return the trials whose rows have a status, in the order of their claims.

    Of a shared store, only those of this trials folder: nobody else's are judged from here.
    """
    query = select(trial).where(trial.c.status == status.value).order_by(trial.c.id)
    query = query.where(*of_this_folder(connection))
    return [_running(row) for row in connection.execute(query)]


def of_this_folder(connection: Connection) -> list[ColumnElement[bool]]:
    """Return what rows of a shared store fulfil whose files are not in another folder."""
    if connection.info.get("folder_place") is None:
        return []
    here = trial.c.folder_id == connection.info["folder_id"]
    return [or_(trial.c.folder_id.is_(None), here)]


def _running(row: Any) -> RunningTrial:
    return RunningTrial(
        key=row.key,
        name=row.name,
        experiment=row.experiment,
        runner=Runner(
            host=row.host,
            pid=row.pid,
            process_started=row.process_started,
            boot_id=row.boot_id,
            started_after_boot=row.started_after_boot,
            machine_id=row.machine_id or "",
            pid_namespace=row.pid_namespace or "",
        ),
        started_at=row.started_at,
        places=_places(row),
    )


def _places(row: Any) -> Places:
    return Places(folder=row.folder or "", html=row.html or "")


def read_former(connection: Connection, query: Select[Any]) -> list[FormerTrial]:
    """Return the trials that a query for rows of `trial` finds, in its order."""
    return [_former(row) for row in connection.execute(query)]


def _former(row: Any) -> FormerTrial:
    return FormerTrial(
        key=row.key,
        name=row.name,
        places=_places(row),
        started_at=row.started_at,
        commit=row.commit_hash,
        environment=row.environment,
        results_digest=row.results_digest,
        data=_data(row.data),
    )


def latest(claim: Claim) -> Select[Any]:
    """Return the query for the last trial that was claimed with the same variants.

    The index of the UNIQUE constraint is walked from its end, so it hardly matters how many
    there are.
    """
    c = trial.c
    return (
        select(trial)
        .where(*_same_definitions(claim), c.variants == variant_names(claim))
        .where(c.status != Status.RUNNING.value)
        .order_by(c.iteration.desc())
        .limit(1)
    )


def alike(claim: Claim, most: int) -> Select[Any]:
    """Return the query for successful trials of the same values, seed and commit."""
    return _same_values(claim, most).where(_same_seed(claim))


def repeated(claim: Claim, most: int) -> Select[Any]:
    """Return the query for trials that a claim may only repeat: those of other names are out.

    A generated seed is no reason to run again, and what is archived is no result.
    """
    c = trial.c
    query = _same_values(claim, most).where(c.variants == variant_names(claim))
    query = query.where(c.archived_at.is_(None))
    return query if claim.seed_is_generated else query.where(_same_seed(claim))


def _same_values(claim: Claim, most: int) -> Select[Any]:
    c = trial.c
    return (
        select(trial)
        .where(*_same_definitions(claim), c.literals == dict(claim.values))
        .where(c.commit_hash == claim.code.commit)
        .where(c.status == Status.SUCCEEDED.value)
        .order_by(c.started_at.desc())
        .limit(most)
    )


def _same_seed(claim: Claim) -> ColumnElement[bool]:
    return trial.c.seed.is_not_distinct_from(_seed(claim))


def _same_definitions(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    c = trial.c
    return (
        c.experiment == claim.experiment,
        c.run_group == (claim.group or ""),
        c.digests == _digests(claim),
    )
