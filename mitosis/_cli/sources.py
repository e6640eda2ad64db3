"""What the source of a module says of its experiment, without running it."""

from __future__ import annotations

import ast
from pathlib import Path

from mitosis._dataclass import dataclass

_ASSIGNMENTS = (ast.Assign, ast.AnnAssign)


@dataclass(frozen=True)
class SourceModule:
    """A module of a package that defines an experiment, as its source says.

    Attributes:
        name: of the module, without the package's.
        own_name: the experiment's `name`.
        arguments: of its `run`, as written.
    """

    name: str
    own_name: str
    arguments: str


def read_source(name: str, file: Path) -> SourceModule | None:
    """Read what a module defines, without running it; None if that is no experiment."""
    try:
        body = ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return None
    names = [n.value for n in body if "name" in _targets(n) and isinstance(n, _ASSIGNMENTS)]
    runs = [n for n in body if getattr(n, "name", "") == "run" or "run" in _targets(n)]
    own_name = getattr(names[-1], "value", None) if names else None
    if not runs or not isinstance(own_name, str):
        return None
    run = runs[-1]
    arguments = ast.unparse(_bare(run.args)) if isinstance(run, ast.FunctionDef) else "..."
    return SourceModule(name, own_name, arguments)


def _bare(arguments: ast.arguments) -> ast.arguments:
    """Take the annotations off, which are for readers of the source."""
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return arguments


def _targets(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    return {target.id for target in targets if isinstance(target, ast.Name)}
