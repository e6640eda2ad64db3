"""The code that an experiment really imports: each file, and other work trees it is from."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from mitosis._datafile import file_digest
from mitosis._model import Checkout, CodeState
from mitosis._provenance.belonging import Home, Homes
from mitosis._provenance.command import readable
from mitosis._provenance.worktree import WorkTree, reading
from mitosis.errors import DataFileError, NoRepositoryError

_OURS = f"{Path(__file__).parents[1]}{os.sep}"
_REALLY_OURS = os.path.realpath(_OURS) + os.sep
_AT_ONCE = 4


def loaded_files() -> set[str]:
    """Return the file of every module that this process has imported, where it has one."""
    return {file for module in list(sys.modules.values()) if (file := _file(module))}


def imported_code(
    state: CodeState, files: Iterable[Path | str], trials_folder: Path
) -> CodeState:
    """Return a state that tells the imported modules too, inside the repository and out of it.

    What the state tells already stays as it is: that was read before the trial ran. Libraries,
    that is what is installed or comes with Python, are left to the environment, and mitosis
    itself is left out unless the experiment is part of it.

    Args:
        state: of the experiment's repository.
        files: absolute paths of imported modules; those that are not there are passed over.
        trials_folder: where the trials go. What mitosis makes there is no change.

    Returns:
        A state with `modules` of the repository, its submodules included, and `checkouts` for
        all others; a file outside of git counts to the folder that it is imported from.
    """
    inside: set[str] = set()
    outside: dict[_Place, set[str]] = {}
    for home in homes(state, files):
        place = _Place(home.root, home.is_in_git)
        is_inside = home.root == str(state.repository)
        (inside if is_inside else outside.setdefault(place, set())).add(home.name)
    return replace(
        state,
        modules=_completed(state.modules, str(state.repository), inside),
        checkouts=_merged(state.checkouts, outside, trials_folder.resolve()),
    )


class _Place(NamedTuple):
    """A folder that modules are imported from, besides the experiment's repository."""

    root: str
    is_in_git: bool

    @property
    def name(self) -> str:
        return _readable(os.path.basename(self.root))  # noqa: PTH119


def _file(module: object) -> str | None:
    """Return a module's file without waking up a module that loads itself when asked."""
    try:
        file = vars(module).get("__file__")
    except Exception:  # noqa: BLE001 - anything can stand in sys.modules
        return None
    return file if type(file) is str and os.path.isabs(file) else None  # noqa: PTH117 - a thousand


def homes(state: CodeState, files: Iterable[Path | str]) -> Iterator[Home]:
    """Yield where modules belong that are no library's, nor mitosis's own."""
    known = Homes()
    repository = state.repository and str(state.repository)
    is_inside = bool(repository) and _REALLY_OURS.startswith(f"{repository}{os.sep}")
    # Each trial names all modules of mitosis that its kernel had, and they are most of all.
    beside = () if is_inside else (_OURS, _REALLY_OURS)
    for file in map(str, files):
        if file.startswith(beside):
            continue
        home = known.of(file)
        if home is None:
            continue
        if repository and home.root.startswith(f"{repository}{os.sep}"):
            home = _in_submodule(state, repository, home)
        if home.root == repository or not os.path.join(*home[:2]).startswith(_OURS):  # noqa: PTH118
            yield home


def _in_submodule(state: CodeState, repository: str, home: Home) -> Home:
    """Return a home in the repository for one in a submodule of it."""
    below = os.path.relpath(home.root, repository)
    is_submodule = _readable(below) in state.submodules
    return home._replace(root=repository, name=f"{below}/{home.name}") if is_submodule else home


def _completed(known: Mapping[str, str], root: str, names: Iterable[str]) -> dict[str, str]:
    """Return the digests of modules by name, of those that are not known yet too."""
    found = dict(known)
    for name in names:
        shown = _readable(name)
        if shown not in found:
            with suppress(DataFileError):  # in an archive, or gone
                found[shown] = file_digest(Path(root, name))
    return dict(sorted(found.items()))


def _merged(
    known: Iterable[Checkout], found: Mapping[_Place, set[str]], trials_folder: Path
) -> tuple[Checkout, ...]:
    """Return checkouts with the modules that were found in them, and new ones."""
    told = {(c.name, module) for c in known for module in c.modules}
    places = [
        place
        for place, names in found.items()
        if any((place.name, _readable(name)) not in told for name in names)
    ]
    merged = {(c.name, c.remote): c for c in known}
    starts = range(0, len(places), _AT_ONCE)  # each is asked by several processes
    checkouts = (c for s in starts for c in _checkouts(places[s : s + _AT_ONCE], trials_folder))
    for place, checkout in zip(places, checkouts, strict=True):
        identity = (checkout.name, checkout.remote)
        former = merged.get(identity, checkout)
        if modules := _completed(former.modules, place.root, found[place]):
            merged[identity] = replace(former, modules=modules)
    return tuple(sorted(merged.values(), key=lambda c: (c.name, c.remote or "")))


def _checkouts(places: Sequence[_Place], trials_folder: Path) -> Iterator[Checkout]:
    with ExitStack() as stack:
        answers = [
            stack.enter_context(reading(Path(place.root))) if place.is_in_git else None
            for place in places
        ]
        for place, answer in zip(places, answers, strict=True):
            try:
                tree = answer() if answer else None
            except NoRepositoryError:  # git refuses what belongs to others
                tree = None
            yield _checkout(place.name, tree, trials_folder) if tree else Checkout(place.name)


def _checkout(name: str, tree: WorkTree, trials_folder: Path) -> Checkout:
    return Checkout(
        name=name,
        commit=tree.status.commit,
        branch=tree.status.branch,
        remote=tree.remote,
        changes=tree.changes(trials_folder),
    )


def _readable(name: str) -> str:
    return readable(os.fsencode(name))
