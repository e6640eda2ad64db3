"""The page of a sweep: how it stands, main against each parameter, links to every trial.

The page runs no script and loads nothing. It stays small whatever the number of points: what
it leaves out it says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitosis._layout import sweep_page, write_whole
from mitosis._model.sweeps import SweepPlan, SweepRow
from mitosis._sweep.index_content import content
from mitosis._sweep.overview import Overview

if TYPE_CHECKING:
    from jinja2 import Template

_TEMPLATE = Path(__file__).with_name("template")
_FIRST_SECONDS = 120.0
"""A short sweep is not held up by a page: no trial is claimed while one is drawn."""

_BETWEEN_SECONDS = 30.0
_RESTS_PER_WORK = 50.0
"""Between two pages lies this many times what the former one took."""


class IndexPage:
    """The page of a sweep, written again and again while the sweep runs.

    Args:
        trials_folder: where it lies, beside the pages of the trials.
        plan: of the sweep.
        read_rows: returns the sweep's trials, newest of a point last.
    """

    def __init__(
        self,
        trials_folder: Path,
        plan: SweepPlan,
        read_rows: Callable[[], Iterable[SweepRow]],
    ) -> None:
        self.path = sweep_page(trials_folder, plan.name)
        self._plan = plan
        self._read_rows = read_rows
        self._due = time.monotonic() + _FIRST_SECONDS

    def write(self) -> Path:
        """Write the page now, whole or not at all."""
        began = time.monotonic()
        write_index(self.path, self._plan, self._read_rows())
        now = time.monotonic()
        self._due = now + max(_BETWEEN_SECONDS, _RESTS_PER_WORK * (now - began))
        return self.path

    def tick(self) -> None:
        """Write the page if the last one is old enough."""
        _template()  # load it while trials run, not when all wait for the end
        if time.monotonic() >= self._due:
            self.write()


def write_index(path: Path, plan: SweepPlan, rows: Iterable[SweepRow]) -> Path:
    """Write the page of a sweep, whole or not at all."""
    page = _rendered(content(Overview(plan, rows), path.parent))
    write_whole(path, page.encode("utf-8", "backslashreplace"))
    return path


def _rendered(parts: dict[str, Any]) -> str:
    from markupsafe import Markup

    from mitosis._notebook import page_style

    own = (_TEMPLATE / "sweep.css").read_text(encoding="utf-8")
    style = page_style() + Markup(own)  # noqa: S704 - both are files of ours
    return _template().render(style=style, **parts)


@cache
def _template() -> Template:
    from mitosis._notebook import templates_in

    return templates_in(_TEMPLATE).get_template("sweep.html.j2")
