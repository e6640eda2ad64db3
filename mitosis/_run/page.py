"""The trial's notebook: what its cells say, and the file that a person opens."""

from __future__ import annotations

from pathlib import Path

from mitosis import _notebook as notebooks
from mitosis._layout import write_whole
from mitosis._model import Claim, Claimed, Outcome
from mitosis._notebook import Banner, Plan
from mitosis._run.arguments import Arguments
from mitosis._run.experiment import Experiment
from mitosis._run.terminal import duration_text, main_text


class Page:
    """One trial's notebook and its file.

    Args:
        path: the file; its ending says whether it becomes HTML or stays a notebook.
        claimed: None in debug mode.
    """

    def __init__(self, path: Path, plan: Plan, claim: Claim, claimed: Claimed | None) -> None:
        self.path = path
        self._banner = Banner(
            title=claimed.name if claimed else f"{claim.name_prefix} (debug)",
            experiment=claim.experiment,
            status="running",
            debug=claimed is None,
        )
        self.notebook = notebooks.build(plan, self._banner)

    def write(self, outcome: Outcome | None = None) -> None:
        """Write the notebook as it stands; without an outcome, as one that still runs."""
        notebook = self.notebook
        if outcome:
            notebook = notebooks.finished(notebook, outcome.warnings)
            notebooks.label(notebook, self._finished_banner(outcome))
        to_text = notebooks.to_html if self.path.suffix == ".html" else notebooks.to_ipynb
        write_whole(self.path, to_text(notebook).encode("utf-8", "backslashreplace"))

    def _finished_banner(self, outcome: Outcome) -> Banner:
        return Banner(
            title=self._banner.title,
            experiment=self._banner.experiment,
            status=outcome.status.value,
            reason=outcome.reason,
            main="" if outcome.main is None else main_text(outcome.main),
            duration=duration_text(outcome.usage.wall_seconds),
            debug=self._banner.debug,
            warnings=len(outcome.warnings),
        )


def plan(experiment: Experiment, arguments: Arguments, claim: Claim, parameters: str) -> Plan:
    """Say what goes into the cells of a trial's notebook."""
    return Plan(
        experiment=experiment.name,
        hypothesis=experiment.hypothesis,
        facts=_facts(arguments, claim),
        parameters=parameters,
        source=experiment.source,
        run=_run_code(experiment, claim),
    )


def _facts(arguments: Arguments, claim: Claim) -> list[tuple[str, str]]:
    facts = [
        (p.arg_name, f"{'variant' if p.track else 'untracked'} {p.var_name}")
        for p in arguments.parameters
    ]
    if claim.group is not None:
        facts.append(("group", claim.group))
    if claim.seed is not None:
        generated = " (generated)" if arguments.seed_is_generated else ""
        facts.append(("seed", f"{claim.seed}{generated}"))
    if claim.code.commit:
        facts.append(("commit", _commit(claim)))
    facts.append(("started", f"{claim.started_at:%Y-%m-%d %H:%M:%S} UTC"))
    facts.append(("where", f"{claim.machine.host}, {claim.machine.platform}"))
    facts.append(("key", claim.key))
    return facts


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
