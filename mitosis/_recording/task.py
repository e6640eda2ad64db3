"""What a kernel is told to do: a JSON file in the trial's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, field
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._model import DataFile
from mitosis._recording.data import data_from_json, data_to_json

_inside: list[str] = []


def inside_trial() -> bool:
    """Tell whether a trial runs in this process, be it as its kernel, or in a fork of it."""
    return bool(_inside)


def enter_trial(experiment: str) -> None:
    """Remember that a trial runs in this process."""
    _inside.append(experiment)


def leave_trial(experiment: str) -> None:
    """Forget what `enter_trial` was told, in a process that lives on after its trial."""
    _inside.remove(experiment)


@contextmanager
def trials_refused() -> Iterator[None]:
    """Let no trial start meanwhile: modules are imported only to be looked at."""
    _inside.append("")
    try:
        yield
    finally:
        _inside.remove("")


@dataclass(frozen=True)
class ParameterTask:
    """A parameter that travels as a pickle.

    Attributes:
        file: the pickle, relative to the trial's folder.
        modules: names of the modules to import before it is unpickled.
    """

    file: str
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """What a kernel needs beyond the notebook's own cells; secrets come over the socket.

    Attributes:
        experiment: the experiment's name, for messages.
        log_level: level of the root logger, e.g. `"INFO"`.
        parameters: the pickled parameters by argument.
        locked: canonical text of each tracked parameter, by argument.
        script: names under which things of the runner's script are locked.
        seed: of the generators that are kept for the whole process; None leaves them alone.
        data: input files that were named before the trial.
    """

    experiment: str
    log_level: str
    parameters: dict[str, ParameterTask]
    locked: dict[str, str] = field(default_factory=dict)
    script: dict[str, str] = field(default_factory=dict)
    seed: int | None = None
    data: tuple[DataFile, ...] = ()

    def write(self, path: Path) -> None:
        """Write the task, before the kernel starts."""
        stored = asdict(self) | {"data": [data_to_json(file) for file in self.data]}
        path.write_text(json.dumps(stored, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Task:
        """Read the task inside the kernel."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            experiment=stored["experiment"],
            log_level=stored["log_level"],
            parameters={
                argument: ParameterTask(p["file"], tuple(p["modules"]))
                for argument, p in stored["parameters"].items()
            },
            locked=stored["locked"],
            script=stored["script"],
            seed=stored["seed"],
            data=tuple(map(data_from_json, stored["data"])),
        )
