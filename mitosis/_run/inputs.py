"""The arguments in the two forms that leave this process: text to lock, code to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from pprint import pformat
from typing import Any

from mitosis import _layout
from mitosis._canonical import is_literal, registrations
from mitosis._layout import TrialFolder
from mitosis._model import Parameter
from mitosis._recording import ParameterTask
from mitosis._recording.pickles import dumps
from mitosis._recording.report import cut, plain, shortened
from mitosis._run.arguments import Arguments
from mitosis._run.experiment import Experiment
from mitosis._run.locking import Lockable
from mitosis.errors import NotPicklableError

_MOST_LITERAL = 20_000
_LARGE = 1 << 20
_WIDTH = 84
_NOTHING_LOCKED = Lockable()


@dataclass(frozen=True)
class Inputs:
    """What the kernel gets.

    Attributes:
        code: the cell that makes the dict `parameters`.
        pickles: argument to its pickle, for values that no literal recreates.
        shared: argument to the digest that names a large pickle's file.
        experiment: the experiment's pickle, where it is an object.
        registered: pickle of what the user registered for types in the values, if anything.
        script: names under which things of the running script are locked.
        values: argument to its value where JSON can hold it, else a short text.
        modules: argument to the modules that are imported before its pickle is read.
    """

    code: str
    pickles: Mapping[str, bytes]
    shared: Mapping[str, str]
    experiment: bytes | None
    registered: bytes | None
    script: Mapping[str, str]
    values: Mapping[str, Any]
    modules: Mapping[str, tuple[str, ...]]

    def write(self, folder: TrialFolder, trials_folder: Path) -> dict[str, ParameterTask]:
        """Put the pickles where the kernel finds them."""
        if self.experiment:
            folder.experiment.write_bytes(self.experiment)
        if self.registered:
            folder.registered.write_bytes(self.registered)
        return {name: self._write(name, folder, trials_folder) for name in self.pickles}

    def _write(self, name: str, folder: TrialFolder, trials_folder: Path) -> ParameterTask:
        if name in self.shared:
            path = _layout.value_file(trials_folder, self.shared[name])
            _layout.write_once(path, self.pickles[name])
            file = str(Path("..") / path.relative_to(trials_folder))
        else:
            path = folder.parameter(name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(self.pickles[name])
            file = str(path.relative_to(folder.root))
        return ParameterTask(file, self.modules[name])


def prepare(
    experiment: Experiment, arguments: Arguments, locking: Lockable = _NOTHING_LOCKED
) -> Inputs:
    """Write literals as code and pickle the rest, in memory.

    Raises:
        NotPicklableError: names all values that dill cannot pickle.
    """
    texts = {v.parameter: v.text for v in locking.variants}
    literals = {p.arg_name: _literal(p.vals) for p in arguments.parameters}
    faults: list[str] = []
    pickles = {
        p.arg_name: _pickled(
            p.vals, f"parameter {p.arg_name!r}, a {type(p.vals).__qualname__}", faults
        )
        for p in arguments.parameters
        if literals[p.arg_name] is None
    }
    payload = registered = None
    if experiment.module is None:
        payload = _pickled(experiment.payload, f"experiment {experiment.name!r}", faults)
    if locking.registered:
        what = "what is registered for types in the parameters"
        registered = _pickled(registrations(locking.registered), what, faults)
    if faults:
        raise NotPicklableError(faults=tuple(faults))
    return Inputs(
        code=_code(arguments, literals, texts),
        pickles=pickles,
        shared=_shared(pickles),
        experiment=payload,
        registered=registered,
        script=locking.script,
        values={p.arg_name: _value(p, texts.get(p.arg_name)) for p in arguments.parameters},
        modules={p.arg_name: _modules(p) for p in arguments.parameters},
    )


def _code(
    arguments: Arguments, literals: Mapping[str, str | None], texts: Mapping[str, str]
) -> str:
    lines = ["parameters = {"]
    for name, value in arguments.passed.items():
        note = "generated" if name == "seed" and arguments.seed_is_generated else "given"
        lines.append(_line(name, repr(value), note))
    for parameter in arguments.parameters:
        name = parameter.arg_name
        code = literals[name] or f"unpickled({name!r})"
        lines.append(_line(name, code, _note(parameter, texts.get(name))))
    return "\n".join([*lines, "}"])


def _literal(value: object) -> str | None:
    if not is_literal(value) or len(repr(value)) > _MOST_LITERAL:
        return None
    if not isinstance(value, list | tuple | dict | set):
        return repr(value)
    return pformat(value, width=_WIDTH, sort_dicts=False)


def _line(name: str, code: str, note: str) -> str:
    """Return an entry of the dict, with its note behind it, or above it where that is long."""
    entry = f"    {name!r}: "
    code = code.replace("\n", "\n" + " " * len(entry))
    if "\n" in code or len(entry + code + note) > _WIDTH:
        return f"    # {note}\n{entry}{code},"
    return f"{entry}{code},  # {note}"


def _value(parameter: Parameter, text: str | None) -> Any:
    """Return what JSON can hold of a value: itself, or its canonical text as far as it goes."""
    value, is_exact = plain(parameter.vals)
    return value if is_exact or text is None else cut(text)


def _note(parameter: Parameter, text: str | None) -> str:
    kind = "variant" if parameter.track else "untracked"
    shown = shortened(parameter.vals) if text is None else cut(text)
    value = "" if is_literal(parameter.vals) else f": {shown}"
    name = ascii(parameter.var_name)[1:-1]
    text = " ".join(f"{name[:60]}{value}".split())
    return f"{kind} {''.join(c if c.isprintable() else ascii(c)[1:-1] for c in text)}"


def _pickled(value: object, what: str, faults: list[str]) -> bytes:
    try:
        return dumps(value)
    except Exception as exc:  # noqa: BLE001 - whatever an object's pickling raises
        faults.append(f"{what}: {type(exc).__name__}: {exc}")
        return b""


def _shared(pickles: Mapping[str, bytes]) -> dict[str, str]:
    """Name large pickles by their own content: a pickle may hold code beside the value."""
    return {
        name: sha256(data).hexdigest() for name, data in pickles.items() if len(data) > _LARGE
    }


def _modules(parameter: Parameter) -> tuple[str, ...]:
    names = [module.__name__ for module in parameter.modules or ()]
    return tuple(name for name in names if name != "__main__")
