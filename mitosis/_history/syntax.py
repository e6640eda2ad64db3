"""An expression as Python's own parser sees it: text → tree, and names as the user wrote them.

Names that are no identifiers stand in backticks, which Python does not know: it gets as many
underscores. The text is parsed and never evaluated.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings

from mitosis._dataclass import dataclass
from mitosis.errors import InvalidExpressionError

_MOST_CHARACTERS = 10_000
_QUOTED = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`([^`]*)`")
_RESERVED = sorted(
    {*keyword.kwlist} - {"and", "or", "not", "in", "is", "None", "True", "False"}
)
_MISTAKES = (
    (re.compile(r"&&|\|\|"), "write `and` and `or`"),
    (re.compile(r"\b(AND|OR|NOT|IN)\b"), "`and`, `or`, `not` and `in` are written small"),
    (re.compile(r"<>"), "not equal is !="),
    (re.compile(r"(?<![=!<>:])=(?!=)"), "equal is =="),
    (
        re.compile(rf"\b({'|'.join(_RESERVED)})\b"),
        "a name that Python reserves needs backticks",
    ),
)


@dataclass(frozen=True)
class Source:
    """A text that was read.

    Attributes:
        text: with underscores for what stood in backticks.
        quoted: the names that did, by the column behind them.
        tree: what Python makes of it.
    """

    text: str
    quoted: dict[int, str]
    tree: ast.expr

    def column(self, offset: int) -> int:
        """Return the column for a number of bytes, which is what a tree holds."""
        stripped = self.text.lstrip()
        before = stripped.encode()[:offset].decode(errors="ignore")
        return len(self.text) - len(stripped) + len(before)

    def identifier(self, node: ast.Name | ast.Attribute) -> str:
        """Return the last part of a name as the user wrote it."""
        written = node.id if isinstance(node, ast.Name) else node.attr
        behind = self.column(node.end_col_offset or 0)
        name = self.quoted.get(behind)
        return name if name is not None and set(written) == {"_"} else written

    def name(self, node: ast.expr) -> str | None:
        """Return a name, which may have dots in it; None if it is something else."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(self.identifier(node))
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        return ".".join([self.identifier(node), *reversed(parts)])


def read_source(expression: str) -> Source:
    """Read an expression.

    Raises:
        InvalidExpressionError: Python's grammar has no such expression.
    """
    text, quoted = _without_backticks(expression)
    return Source(text, quoted, _tree(expression, text))


def _without_backticks(expression: str) -> tuple[str, dict[int, str]]:
    """Put as many underscores for each name in backticks.

    Returns:
        the text, and the names by the column behind them.
    """
    text = re.sub(r"[\r\n\t\f\v]", " ", expression)
    quoted: dict[int, str] = {}
    for match in _QUOTED.finditer(text):
        if match[1] is not None:
            quoted[match.end()] = match[1]
            text = text[: match.start()] + "_" * len(match[0]) + text[match.end() :]
    return text, quoted


def _tree(expression: str, text: str) -> ast.expr:
    """Have Python read a text.

    Raises:
        InvalidExpressionError: it is no expression.
    """
    column, what = 0, "it is nested too deeply"
    try:
        if len(text) > _MOST_CHARACTERS:
            raise ValueError(f"it has more than {_MOST_CHARACTERS} characters")
        if not text.strip():
            raise ValueError("it is empty")
        if "\0" in text:
            raise ValueError("it holds null bytes")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in texts, which mean what they say
            return ast.parse(text.lstrip(), mode="eval").body
    except SyntaxError as exc:
        column, what = _place(exc, text)
    except UnicodeError:
        what = "it holds halves of characters"
    except ValueError as exc:
        what = str(exc)
    except (RecursionError, MemoryError):
        pass
    raise InvalidExpressionError(expression=expression, faults=((column, what),))


def _place(exc: SyntaxError, text: str) -> tuple[int, str]:
    """Return where Python's grammar was left, and what was probably meant."""
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    for pattern, hint in _MISTAKES:
        if found := pattern.search(bare):
            return found.start(), hint
    if "digits" in exc.msg and not exc.offset:
        return 0, "a number in it has too many digits"
    if exc.offset:
        return len(text) - len(text.lstrip()) + exc.offset - 1, exc.msg
    return len(text), "it ends too early"
