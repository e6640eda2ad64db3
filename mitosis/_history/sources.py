"""The code of a trial, as it was when it ran."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._history.cells import read_cells
from mitosis._layout import TrialFolder
from mitosis.errors import NoRepositoryError

_FENCED = re.compile(r"(`{3,})[^\n]*\n(.*?)\n?\1\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Code:
    """The sources of a trial.

    Attributes:
        experiment: the source of the experiment as its notebook shows it; empty where it was
            not told.
        steps: name of each function that ran as a step to its source.
        commit: the commit of the code that ran; None without one.
        modules: path of each module of the repository that was imported, to its digest.
        changes: files that differed from the commit.
    """

    experiment: str
    steps: Mapping[str, str]
    commit: str | None
    modules: Mapping[str, str]
    changes: tuple[str, ...] = ()
    place: Path = field(default=Path(), repr=False)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Path of each module that ran to its text at the commit, as git has it.

        The repository is the one that the trials folder lies in, or the working directory. A
        module that is not in the commit, as one of a submodule, is left out.

        Raises:
            LookupError: no repository here has the commit, or it ran without one.
        """
        from mitosis._provenance import committed_files

        try:
            return committed_files((self.place, Path.cwd()), self.commit, self.modules)
        except NoRepositoryError as exc:
            raise LookupError(exc.reason) from exc


def read_code(folder: TrialFolder, record: Mapping[str, Any]) -> Code:
    """Return the code of a trial; what its files do not tell is empty."""
    code = record.get("code") or {}
    cells = [cell for cell in read_cells(folder.notebook) if "source" in cell.tags]
    return Code(
        experiment="\n\n".join(_unfenced(cell.source) for cell in cells),
        steps=_steps(folder),
        commit=code.get("commit"),
        modules=dict(code.get("modules") or {}),
        changes=tuple(code.get("changes") or ()),
        place=folder.root.parent,
    )


def _unfenced(source: str) -> str:
    found = _FENCED.match(source)
    return found[2] if found else source


def _steps(folder: TrialFolder) -> dict[str, str]:
    """Return the sources of steps, which lie under their names and digests."""
    files = sorted(folder.steps.glob("*.py")) if folder.steps.is_dir() else []
    return {f.stem.rpartition("-")[0] or f.stem: f.read_text("utf-8", "replace") for f in files}
