"""What travels: a claimed trial to whoever carries it out, and how it ended back from there.

Both are plain data. Neither holds an open file, a database, or anything that the experiment's
own code made: values travel as the pickles that the kernel gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._model import (
    Claim,
    Claimed,
    Environment,
    Finish,
    Outcome,
    Places,
    Status,
    SweepPoint,
    Trial,
)
from mitosis._notebook import Ending, Plan, Stop
from mitosis._recording import Task
from mitosis._run.inputs import Inputs
from mitosis._run.options import Options


@dataclass(frozen=True)
class Start:
    """What a kernel is started with.

    Attributes:
        directory: its working directory.
        path: its `sys.path`.
        argv: its `sys.argv`.
        prefix: of the interpreter, which tells one installation of packages from another.
    """

    directory: Path
    path: tuple[str, ...]
    argv: tuple[str, ...]
    prefix: str


@dataclass(frozen=True)
class Work:
    """All that it takes to carry out one claimed trial; a plain pickle.

    Attributes:
        claimed: None in debug mode, and before the claim.
        places: names of its folder and its page.
        plan: of its notebook.
        variants: argument to variant's name, of the tracked parameters.
        ignored: patterns of files whose changes do not count as such.
        libraries: the statements in the experiment's files that import what is installed.
        earlier: trials that should come out the same, as `purity` takes them.
        is_attended: whether whoever claimed it waits, on this machine, until it is over.
    """

    claim: Claim
    plan: Plan
    task: Task
    inputs: Inputs = field(repr=False)
    environment: Environment = field(repr=False)
    trials_folder: Path
    options: Options
    variants: Mapping[str, str]
    start: Start
    ignored: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    claimed: Claimed | None = None
    places: Places = field(default_factory=Places)
    earlier: tuple[Mapping[str, Any], ...] = ()
    is_attended: bool = False

    @property
    def key(self) -> str:
        """The trial's key."""
        return self.claim.key

    @property
    def name(self) -> str:
        """The trial's name; without a number in debug mode."""
        return self.claimed.name if self.claimed else self.claim.name_prefix

    @property
    def sweep(self) -> SweepPoint | None:
        """The point of a sweep that it is for."""
        return self.claim.sweep

    @property
    def folder_stem(self) -> str:
        """The name of the trial's folder, without the key."""
        stem = _layout.file_stem(self.name)
        return stem if self.claimed else f"{stem}_debug"

    @property
    def page_name(self) -> tuple[Path, str, str, str]:
        """What the name of the page is made from."""
        stem = self.folder_stem if self.claimed else f"{self.folder_stem}_{self.key}"
        return self.trials_folder, stem, self.key, self.options.output_extension

    @property
    def folder(self) -> TrialFolder:
        """The trial's folder, under the name that it has once its claim is granted."""
        return TrialFolder(self.trials_folder / f"{self.folder_stem}_{self.key}")

    def trial(self, status: Status, places: Places | None = None) -> Trial:
        """Return the trial as its caller gets it."""
        from mitosis._history import FolderReader

        html = self.trials_folder / (places or self.places).html
        return Trial(
            name=self.name,
            key=self.key,
            experiment=self.claim.experiment,
            variants=self.variants,
            iteration=self.claimed.iteration if self.claimed else None,
            seed=self.claim.seed,
            status=status,
            html=html,
            folder=self.folder.root,
            group=self.claim.group,
            commit=self.claim.code.commit,
            reader=FolderReader(self.folder, html),
        )


@dataclass(frozen=True)
class Done:
    """How a trial ended, as far as its row has to say it.

    Attributes:
        ending: how its notebook's run ended.
        packed: its folder and its page, where these could not be written in their place.
    """

    finish: Finish
    ending: Ending
    packed: bytes | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The trial's key."""
        return self.finish.key

    @property
    def outcome(self) -> Outcome:
        """All that is said of its end."""
        return self.finish.outcome

    @property
    def status(self) -> Status:
        """How it ended."""
        return self.outcome.status

    @property
    def reason(self) -> str:
        """Why, in one line; empty if it succeeded."""
        return self.outcome.reason

    @property
    def main(self) -> Any:
        """`results["main"]`, as far as JSON can hold it."""
        return self.outcome.main

    @property
    def stop(self) -> Stop | None:
        """Why it was ended before its time, if it was."""
        return self.ending.stop

    def with_packed(self, packed: bytes) -> Done:
        """Return the same with what is in the place of the trial's folder."""
        return replace(self, packed=packed)
