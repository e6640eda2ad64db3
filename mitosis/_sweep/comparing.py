"""What differs between a sweep as it was planned and as it would be run now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mitosis import _layout
from mitosis._model import Environment, PlannedArgument, SweepPlan
from mitosis._provenance import changed_files, environment_changes, read_environment
from mitosis._wording import counted

_MOST = 5


def compare(
    plan: SweepPlan,
    now: SweepPlan,
    trials_folder: Path,
    repository: Path | None,
    environment: Environment,
) -> list[str]:
    """Return one fact for each difference in points, code and packages.

    Args:
        plan: as it was written.
        now: what the same call would write now.
        trials_folder: where the former environment is told.
        repository: of the code; None if it is in none.
        environment: what trials would run with now.
    """
    packages = _packages(plan, now, trials_folder, environment)
    return [*points_changes(plan, now), *_code(plan, now, repository), *packages]


def points_changes(plan: SweepPlan, now: SweepPlan) -> Iterator[str]:
    """Yield what differs in experiment, arguments, variants and points."""
    for what in ("experiment", "database", "group"):
        former, present = getattr(plan, what), getattr(now, what)
        if former != present:
            yield f"{what} {former!r} -> {present!r}"
    before = {argument.name: argument for argument in plan.arguments}
    after = {argument.name: argument for argument in now.arguments}
    yield from (f"argument {name!r} is gone" for name in before if name not in after)
    yield from (f"argument {name!r} is new" for name in after if name not in before)
    for name, argument in after.items():
        if name in before:
            yield from _variants(before[name], argument)
    if before.keys() == after.keys():
        former_points, points = _points(plan), _points(now)
        yield from _counted(former_points - points, "gone")
        yield from _counted(points - former_points, "new")


def _variants(before: PlannedArgument, after: PlannedArgument) -> Iterator[str]:
    if before.tracked != after.tracked:
        yield f"argument {after.name!r} is {'' if after.tracked else 'un'}tracked now"
        return
    former = {variant.name: variant.locked for variant in before.variants}
    for variant in after.variants:
        old, new = former.get(variant.name), variant.locked
        if old and new and old.text not in (new.text, new.text_under(old.version)):
            yield f"variant {variant.name!r} of {after.name!r} has another value"


def _points(plan: SweepPlan) -> set[tuple[object, ...]]:
    order = sorted(range(len(plan.arguments)), key=lambda place: plan.arguments[place].name)
    return {(*(p.variants[place] for place in order), p.seed) for p in plan.points}


def _counted(points: set[tuple[object, ...]], how: str) -> Iterator[str]:
    if points:
        verb = "is" if len(points) == 1 else "are"
        yield f"{counted(len(points), 'point')} {verb} {how}"


def _code(plan: SweepPlan, now: SweepPlan, repository: Path | None) -> Iterator[str]:
    old, new = plan.commit, now.commit
    if old == new:
        return
    where = f"code {_short(old)} -> {_short(new)}"
    files = changed_files(repository, old, new) if repository and old and new else None
    if files is None:
        yield f"{where} (the former commit is not in this repository)"
    else:
        yield f"{where}: {_listed(files) if files else 'no file differs'}"


def _short(commit: str | None) -> str:
    return commit[:10] if commit else "no commit"


def _listed(files: Sequence[str]) -> str:
    more = len(files) - _MOST
    told = ", ".join(files[:_MOST])
    return f"{told} and {counted(more, 'more file')}" if more > 0 else told


def _packages(
    plan: SweepPlan, now: SweepPlan, trials_folder: Path, environment: Environment
) -> list[str]:
    if plan.environment == now.environment:
        return []
    old = read_environment(_layout.environment_file(trials_folder, plan.environment))
    if old is None:
        return ["packages differ (those of the plan are told nowhere any more)"]
    return environment_changes(old, environment)
