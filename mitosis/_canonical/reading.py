"""Canonical text read back into a tree of spans, for comparing; never into values."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = re.compile(r" *")
_STRING = re.compile(r"b?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")
_MAIN = r"__main__\[(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\]"
_GENERIC = r"\[[\w.\\, \[\]]+\]"
_HEAD = re.compile(
    rf"(?:{_MAIN}|(?:[A-Za-z_0-9.]|\\[xuU][0-9a-f]+)+)(?:\.[\w.\\]+)?(?:{_GENERIC})?\(",
    re.ASCII,
)
_KEYWORD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_ATOM = re.compile(r"[^\s,:=\[\](){}<>'\"]+")
_CLOSING = {"[": "]", "(": ")", "{": "}"}


class Unreadable(ValueError):  # noqa: N818 - no error of the package: it never leaves it
    """The text is not canonical text that this edition knows."""


@dataclass(frozen=True, slots=True)
class Node:
    """One value in a text.

    Attributes:
        text: its whole text.
        head: what it opens with, e.g. `[`, `{` or `pkg.Foo(`; '' for a value without parts.
        parts: the values inside, each with its label: `lr` of an attribute, the text of a key,
            or None where only the place counts.
    """

    text: str
    head: str = ""
    parts: tuple[tuple[str | None, Node], ...] = ()


def parse(text: str) -> Node:
    """Return the tree of a canonical text.

    Raises:
        Unreadable: the text is none.
        RecursionError: the text is nested too deeply for the caller's stack.
    """
    node, end = _value(text, 0)
    if end != len(text):
        raise Unreadable(text[end:])
    return node


def _value(text: str, start: int) -> tuple[Node, int]:
    found = _STRING.match(text, start)
    if found:
        return Node(found.group()), found.end()
    if text.startswith("<", start):
        end = _tag_end(text, start)
        return Node(text[start:end]), end
    head = _HEAD.match(text, start)
    if head or text[start : start + 1] in _CLOSING:
        opening = head.group() if head else text[start]
        return _composite(text, start, opening)
    atom = _ATOM.match(text, start)
    if not atom:
        raise Unreadable(text[start:])
    return Node(atom.group()), atom.end()


def _composite(text: str, start: int, head: str) -> tuple[Node, int]:
    closing, at = _CLOSING[head[-1]], start + len(head)
    parts: list[tuple[str | None, Node]] = []
    while not text.startswith(closing, at):
        label, node, at = _part(text, at)
        parts.append((label, node))
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith(closing, at):
            raise Unreadable(text[at:])
    end = at + 1
    return Node(text[start:end], head, tuple(parts)), end


def _part(text: str, at: int) -> tuple[str | None, Node, int]:
    """Read `value`, `key: value`, `name=value` or `**{...}`."""
    keyword = _KEYWORD.match(text, at)
    if keyword:
        node, end = _value(text, keyword.end())
        return keyword.group(1), node, end
    label = None
    if text.startswith("**", at):
        label, at = "__dict__", at + 2
    node, end = _value(text, at)
    if not text.startswith(":", end):
        return label, node, end
    held, after = _value(text, _skip(text, end + 1))
    return node.text, held, after


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _tag_end(text: str, start: int) -> int:
    depth, at = 0, start
    while at < len(text):
        quoted = _STRING.match(text, at)
        if quoted:
            at = quoted.end()
            continue
        depth += {"<": 1, ">": -1}.get(text[at], 0)
        at += 1
        if depth == 0:
            return at
    raise Unreadable(text[start:])
