"""Secrets that are known by their value, looked for wherever something is written.

There may be ten thousand of them, so they are found by how they begin. A few are found faster
by a pattern.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from mitosis._redaction.names import LEAST_KNOWN, calls_secret, is_path, is_word
from mitosis._redaction.shapes import MARK

LEAST_CHARACTERS = 6
"""What a secret has to have to be looked for: a shorter one stands in other words."""

_FEW = 50
_CHUNK = 1 << 24
_RUN = re.compile(rb"[\t\n\r -~]{6,}")
_FOLDERS = {"PWD", "OLDPWD"}


class KnownSecrets:
    """Texts that must not be written, in all ways in which others quote them.

    Args:
        values: the texts; those of less than six characters are passed over.
    """

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values = {value for value in values if len(value) >= LEAST_CHARACTERS}

    def redact(self, text: str) -> str:
        """Return a text with a mark in the place of each secret."""
        if not self._values:
            return text
        if self._pattern:
            return self._pattern.sub(MARK, text)
        parts, end = [], 0
        for start, after in self._spans(text):
            parts += [text[end:start], MARK]
            end = after
        return "".join([*parts, text[end:]])

    def open_start(self, text: str) -> int:
        """Return where a secret begins that a text breaks off in; its length if none does."""
        end = len(text)
        if not end or text[-1] not in self._inner:
            return end
        for start in range(max(0, end - self._longest + 1), end):
            if text[start] in self._firsts and self._goes_on(text[start:]):
                return start
        return end

    def whole(self, text: str, cut: int) -> int:
        """Return where to cut a text, there or before, so that no secret is cut."""
        if not self._values:
            return cut
        spans = (
            ((m.start(), m.end()) for m in self._pattern.finditer(text))
            if (self._pattern)
            else self._spans(text)
        )
        return next((start for start, end in spans if start < cut < end), cut)

    def are_in(self, data: bytes) -> bool:
        """Tell whether data hold a secret, as text of one, two or four bytes a character."""
        if not self._values:
            return False
        if any(way in data for way in self._foreign):
            return True
        return any(self._are_in_plain(piece) for piece in _pieces(data, 4 * self._longest))

    def _are_in_plain(self, data: bytes) -> bool:
        if self._pattern:
            return any(way in data for way in self._plain)
        runs = (run.decode("ascii") for run in _RUN.findall(data))
        return any(True for run in runs for _ in self._spans(run))

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where secrets stand, the longest where there are several."""
        known, at = self._by_start, 0
        last = len(text) - LEAST_CHARACTERS
        while at <= last:
            ways = known.get(text[at : at + LEAST_CHARACTERS], ())
            found = next((way for way in ways if text.startswith(way, at)), "")
            if found:
                yield at, at + len(found)
            at += len(found) or 1

    def _goes_on(self, begun: str) -> bool:
        ways = self._ways
        at = bisect_left(ways, begun)
        at += at < len(ways) and ways[at] == begun
        return at < len(ways) and ways[at].startswith(begun)

    @cached_property
    def _ways(self) -> list[str]:
        return sorted({way for value in self._values for way in _spellings(value)})

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if len(self._ways) > _FEW:
            return None
        return re.compile("|".join(map(re.escape, sorted(self._ways, key=len, reverse=True))))

    @cached_property
    def _by_start(self) -> Mapping[str, list[str]]:
        starts: dict[str, list[str]] = {}
        for way in sorted(self._ways, key=len, reverse=True):
            starts.setdefault(way[:LEAST_CHARACTERS], []).append(way)
        return starts

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._ways), default=0)

    @cached_property
    def _firsts(self) -> set[str]:
        return {way[0] for way in self._ways}

    @cached_property
    def _inner(self) -> set[str]:
        return {character for way in self._ways for character in way[:-1]}

    @cached_property
    def _plain(self) -> list[bytes]:
        return [way.encode() for way in self._ways if way.isascii()]

    @cached_property
    def _foreign(self) -> list[bytes]:
        codecs = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
        foreign = [value for value in self._values if not value.isascii()]
        return [value.encode(codec, "surrogatepass") for value in foreign for codec in codecs]


def known_secrets(environ: Mapping[str, str]) -> list[str]:
    """Return the values of variables whose names say that they are secrets.

    Paths, short values and single words are left out: looked for elsewhere, they would blot
    out what is no secret.
    """
    return [
        value
        for name, value in environ.items()
        if name not in _FOLDERS
        and len(value) >= LEAST_KNOWN
        and calls_secret(name)
        and not is_path(value)
        and not is_word(value)
    ]


def _pieces(data: bytes, overlap: int) -> Iterator[bytes]:
    """Yield data in pieces, each as it is and as if its characters had a byte each."""
    for start in range(0, max(1, len(data)), _CHUNK):
        piece = data[start : start + _CHUNK + overlap]
        yield piece
        if b"\0" in piece:
            yield piece.replace(b"\0", b"")


def _spellings(value: str) -> set[str]:
    """Return how a text may stand in another: as it is, or quoted by Python, JSON or HTML."""
    from html import escape  # takes long to load, and few trials have a secret

    return {
        value,
        repr(value)[1:-1],
        ascii(value)[1:-1],
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        escape(value),
    }
