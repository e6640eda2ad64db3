"""A notebook as the experiment, after papermill's convention.

A cell tagged `parameters` assigns defaults, a cell behind it the values of the trial, and
cells tagged by a name, or a dict `results`, give the results.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._dataclass import dataclass
from mitosis._notebook import PlannedCell, source_cell
from mitosis._recording.tagged import INJECTED as INJECTED_TAG
from mitosis._recording.tagged import is_name as is_result_name
from mitosis._redaction import redact_code
from mitosis._run.interface import Experiment, Interface
from mitosis._settings import NOTEBOOK_ENDINGS
from mitosis._suggestion import near
from mitosis._wording import is_unicode
from mitosis.errors import ExperimentNotFoundError, InvalidExperimentError

if TYPE_CHECKING:  # for annotations only: it needs nbformat, which is loaded when one is read
    from mitosis._notebook.source_notebook import SourceCell, SourceNotebook

_PARAMETERS, _SKIPPED = "parameters", "skip-execution"
_GIVES_RESULTS = re.compile(r"\bresults\b|^\s*from\s+\S+\s+import\s+\*|^\s*%", re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_HEADING = re.compile(r"\A\s*(?:#{1,6}\s.*|.+\n(?:=+|-+)[ \t]*)(?:\n|\Z)")
_ADVICE = (
    "A notebook is an experiment if it gives a value in a cell tagged main, or a dict "
    '`results` with the key "main". A cell tagged parameters assigns the defaults of what it '
    "takes."
)
_NEEDS_JUPYTEXT = (
    "reading it takes jupytext, which is not installed: pip install 'mitosis[notebooks]'"
)


@dataclass(frozen=True)
class NotebookExperiment(Experiment):
    """A notebook that a user wrote.

    Attributes:
        source: its cells, but for those that are left out.
        defaults: the parameters that it takes, to the code of their defaults; None for those
            that have to be given.
    """

    source: tuple[SourceCell, ...]
    defaults: Mapping[str, str | None]

    @cached_property
    def interface(self) -> Interface:
        """The names that its cell tagged `parameters` assigns."""
        takes = ", ".join(
            name if code is None else f"{name} = {code}" for name, code in self.defaults.items()
        )
        return Interface(
            owner="the notebook",
            text=f"Its parameters are {redact_code(takes)}."
            if takes
            else "No cell of it is tagged parameters.",
            by_name=frozenset(self.defaults),
            required=tuple(name for name, code in self.defaults.items() if code is None),
        )

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """Its own folder, as in Jupyter."""
        assert self.file
        return (self.file.parent,)

    def full_names(self, argument: str) -> tuple[str, ...]:
        """Return an argument, before which the name of the experiment may stand."""
        bare = argument.removeprefix(f"{self.name}.")
        return (bare if bare in self.defaults else argument,)

    def cells(self, opening: Sequence[str], given: Mapping[str, str]) -> Iterator[PlannedCell]:
        """Yield what has to run first, and its own cells, given values behind the defaults."""
        yield source_cell(redact_code("\n\n".join(map(_as_text, self.source))))
        yield PlannedCell("\n".join(opening), ("run",))
        for cell in self.source:
            shown = redact_code(cell.source)
            original = None if shown == cell.source else cell.source
            yield PlannedCell(shown, tuple(filter(_is_kept, cell.tags)), cell.is_code, original)
            if cell.is_code and _PARAMETERS in cell.tags and given:
                lines = [f"{name} = {code}" for name, code in given.items()]
                yield PlannedCell("\n".join(lines), (INJECTED_TAG,))


@dataclass(frozen=True)
class NamedNotebook:
    """A notebook under a name that is not its own."""

    file: Path
    name: str


def is_notebook(subject: Any) -> bool:
    """Tell whether an experiment was passed as the path of a notebook."""
    return isinstance(subject, Path | str | NamedNotebook)


def describe_notebook(
    subject: Path | str | NamedNotebook, hypothesis: str | None = None
) -> Experiment:
    """Read a notebook, check whether it can be an experiment, and describe it.

    Args:
        subject: its path.
        hypothesis: what it claims, where that is said from outside; else it is what its
            metadata say, else the first paragraph of the first Markdown cell, if that stands
            before the parameters.

    Raises:
        ExperimentNotFoundError: there is no such file.
        InvalidExperimentError: it is no notebook, or none that can run; names all faults.
    """
    if isinstance(subject, NamedNotebook):
        file, given = _found(subject.file), subject.name
    else:
        file, given = _found(Path(subject).expanduser()), None
    notebook = _read(file)
    cells = tuple(cell for cell in notebook.cells if _runs(cell))
    name = given or notebook.stated.get("name", file.stem)
    claim = hypothesis or notebook.stated.get("hypothesis") or _first_paragraph(cells)
    faults = [*_stated_faults(name, claim), *_tag_faults(cells)]
    if not _may_give_main(cells):
        faults.append("it has no cell tagged main, and no code that could make `results`")
    defaults: dict[str, str | None] = {}
    for cell in _tagged(cells, _PARAMETERS):
        try:
            defaults |= _assigned(cell.source)
        except SyntaxError as exc:
            faults.append(f"line {exc.lineno} of its parameters is no Python: {exc.msg}")
    if faults:
        raise _invalid(file, faults)
    return NotebookExperiment(
        name=name, file=file, hypothesis=claim.strip(), source=cells, defaults=defaults
    )


def _found(file: Path) -> Path:
    if file.suffix in NOTEBOOK_ENDINGS and file.is_file():
        return file.resolve()
    name = str(file)
    if file.suffix not in NOTEBOOK_ENDINGS:
        reason = (
            f"a text that ends in none of {', '.join(NOTEBOOK_ENDINGS)} is no notebook's path; "
            "pass a module as it is imported, or run it from a shell as `mitosis run "
            f"{name.replace('/', '.')}`"
        )
        raise ExperimentNotFoundError(name=name, reason=reason)
    others = [each.name for each in _siblings(file)]
    raise ExperimentNotFoundError(name=name, reason=f"no such file{near(file.name, others)}")


def _siblings(file: Path) -> list[Path]:
    try:
        return [each for each in file.parent.iterdir() if each.suffix == file.suffix]
    except OSError:
        return []


def _read(file: Path) -> SourceNotebook:
    from mitosis._notebook.source_notebook import UnreadableNotebookError, read_notebook

    try:
        return read_notebook(file)
    except UnreadableNotebookError as exc:
        raise _invalid(file, str(exc).splitlines()) from None
    except ImportError as exc:
        raise _invalid(file, [_NEEDS_JUPYTEXT if exc.name == "jupytext" else str(exc)]) from exc
    except OSError as exc:
        raise _invalid(file, [f"it cannot be read: {exc.strerror or exc}"]) from exc


def _invalid(file: Path, faults: Sequence[str]) -> InvalidExperimentError:
    return InvalidExperimentError(
        experiment=f"The file {file.name!r}", faults=tuple(faults), advice=_ADVICE
    )


def _runs(cell: SourceCell) -> bool:
    """Tell whether a cell is part of the experiment: not so what papermill put in."""
    return _SKIPPED not in cell.tags and INJECTED_TAG not in cell.tags


def _as_text(cell: SourceCell) -> str:
    """Return a cell as it stands in a script in the percent format."""
    if not cell.is_code:
        lines = ["%% [markdown]", *cell.source.splitlines()]
        return "\n".join(f"# {line}".rstrip() for line in lines)
    tags = f" tags={json.dumps(cell.tags)}" if cell.tags else ""
    return f"# %%{tags}\n{cell.source}"


def _is_kept(tag: str) -> bool:
    """Tell whether a tag stays: others have a meaning on the page of a trial."""
    return is_result_name(tag) or tag == "raises-exception"


def _tagged(cells: Sequence[SourceCell], tag: str) -> list[SourceCell]:
    return [cell for cell in cells if cell.is_code and tag in cell.tags]


def _stated_faults(name: Any, claim: Any) -> Iterator[str]:
    for key, value in (("name", name), ("hypothesis", claim)):
        if not isinstance(value, str) or not is_unicode(value) or (key == "name" and not value):
            yield f"its metadata state the {key} {value!r}, which is no text"


def _tag_faults(cells: Sequence[SourceCell]) -> Iterator[str]:
    tags = Counter(tag for cell in cells if cell.is_code for tag in {*cell.tags})
    for tag, number in tags.items():
        if number > 1 and (is_result_name(tag) or tag == _PARAMETERS):
            places = ", ".join(str(cell.number) for cell in _tagged(cells, tag))
            yield f"{number} cells are tagged {tag!r} (numbers {places}); a tag names one"


def _may_give_main(cells: Sequence[SourceCell]) -> bool:
    code = [cell for cell in cells if cell.is_code]
    return any("main" in c.tags or _GIVES_RESULTS.search(c.source) for c in code)


def _assigned(source: str) -> dict[str, str | None]:
    """Return the names that simple assignments give a value, to its code.

    Raises:
        SyntaxError: it is no Python, apart from IPython's magic lines.
    """
    found: dict[str, str | None] = {}
    for node in ast.parse(_MAGIC.sub("", source)).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            code = None if node.value is None else ast.unparse(node.value)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {t.id: code or found.get(t.id) for t in targets if isinstance(t, ast.Name)}
    return found


def _first_paragraph(cells: Sequence[SourceCell]) -> str:
    """Return what the first cell says under its heading, if it is before the parameters."""
    until = next((c.number for c in _tagged(cells, _PARAMETERS)), None)
    first = next((c for c in cells if not c.is_code), None)
    before = min((c.number for c in cells if c.is_code), default=0) if until is None else until
    if first is None or first.number > before:
        return ""
    text = first.source
    while heading := _HEADING.match(text):
        text = text[heading.end() :]
    paragraph = re.split(r"\n[ \t]*\n", text.strip())[0]
    return " ".join(paragraph.split())
