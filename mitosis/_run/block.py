"""The block of code that is recorded: where it stands, and what stands in it."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from types import FrameType
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._notebook import PlannedCell
from mitosis._redaction import redact_code
from mitosis._run.interface import Experiment, Interface
from mitosis._wording import is_unicode
from mitosis.errors import InvalidParameterError

_TAKES_ANY = Interface("a recording", "(**parameters)", frozenset(), any_under=("",))


@dataclass(frozen=True)
class Block(Experiment):
    """An experiment that is neither imported nor called: it runs where it is written.

    Attributes:
        source: of the `with` statement; empty where it cannot be read.
        names: what expressions in it can use.
    """

    source: str
    names: Mapping[str, Any]

    @classmethod
    def around(cls, frame: FrameType, name: str, hypothesis: str | None) -> Block:
        """Describe the block that a frame is about to enter.

        Raises:
            InvalidParameterError: the name cannot be one.
        """
        if not isinstance(name, str) or not name or not is_unicode(name):
            fault = f"the experiment's name is {name!r}; it has to be a text, not empty"
            raise InvalidParameterError(faults=(fault,))
        return cls(
            name=name,
            file=_file(frame),
            hypothesis=inspect.cleandoc(hypothesis or "").strip(),
            source=_source(frame),
            names=frame.f_globals,
        )

    @property
    def interface(self) -> Interface:
        """Arguments of any name: what they are for is the block's own affair."""
        return _TAKES_ANY

    @property
    def files(self) -> tuple[Path | None, ...]:
        """Its file; for a cell whose source is known the working directory."""
        return (Path.cwd() if self.file is None and self.source else self.file,)

    def cells(
        self,
        opening: Sequence[str],  # noqa: ARG002 - nothing has to run before it
        given: Collection[str],  # noqa: ARG002 - nobody passes them
    ) -> Iterator[PlannedCell]:
        """Yield the block, as what made the results."""
        place = self.file.name if self.file else "an interactive session"
        yield PlannedCell(redact_code(self.source) or f"# a block in {place}", ("run",))

    def namespace(self, argument: str) -> Mapping[str, Any]:  # noqa: ARG002 - all see the same
        """Return what the block's module defines."""
        return self.names


def _file(frame: FrameType) -> Path | None:
    file = Path(frame.f_code.co_filename)
    archives = file.parents  # of modules in them
    return next((each.resolve() for each in (file, *archives) if each.is_file()), None)


def _cell(shell: Any) -> str:
    """Return the cell that runs, as it was typed: a magic such as %%time compiles it anew."""
    return str(shell.history_manager.input_hist_raw[-1])


def _text(frame: FrameType) -> str:
    """Return the whole source that a line stands in, if it can be read."""
    name = frame.f_code.co_filename
    if name == "<string>" and frame.f_globals is not vars(sys.modules["__main__"]):
        return ""  # Python 3.13 has the text of `python -c` under the name of all such code
    return "".join(linecache.getlines(name, frame.f_globals))


def _source(frame: FrameType) -> str:
    """Return the innermost `with` statement around a line, which may be one of many lines."""
    text = _text(frame)
    if not text and "get_ipython" in frame.f_globals:
        return _cell(frame.f_globals["get_ipython"]())
    try:
        found = [
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.With)
            and node.lineno <= frame.f_lineno <= (node.items[-1].context_expr.end_lineno or 0)
        ]
    except (SyntaxError, ValueError):  # of a notebook's cell, which may hold magics
        return text
    if not found:
        return text
    block = max(found, key=lambda node: node.lineno)
    lines = text.splitlines(keepends=True)[block.lineno - 1 : block.end_lineno]
    return dedent("".join(lines)).rstrip()
