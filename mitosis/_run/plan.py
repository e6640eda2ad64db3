"""What goes into the cells of a trial's notebook."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mitosis._model import Claim, DataFile
from mitosis._notebook import Plan
from mitosis._run.arguments import Arguments
from mitosis._run.experiment import Experiment

_WHERE = "where"


def plan(experiment: Experiment, arguments: Arguments, claim: Claim, parameters: str) -> Plan:
    """Say what goes into the cells of a trial's notebook."""
    return Plan(
        experiment=experiment.name,
        hypothesis=claim.hypothesis,
        facts=_facts(arguments, claim),
        parameters=parameters,
        cells=tuple(experiment.cells(tuple(_opening(claim)), _codes(arguments, parameters))),
    )


def relocated(plan: Plan, claim: Claim) -> Plan:
    """Return a plan that says where the trial runs, once that is known."""
    facts = [(name, _where(claim) if name == _WHERE else fact) for name, fact in plan.facts]
    return replace(plan, facts=facts)


def _where(claim: Claim) -> str:
    return f"{(claim.worker or claim.runner).host}, {claim.machine.platform}"


def _codes(arguments: Arguments, parameters: str) -> dict[str, str]:
    """Return the code of each argument's value: itself where nothing can change it."""
    codes = {name: f"parameters[{name!r}]" for name in arguments.names}
    for node in ast.parse(parameters).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            pairs = zip(node.value.keys, node.value.values, strict=True)
            codes |= {
                str(key.value): ast.unparse(value)
                for key, value in pairs
                if isinstance(key, ast.Constant) and _is_scalar(value)
            }
    return codes


def _is_scalar(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant)


def _opening(claim: Claim) -> Iterator[str]:
    """Yield what has to run before any of the experiment does."""
    if claim.variants:
        yield "check_locked(parameters)"
    if claim.seed is not None:
        yield f"seed_globals({claim.seed})"


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
    facts.append((_WHERE, _where(claim)))
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
