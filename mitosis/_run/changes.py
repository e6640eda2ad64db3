"""What differs from the last trial of the same variants: said before a trial runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Checkout, Claim, DataFile, Environment, FormerTrial, RecordedTrial
from mitosis._provenance import changed_files, environment_changes, read_environment
from mitosis._records import named_before, read_record
from mitosis._wording import counted
from mitosis.errors import RecordError

_MOST_FILES = 5


def changes_since(
    former: FormerTrial, claim: Claim, environment: Environment, trials_folder: Path
) -> Iterator[str]:
    """Yield one fact for each difference in packages, code, data and numeric variables.

    What an earlier trial's files no longer tell is passed over.
    """
    file = _layout.environment_file(trials_folder, former.environment)
    if former.environment != claim.environment_digest and (old := read_environment(file)):
        yield from environment_changes(old, environment)
    yield from _code(former, claim)
    yield from _data(former, claim)
    folder = TrialFolder(trials_folder / former.places.folder)
    try:
        recorded = read_record(folder)
    except RecordError:
        return
    yield from _no_longer_named(named_before(folder, recorded.data), claim)
    yield from _beyond_the_row(recorded, claim)


def _code(former: FormerTrial, claim: Claim) -> Iterator[str]:
    old, new, repository = former.commit, claim.code.commit, claim.code.repository
    if not old or not new or old == new or repository is None:
        return
    where = f"code {old[:10]} -> {new[:10]}"
    files = changed_files(repository, old, new)
    if files is None:
        yield f"{where} (the former commit is not in this repository)"
    elif files:
        yield f"{where}: {_listed(files)}"
    else:
        yield f"{where}: no file differs"


def _listed(files: Sequence[str]) -> str:
    if len(files) <= _MOST_FILES:
        return ", ".join(files)
    return (
        f"{', '.join(files[:_MOST_FILES])} and {counted(len(files) - _MOST_FILES, 'more file')}"
    )


def _data(former: FormerTrial, claim: Claim) -> Iterator[str]:
    """Compare what was named beforehand; what a trial finds while it runs is not known yet."""
    old = {file.path: file.digest for file in former.data}
    for file in claim.data:
        if file.path not in old:
            yield f"data {file.path} is new"
        elif old[file.path] != file.digest:
            yield f"data {file.path} has changed"


def _beyond_the_row(former: RecordedTrial, claim: Claim) -> Iterator[str]:
    old_machine, machine = former.claim.machine, claim.machine
    yield from _differing(old_machine.variables, machine.variables)
    if old_machine.gpus != machine.gpus:
        yield f"GPUs {_named(old_machine.gpus)} -> {_named(machine.gpus)}"
    yield from code_elsewhere(former, claim)


def code_elsewhere(former: RecordedTrial, claim: Claim) -> Iterator[str]:
    """Yield one fact for each difference in code that is not the repository's own."""
    for checkout in claim.code.checkouts:
        if old := _same_checkout(former.claim.code.checkouts, checkout):
            yield from _other_code(old, checkout)


def _no_longer_named(former: Iterable[DataFile], claim: Claim) -> Iterator[str]:
    named = {file.path for file in claim.data}
    for file in former:
        if file.path not in named:
            yield f"data {file.path} is no longer named"


def _same_checkout(olds: Iterable[Checkout], new: Checkout) -> Checkout | None:
    named = [old for old in olds if old.name == new.name]
    same = [old for old in named if old.remote == new.remote]
    return next(iter(same or named), None)


def _other_code(old: Checkout, new: Checkout) -> Iterator[str]:
    """Compare two states of a checkout, but no modules that only one of the trials imported.

    What an experiment imports while it runs is known of the former trial only.
    """
    where, then, now = f"code of {new.name}", _stand(old), _stand(new)
    both = sorted(old.modules.keys() & new.modules.keys())
    modules = [name for name in both if old.modules[name] != new.modules[name]]
    uncommitted = sorted({*old.changes} ^ {*new.changes})
    if then != now:
        where = f"{where} {then} -> {now}"
        yield f"{where}: {_listed(modules)}" if modules else where
    elif modules:
        yield f"{where}: {_listed(modules)}"
    elif uncommitted:
        yield f"{where}: other uncommitted files: {_listed(uncommitted)}"


def _named(gpus: Sequence[str]) -> str:
    return ", ".join(gpus) or "none"


def _stand(checkout: Checkout) -> str:
    commit = checkout.commit[:10] if checkout.commit else "no commit"
    return f"{commit} with uncommitted changes" if checkout.changes else commit


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield f"{name} {old.get(name, 'not set')} -> {new.get(name, 'not set')}"
