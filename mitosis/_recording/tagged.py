"""The values of a notebook's tagged cells, taken as they are shown.

The runner sends each cell's tags with it. A cell that is tagged by a name gives the value of
its last expression, or what it printed where there is none.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from mitosis._recording.report import shortened

INJECTED = "injected-parameters"
"""The tag of the cell that gives a notebook its parameters."""

_OWN = frozenset({"parameters", "run", "source", "results", "title", "warning", INJECTED})
_CONVENTIONAL = {"raises-exception", "skip-execution", "full-width", "margin", "popout"}
_PREFIXES = ("hide-", "hide_", "remove-", "remove_", "nbval-", "scroll", "output_scroll")
_MOST_PRINTED = 100_000
_COPIED = ("builtins", "numpy", "pandas")


def is_name(tag: str) -> bool:
    """Tell whether a tag names a result: mitosis and Jupyter give others a meaning.

    Example:
        >>> [is_name(tag) for tag in ("mse", "main", "parameters", "hide-input")]
        [True, True, False, False]
    """
    return tag not in _OWN | _CONVENTIONAL and not tag.startswith(_PREFIXES)


class TaggedCells:
    """Follows the cells of one notebook, and keeps what those with names show."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._printed: set[str] = set()  # names whose values are read from what was printed
        self._heard: list[str] | None = None
        self._room = 0
        self._depth = 0
        self._shell: Any = None
        self._namespace: dict[str, Any] = {}
        self._functions: Mapping[str, Any] = {}
        self._parameters: Any = None
        self.in_notebook = False

    def follow(self, shell: Any, namespace: dict[str, Any], functions: dict[str, Any]) -> None:
        """Watch each cell from the next one on.

        Args:
            shell: IPython's.
            namespace: of the cells.
            functions: what stands in it for mitosis's own cells, whatever others do to it.
        """
        self._namespace, self._functions = namespace, functions
        self._shell = shell
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def hear(self, stream: str, text: str) -> None:
        """Take what is printed, if the cell that runs has a name."""
        if stream == "stdout" and self._heard is not None:
            self._heard.append(text)
            self._room -= len(text)
            if self._room < 0:  # a flood is no value
                self._heard = None

    def results(self, own: Any) -> Any:
        """Return the results of a notebook: of its tagged cells, and of its dict `results`.

        What a cell printed is only a text of a value: `results` counts before it.

        Args:
            own: what the variable `results` holds; counts only as a dict where cells say more.

        Raises:
            ValueError: a tagged cell and `results` contradict each other.
        """
        if not self._values:
            return own
        stated = own if isinstance(own, Mapping) else {}
        firm = {n: value for n, value in self._values.items() if n not in self._printed}
        if faults := list(_contradictions(firm, stated)):
            raise ValueError("; ".join(faults))
        return {**self._values, **stated, **firm}

    def awaits(self, info: Any) -> bool:
        """Tell whether a cell awaits something itself, for which the kernel's loop must run."""
        code = info.raw_cell
        with suppress(Exception):  # what cannot be read as Python awaits nothing
            if "async" in code or "await" in code:
                code = self._shell.transform_cell(code)
                return bool(self._shell.should_run_async("", transformed_cell=code))
        return False

    def _tags(self) -> Sequence[str]:
        """Return the tags that came with the cell; where none came, it is no notebook's."""
        with suppress(LookupError, TypeError):
            return tuple(self._shell.get_parent()["metadata"]["tags"])
        return ("run",)

    def _begin(self, _info: object) -> None:
        self._depth += 1
        if self._depth > 1:
            return
        tags = self._tags()
        if _OWN.isdisjoint(tags):
            self._enter_notebook()
            self._heard, self._room = [] if any(map(is_name, tags)) else None, _MOST_PRINTED
        else:
            self._put_back(tags)

    def _enter_notebook(self) -> None:
        if not self.in_notebook:
            self.in_notebook = True
            self._parameters = self._namespace.get("parameters")
            # IPython's own would stop the kernel behind the runner's back.
            self._namespace.update(exit=sys.exit, quit=sys.exit)

    def _put_back(self, tags: Sequence[str]) -> None:
        """Give a cell of mitosis what it needs, which the notebook may have put aside."""
        if not self.in_notebook:
            return
        self._namespace.update(self._functions)
        if INJECTED in tags:
            self._namespace["parameters"] = self._parameters
        if "results" in tags:
            self._namespace.setdefault("results", {})

    def _end(self, result: Any) -> None:
        self._depth -= 1
        if self._depth:
            return
        printed, self._heard = self._heard, None
        if not result.success or not _OWN.isdisjoint(tags := self._tags()):
            return
        for name in filter(is_name, tags):
            if _is_kept(result.result):
                self._values[name] = _as_shown(result.result)
            elif result.result is None and (text := "".join(printed or ()).strip()):
                self._values[name] = _read(text)
                self._printed.add(name)


def _contradictions(values: Mapping[str, Any], stated: Mapping[Any, Any]) -> Iterator[str]:
    for name, value in values.items():
        if name in stated and not _is_same(value, stated[name]):
            shown, other = shortened(value, 60), shortened(stated[name], 60)
            place = f"the cell tagged {name!r}"
            yield f"shows {shown} in {place}, and holds {other} in results[{name!r}]"


def _is_same(one: Any, other: Any) -> bool:
    with suppress(Exception):  # arrays have no truth
        if one is other or bool(one == other):
            return True
    with suppress(Exception):  # not everything is canonical
        from mitosis._canonical import digest

        return digest(one) == digest(other)
    return False


def _is_kept(value: Any) -> bool:
    """Tell whether a value is one; of the parts of a figure only the figure counts."""
    if value is None:
        return False
    first = value
    with suppress(Exception):
        if isinstance(value, list | tuple):
            first = value[0]
        elif type(value).__module__ == "numpy" and value.dtype == object:
            first = value.flat[0]
    kind = type(first)
    return not kind.__module__.startswith("matplotlib.") or kind.__name__ == "Figure"


def _as_shown(value: Any) -> Any:
    """Return a value that later cells do not change, where it can be copied safely."""
    if type(value).__module__.partition(".")[0] in _COPIED:
        with suppress(Exception):
            return copy.deepcopy(value)
    return value


def _read(text: str) -> Any:
    """Return what a printed text says: a literal, a number, or the text itself."""
    for read in (ast.literal_eval, float):
        with suppress(Exception, RecursionError):
            return read(text)
    return text
