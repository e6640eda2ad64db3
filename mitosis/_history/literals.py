"""Texts that may be literals of Python."""

from __future__ import annotations

import ast
from typing import Any


def literal_or_text(text: str) -> Any:
    """Return the value that a text is the literal of, else the text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return text
