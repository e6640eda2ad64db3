"""The small words of canonical text: quoting, long texts, names, sorting.

Everything here is ASCII, whatever goes in, and depends on no table that differs between
interpreters: `ascii` quotes what `repr` would leave to Unicode's tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONG = 1 << 20
"""A longer text is represented by its length and digest, in characters."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# All signs of ASCII but letters, digits and _: which other letters exist depends on the Python.
_NO_PART = r"\x00-/:-@\[-^`{-\x7f"
_PART = re.compile(rf"[^0-9{_NO_PART}][^{_NO_PART}]*")


def blake3_hex(data: bytes | memoryview) -> str:
    """Return the blake3 digest of a buffer as 64 hexadecimal digits."""
    from blake3 import blake3

    return blake3(data).hexdigest()


def shorten(text: str) -> str:
    """Return a text that is not long as it is, and a tag that identifies a long one."""
    if len(text) <= LONG:
        return text
    return f"<long text of {len(text)} characters blake3 {blake3_hex(text.encode('ascii'))}>"


def is_plain_name(name: object) -> bool:
    """Tell whether a key can be written as `name=`: an ASCII identifier, exactly a str."""
    return type(name) is str and _NAME.fullmatch(name) is not None


def is_name(name: object) -> bool:
    """Tell whether a name is an identifier, of whatever letters; exactly a str."""
    return type(name) is str and _PART.fullmatch(name) is not None


def is_dotted_name(name: object) -> bool:
    """Tell whether a qualified name consists of identifiers only, so no `<locals>`."""
    return type(name) is str and all(_PART.fullmatch(part) for part in name.split("."))


def escaped(name: str) -> str:
    """Return a dotted name in ASCII, other letters as escapes."""
    return name if name.isascii() else ascii(name)[1:-1]


def mapping(pairs: Iterable[tuple[str, str]]) -> str:
    """Return `{key: value}` from texts, sorted by them."""
    return "{" + ", ".join([f"{key}: {value}" for key, value in sorted(pairs)]) + "}"


def row(texts: list[str]) -> str:
    """Return `(a, b)` from texts, with Python's comma for a single one."""
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def arguments(named: Iterable[tuple[str, str]]) -> list[str]:
    """Return `name=text` for each pair, sorted by name."""
    return [f"{name}={text}" for name, text in sorted(named)]


def brief(text: str, most: int = 80) -> str:
    """Return a text for a path or message, its middle left out if it is long."""
    if len(text) <= most:
        return text
    half = (most - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
