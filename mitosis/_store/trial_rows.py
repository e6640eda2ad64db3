"""Rows of trials: what a claim makes of them, and what they tell of earlier trials."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, or_, select

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


def read_former(
    connection: Connection, query: Select[Any], claim: Claim, most: int
) -> list[FormerTrial]:
    """Return at most so many trials that a query of a claim's finds, in its order."""
    asked = {
        "experiment": claim.experiment,
        "run_group": claim.group or "",
        "digests": _digests(claim),
        "variants": variant_names(claim),
        "literals": dict(claim.values),
        "commit_hash": claim.code.commit,
        "seed": _seed(claim),
        "most": most,
    }
    return [_former(row) for row in connection.execute(query, asked)]


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


# To build a query takes longer than SQLite takes to answer it, and a sweep asks for each trial.


@cache
def latest() -> Select[Any]:
    """Return the query for the last trial that was claimed with the same variants.

    The index of the UNIQUE constraint is walked from its end, so it hardly matters how many
    there are.
    """
    c = trial.c
    return (
        select(trial)
        .where(*_same("experiment", "run_group", "digests", "variants"))
        .where(c.status != Status.RUNNING.value)
        .order_by(c.iteration.desc())
        .limit(bindparam("most", type_=Integer))
    )


@cache
def alike() -> Select[Any]:
    """Return the query for successful trials of the same values, seed and commit."""
    return _same_values().where(_same_seed())


@cache
def repeated(*, with_any_seed: bool) -> Select[Any]:
    """Return the query for trials that a claim may only repeat: those of other names are out.

    What is archived is no result.
    """
    query = _same_values().where(*_same("variants"), trial.c.archived_at.is_(None))
    return query if with_any_seed else query.where(_same_seed())


def _same_values() -> Select[Any]:
    c = trial.c
    return (
        select(trial)
        .where(*_same("experiment", "run_group", "digests", "literals", "commit_hash"))
        .where(c.status == Status.SUCCEEDED.value)
        .order_by(c.started_at.desc())
        .limit(bindparam("most", type_=Integer))
    )


def _same_seed() -> ColumnElement[bool]:
    return trial.c.seed.is_not_distinct_from(bindparam("seed"))


def _same(*columns: str) -> list[ColumnElement[bool]]:
    return [trial.c[name] == bindparam(name) for name in columns]
