"""One work tree, as git tells it: four questions, asked all at once.

Git takes most of the time that provenance takes, so it works while the caller looks at
something else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._provenance import index, remote, status
from mitosis._provenance.command import Question
from mitosis._provenance.index import Index, hidden_changes
from mitosis._provenance.ownership import own_files, own_output
from mitosis._provenance.pathspecs import pathspecs
from mitosis._provenance.status import Change, Status

_ROOT = ("rev-parse", "--show-toplevel")


@dataclass(frozen=True)
class WorkTree:
    """What git said of a work tree.

    Attributes:
        remote: the public address of the branch's remote.
        ignored: pathspecs of what does not count as a change.
    """

    root: Path
    status: Status
    remote: str | None
    index: Index
    ignored: tuple[str, ...] = ()

    def changes(self, trials_folder: Path) -> tuple[str, ...]:
        """Return what differs from the commit, without what mitosis made, one line each."""
        hidden = hidden_changes(self.root, self.index.hidden, self.ignored)
        changes = chain(self.status.changes, hidden)
        return tuple(map(str, users_changes(self.root, trials_folder, changes)))


def users_changes(
    root: Path, trials_folder: Path, changes: Iterable[Change]
) -> Iterator[Change]:
    """Yield the changes that are a user's: made neither by mitosis nor by this very run."""
    is_own, is_output = own_files(root, trials_folder), own_output(root)
    for change in changes:
        is_printed = change.is_untracked and is_output(change.paths[0])
        if not is_printed and not all(map(is_own, change.paths)):
            yield change


@contextmanager
def reading(place: Path, ignored: Sequence[str] = ()) -> Iterator[Callable[[], WorkTree]]:
    """Have git read the work tree around `place`, and give a function that waits for it.

    The function raises NoRepositoryError where there is no work tree, or no git.

    Args:
        place: a file or folder.
        ignored: patterns of files whose changes do not count.
    """
    excluded = pathspecs(ignored)
    questions = (_ROOT, (*status.ARGUMENTS, "--", *excluded), index.ARGUMENTS, remote.ARGUMENTS)
    with ExitStack() as stack:
        asked = [stack.enter_context(Question(place, *words)) for words in questions]
        yield lambda: _work_tree([question.answer() for question in asked], excluded)


def _work_tree(answers: Sequence[bytes], ignored: tuple[str, ...]) -> WorkTree:
    root, found, entries, remotes = answers
    state = status.parse_status(found)
    return WorkTree(
        root=Path(os.fsdecode(root.removesuffix(b"\n"))),
        status=state,
        remote=remote.chosen_address(remote.parse_remotes(remotes), state.upstream),
        index=index.parse_index(entries),
        ignored=ignored,
    )
