"""The arguments in the two forms that leave this process: text to lock, code to run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from pprint import pformat
from typing import Any

from mitosis import _layout
from mitosis._canonical import is_literal, registrations
from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._model import Parameter
from mitosis._recording import ParameterTask
from mitosis._recording.pickles import dumps
from mitosis._recording.report import cut, plain, shortened
from mitosis._recording.secrecy import EXPERIMENT, REGISTERED
from mitosis._redaction import MARK, KnownSecrets, bytes_hold_token, known_secrets, redact
from mitosis._run.arguments import Arguments
from mitosis._run.experiment import Experiment
from mitosis._run.locking import Lockable
from mitosis._run.secret_values import secret_texts
from mitosis.errors import InvalidParameterError, NotPicklableError

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
        secrets: argument to its pickle, for values that hold secrets and must be in no file;
            under `EXPERIMENT` and `REGISTERED`, the other two where these do.
        known: texts that must not be written.
        key: what the secrets in locked texts are digested with.
    """

    code: str
    pickles: Mapping[str, bytes]
    shared: Mapping[str, str]
    experiment: bytes | None
    registered: bytes | None
    script: Mapping[str, str]
    values: Mapping[str, Any]
    modules: Mapping[str, tuple[str, ...]]
    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    known: frozenset[str] = field(default=frozenset(), repr=False)
    key: bytes | None = field(default=None, repr=False)

    def session_secrets(self) -> dict[str, Any]:
        """Return what the kernel is told over the socket, for no file may hold it."""
        return {"key": self.key, "pickles": dict(self.secrets), "values": sorted(self.known)}

    def write(self, folder: TrialFolder, trials_folder: Path) -> dict[str, ParameterTask]:
        """Put the pickles where the kernel finds them, but for those that no file may hold.

        Returns:
            What the kernel is told of each argument that travels as a pickle; of a secret one
            an empty name of a file.
        """
        self.write_shared(trials_folder)
        if self.experiment:
            folder.experiment.write_bytes(self.experiment)
        if self.registered:
            folder.registered.write_bytes(self.registered)
        sent = self.secrets.keys() & self.modules.keys()
        tasks = {name: ParameterTask("", self.modules[name]) for name in sorted(sent)}
        return tasks | {name: self._write(name, folder, trials_folder) for name in self.pickles}

    def write_shared(self, trials_folder: Path) -> None:
        """Put the large pickles where all trials find them."""
        for name, digest in self.shared.items():
            _layout.write_once(_layout.value_file(trials_folder, digest), self.pickles[name])

    def _write(self, name: str, folder: TrialFolder, trials_folder: Path) -> ParameterTask:
        if name in self.shared:
            path = _layout.value_file(trials_folder, self.shared[name])
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
        InvalidParameterError: values would be locked as they are that others say are secret.
        NotPicklableError: names all values that dill cannot pickle.
    """
    texts = {v.parameter: v.text for v in locking.variants}
    secrecy = _secrecy(arguments, locking)
    _refuse_locked_secrets(locking, secrecy)
    literals = {p.arg_name: secrecy.literal(p) for p in arguments.parameters}
    faults: list[str] = []
    pickles = {
        p.arg_name: _pickled(
            p.vals, f"parameter {p.arg_name!r}, a {type(p.vals).__qualname__}", faults
        )
        for p in arguments.parameters
        if literals[p.arg_name] is None
    }
    if experiment.payload is not None:
        what = f"experiment {experiment.name!r}"
        pickles[EXPERIMENT] = _pickled(experiment.payload, what, faults)
    if locking.registered:
        what = "what is registered for types in the parameters"
        pickles[REGISTERED] = _pickled(registrations(locking.registered), what, faults)
    if faults:
        texts_of_faults = (redact(fault, secrecy.known) for fault in faults)
        raise NotPicklableError(faults=tuple(texts_of_faults))
    secrets = {name: data for name, data in pickles.items() if secrecy.hides(name, data)}
    files = {name: data for name, data in pickles.items() if name not in secrets}
    secrecy = replace(secrecy, hidden=secrecy.hidden | secrets.keys())
    return Inputs(
        code=_code(arguments, literals, texts, secrecy),
        experiment=files.pop(EXPERIMENT, None),
        registered=files.pop(REGISTERED, None),
        pickles=files,
        shared=_shared(files),
        script=locking.script,
        values={
            p.arg_name: _value(p, texts.get(p.arg_name), secrecy) for p in arguments.parameters
        },
        modules={p.arg_name: _modules(p) for p in arguments.parameters},
        secrets=secrets,
        known=secrecy.known,
        key=locking.key,
    )


@dataclass(frozen=True)
class _Secrecy:
    """What must not be written.

    Attributes:
        hidden: arguments whose values hold secrets.
        known: these secrets, and those of the environment.
    """

    hidden: frozenset[str]
    known: frozenset[str]

    def literal(self, parameter: Parameter) -> str | None:
        """Return the literal of a value that holds no secret."""
        if parameter.arg_name in self.hidden:
            return None
        code = _literal(parameter.vals)
        return None if code is None or self.hides("", repr(parameter.vals).encode()) else code

    def hides(self, name: str, data: bytes) -> bool:
        """Tell whether data must be in no file."""
        return name in self.hidden or self.knows(data) or bytes_hold_token(data)

    def knows(self, data: bytes) -> bool:
        """Tell whether data hold what is known to be a secret."""
        return self._known.are_in(data)

    @cached_property
    def _known(self) -> KnownSecrets:
        return KnownSecrets(self.known)

    def shown(self, parameter: Parameter) -> str:
        """Return a short text of a value, with marks in the place of secrets."""
        if parameter.arg_name in self.hidden and isinstance(parameter.vals, str | bytes):
            return MARK
        return cut(redact(shortened(parameter.vals, _MOST_LITERAL), self.known))


def _secrecy(arguments: Arguments, locking: Lockable) -> _Secrecy:
    found = {p.arg_name: secret_texts(p.vals, p.arg_name) for p in arguments.parameters}
    hidden = {name for name, texts in found.items() if texts}
    known = {*known_secrets(os.environ), *locking.secrets}.union(*found.values())
    return _Secrecy(locking.secret | hidden, frozenset(known))


def _refuse_locked_secrets(locking: Lockable, secrecy: _Secrecy) -> None:
    """Refuse what only another parameter or the environment tells to be a secret.

    Its text cannot be hidden: then it would depend on more than the value.
    """
    faults = tuple(
        f"parameter {v.parameter!r} (variant {v.name!r}) holds a secret of the environment or "
        "of another parameter; pass it as mitosis.Secret(...)"
        for v in locking.variants
        if secrecy.knows(v.text.encode())
    )
    if faults:
        raise InvalidParameterError(faults=faults)


def _code(
    arguments: Arguments,
    literals: Mapping[str, str | None],
    texts: Mapping[str, str],
    secrecy: _Secrecy,
) -> str:
    lines = ["parameters = {"]
    for name, value in arguments.passed.items():
        note = "generated" if name == "seed" and arguments.seed_is_generated else "given"
        lines.append(_line(name, repr(value), note))
    for parameter in arguments.parameters:
        name = parameter.arg_name
        code = literals[name] or f"unpickled({name!r})"
        lines.append(_line(name, code, _note(parameter, texts.get(name), secrecy)))
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


def _value(parameter: Parameter, text: str | None, secrecy: _Secrecy) -> Any:
    """Return what JSON can hold of a value: itself, or its canonical text as far as it goes."""
    if parameter.arg_name in secrecy.hidden:
        is_text = text is None or isinstance(parameter.vals, str | bytes)
        return secrecy.shown(parameter) if is_text else cut(text or "")
    value, is_exact = plain(parameter.vals)
    return value if is_exact or text is None else cut(text)


def _note(parameter: Parameter, text: str | None, secrecy: _Secrecy) -> str:
    kind = "variant" if parameter.track else "untracked"
    shown = secrecy.shown(parameter) if text is None else cut(text)
    is_plain = is_literal(parameter.vals) and parameter.arg_name not in secrecy.hidden
    value = "" if is_plain else f": {shown}"
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
