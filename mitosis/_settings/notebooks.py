"""Which texts name a notebook's file, where an experiment is named."""

from __future__ import annotations

from pathlib import Path

NOTEBOOK_ENDINGS = (".ipynb", ".py", ".md")
"""What the file of a notebook ends with; jupytext reads all but the first."""


def is_notebook_path(name: str, base: Path | None = None) -> bool:
    """Tell whether a name is the path of a notebook.

    `package.py` may be a module, too: there it takes a file.

    Args:
        name: of an experiment, as people give it.
        base: where a relative path leads from; the working directory by default.
    """
    path = Path(base or "", name)
    return path.suffix in NOTEBOOK_ENDINGS and (path.suffix != ".py" or path.is_file())
