"""Secrets in canonical texts: written as keyed digests, and shown to people as marks.

A secret's text is `Secret('<key id>:<digest>')`. The digest is blake3's, keyed with the key of
a trials folder, so that nobody without it can try passwords; the key's id says which it was.
What is plain text and looks like a secret is found in the finished text of a whole value, for
there every name stands beside what it leads to, whatever kind of object holds it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field

from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, exact
from mitosis._canonical.scalars import quoted
from mitosis._canonical.wording import blake3_hex
from mitosis._dataclass import dataclass
from mitosis._model import Secret
from mitosis._redaction import (
    calls_secret,
    has_token,
    holds_pair,
    is_called_secret,
    may_be_called_secret,
    may_call_secret,
    may_hold_token,
)

EDITION = 3
"""Which edition began to hide secrets. Earlier ones wrote them as any text."""

HEAD = "Secret("
SHOWN = "Secret(***)"

_STRING = r"b?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_SIGN = re.compile(
    rf"({_STRING})|([A-Za-z_][A-Za-z0-9_]*)=|[\[({{]|[\])}}]|, "
    r"|(?<![\w.'+-])([0-9]{4,})(?![\w.])"
)
_HIDDEN = re.compile(
    rf"Secret\((str=|bytes=|int=|)'([0-9a-f]{{8}}):([0-9a-f]{{64}})'\)|{_STRING}"
)
_IN_PATH = re.compile(r"\['([^']*)'\]|\.([A-Za-z_][A-Za-z0-9_]*)")

Replace = Callable[[str, str], str]
"""Returns what stands for a secret, from its literal in the text and its value."""


@dataclass
class Met:
    """The secrets that were met in values, as texts; they must not be written."""

    texts: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Keyed:
    key: bytes
    met: Met


_keyed: ContextVar[_Keyed | None] = ContextVar("mitosis_secrets", default=None)
_argument: ContextVar[str] = ContextVar("mitosis_argument", default="")


@contextmanager
def secrets_under(key: bytes | None, argument: str = "") -> Iterator[Met]:
    """Have canonical texts hold keyed digests in the place of secrets.

    Args:
        key: 32 bytes. Without one, plain texts are written as they are and a `Secret` is
            refused.
        argument: what the values go by, which may say that a text is a secret.
    """
    met = Met()
    before = _keyed.set(None if key is None else _Keyed(key, met))
    try:
        with argument_named(argument):
            yield met
    finally:
        _keyed.reset(before)


@contextmanager
def argument_named(name: str) -> Iterator[None]:
    """Say what the value goes by that is written next."""
    before = _argument.set(name)
    try:
        yield
    finally:
        _argument.reset(before)


@exact(Secret)
def write_secret(value: Secret, writer: Writer) -> str:
    """Write `Secret('3f9a2c01:<digest>')`."""
    keyed = _keyed.get()
    if not writer.since(EDITION):
        msg = "this edition knows no secrets"
        raise Refusal(msg)
    if keyed is None:
        msg = "the digest of a secret needs the key of a trials folder; only a trial has one"
        raise Refusal(msg)
    text = str.__str__(value)
    keyed.met.texts.add(text)
    return f"Secret('{_digest(quoted(text), keyed.key)}')"


def keyed_text(text: str) -> str:
    """Return a canonical text with digests in the place of plain texts that look secret."""
    keyed = _keyed.get()
    if keyed is None:
        return text

    def replace(literal: str, value: str) -> str:
        keyed.met.texts.add(value)
        kind = {"b": "bytes", "'": "str", '"': "str"}.get(literal[0], "int")
        return f"Secret({kind}='{_digest(literal, keyed.key)}')"

    return hide(text, replace, _argument.get())


def keyed_members(text: str, texts: Collection[str]) -> str:
    """Return a canonical text with digests in the place of these members of it."""
    keyed = _keyed.get()
    if keyed is None or not texts:
        return text

    def replace(found: re.Match[str]) -> str:
        value = _value(found[0])
        if value not in texts:
            return found[0]
        keyed.met.texts.add(value)
        return f"Secret(str='{_digest(found[0], keyed.key)}')"

    return re.sub(_STRING, replace, text)


def shown_text(text: str, path: str = "", argument: str = "") -> str:
    """Return a canonical text, or a part of one, with marks in the place of secrets.

    Args:
        text: of any edition.
        path: where the part stands in its whole, e.g. `$['password']`.
        argument: what the whole goes by.
    """
    steps = [argument, *(one or other for one, other in _IN_PATH.findall(path))]
    names = [name for name in steps if calls_secret(name)]
    return hide(text, lambda _literal, _value: SHOWN, names[-1] if names else "")


def key_id(key: bytes) -> str:
    """Return what a key is known by, eight hexadecimal digits."""
    return blake3_hex(key)[:8]


def secret_digest(text: str, key: bytes) -> str:
    """Return the digest of a text that nobody without the key can make."""
    from blake3 import blake3

    return blake3(quoted(text).encode("ascii"), key=key).hexdigest()


def key_ids(text: str) -> set[str]:
    """Return the ids of the keys that a canonical text's secrets are digested with."""
    return {found[2] for found in _HIDDEN.finditer(text) if found[2]}


def differ_by_keys_only(one: str, other: str) -> bool:
    """Tell whether two texts agree but for secrets that two keys leave without comparison."""
    if key_ids(one) == key_ids(other):
        return False
    pairs = zip(_HIDDEN.finditer(one), _HIDDEN.finditer(other), strict=False)
    hidden = [(a, b) for a, b in pairs if a[2] and b[2]]
    return _bare(one) == _bare(other) and all(a[2] != b[2] or a[3] == b[3] for a, b in hidden)


def hide(text: str, replace: Replace, argument: str = "") -> str:
    """Return a canonical text with something else in the place of what looks secret.

    Args:
        text: canonical, of any edition.
        replace: says what.
        argument: the name that leads to the whole value.
    """
    named = calls_secret(argument) or may_call_secret(text)
    if not named and not may_be_called_secret(text) and not may_hold_token(text):
        return text
    return _Reader(text, replace, argument).read()


def _bare(text: str) -> str:
    return _HIDDEN.sub(lambda m: f"Secret({m[1]})" if m[2] else m[0], text)


def _digest(literal: str, key: bytes) -> str:
    from blake3 import blake3

    return f"{key_id(key)}:{blake3(literal.encode('ascii'), key=key).hexdigest()}"


class _Reader:
    """Goes through a text sign by sign, and knows which name leads to each literal.

    A name leads to what stands right behind it, and to all members of a plain list, tuple, set
    or dict that stands there. A text at the head of a tuple is a name too, as in headers, and
    so is an option in a command line.
    """

    def __init__(self, text: str, replace: Replace, argument: str) -> None:
        self._text = text
        self._replace = replace
        self._may_hold_tokens = may_hold_token(text)
        self._may_hold_pairs = may_be_called_secret(text)
        self._label = argument
        self._held_by = ""
        self._above: list[str] = []
        self._head = ""

    def read(self) -> str:
        return _SIGN.sub(self._sign, self._text)

    def _sign(self, sign: re.Match[str]) -> str:
        whole = sign[0]
        if sign[1]:
            return self._literal(sign)
        if sign[3]:
            return self._number(sign)
        if sign[2]:
            self._label = sign[2]
        elif whole in "[({":
            self._open(sign)
        elif whole == ", ":
            self._label, self._head = self._head, ""
        elif self._above:
            self._held_by = self._above.pop()
            self._label = self._head = ""
        return whole

    def _open(self, sign: re.Match[str]) -> None:
        before = self._text[sign.start() - 1 : sign.start()]
        is_call = sign[0] == "(" and (before.isalnum() or before in ("_", "]"))
        name = self._label if calls_secret(self._label) else self._held_by
        self._above.append(self._held_by)
        self._held_by, self._label = "" if is_call else name, ""

    def _literal(self, sign: re.Match[str]) -> str:
        literal, end = sign[1], sign.end()
        is_key = self._text.startswith(": ", end)
        names = () if is_key else (self._label, self._held_by)
        at_head = self._text.startswith("(", sign.start() - 1)
        is_head = self._text.startswith(", ", end) and (at_head or literal[1] == "-")
        value = _value(literal) if is_key or is_head or self._is_suspect(names) else ""
        self._head = value if is_head else ""
        self._label = value if is_key else ""
        if self._is_secret(value, names):
            return self._replace(literal, value)
        return literal

    def _number(self, sign: re.Match[str]) -> str:
        number, names = sign[3], (self._label, self._held_by)
        is_key = self._text.startswith(": ", sign.end())
        if is_key or not any(is_called_secret(number, name) for name in names):
            return number
        return self._replace(number, number)

    def _is_suspect(self, names: tuple[str, ...]) -> bool:
        return self._may_hold_tokens or self._may_hold_pairs or any(map(calls_secret, names))

    def _is_secret(self, value: str, names: tuple[str, ...]) -> bool:
        if self._may_hold_tokens and has_token(value):
            return True
        if self._may_hold_pairs and holds_pair(value):
            return True
        return any(is_called_secret(value, name) for name in names)


def _value(literal: str) -> str:
    if "\\" not in literal:
        return literal.removeprefix("b")[1:-1]
    value = ast.literal_eval(literal)
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
