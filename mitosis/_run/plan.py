"""What goes into the cells of a trial's notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mitosis._model import Claim, DataFile
from mitosis._notebook import Plan, PlannedCell, source_cell
from mitosis._redaction import redact_code
from mitosis._run.arguments import Arguments
from mitosis._run.experiment import Experiment


def plan(experiment: Experiment, arguments: Arguments, claim: Claim, parameters: str) -> Plan:
    """Say what goes into the cells of a trial's notebook."""
    return Plan(
        experiment=experiment.name,
        hypothesis=claim.hypothesis,
        facts=_facts(arguments, claim),
        parameters=parameters,
        cells=tuple(_cells(experiment, claim)),
    )


def _cells(experiment: Experiment, claim: Claim) -> Iterator[PlannedCell]:
    if experiment.source:
        yield source_cell(redact_code(experiment.source))
    yield PlannedCell(_run_code(experiment, claim), ("run",))


def _facts(arguments: Arguments, claim: Claim) -> list[tuple[str, str]]:
    facts = [
        (p.arg_name, f"{'variant' if p.track else 'untracked'} {p.var_name}")
        for p in arguments.parameters
    ]
    if claim.group is not None:
        facts.append(("group", claim.group))
    if claim.seed is not None:
        generated = " (generated)" if claim.seed_is_generated else ""
        facts.append(("seed", f"{claim.seed}{generated}"))
    if claim.code.commit:
        facts.append(("commit", _commit(claim)))
    facts.append(("started", f"{claim.started_at:%Y-%m-%d %H:%M:%S} UTC"))
    facts.append(("where", f"{claim.runner.host}, {claim.machine.platform}"))
    facts.append(("key", claim.key))
    facts += [(f"data {Path(file.path).name}", _described(file)) for file in claim.data]
    if claim.changed:
        facts.append((f"changed since {claim.since}", "; ".join(claim.changed)))
    return facts


def _described(file: DataFile) -> str:
    changed = f"{file.modified_at:%Y-%m-%d %H:%M} UTC"
    return f"{file.digest[:16]}, {file.size_bytes:,} bytes, last changed {changed}"


def _commit(claim: Claim) -> str:
    branch = f" on {claim.code.branch}" if claim.code.branch else ""
    changes = len(claim.code.changes)
    return f"{claim.code.commit}{branch}" + (
        f", {changes} files changed since" if changes else ""
    )


def _run_code(experiment: Experiment, claim: Claim) -> str:
    lines = [_load_code(experiment.module), ""]
    if claim.variants:
        lines.append("check_locked(parameters)")
    if claim.seed is not None:
        lines.append(f"seed_globals({claim.seed})")
    return "\n".join([*lines, "results = experiment.run(**parameters)"])


def _load_code(module: str | None) -> str:
    if module is None:
        return "experiment = the_experiment()"
    if not all(map(str.isidentifier, module.split("."))):
        return f"import importlib\nexperiment = importlib.import_module({module!r})"
    package, _, name = module.rpartition(".")
    if package:
        return f"from {package} import {name} as experiment"
    return f"import {name} as experiment"
