"""One notebook run in a real kernel, without the rest of a trial."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from mitosis._notebook import Banner, Ending, Execution, KernelOptions, Plan, PlannedCell, build

BANNER = Banner(title="a-1", experiment="a", status="running")


@dataclass
class Run:
    """An execution, and what became of it."""

    folder: Path
    code: str
    timeout_seconds: float | None = None
    first: str = "def keep(results): pass\nresults = None"
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        cells = [PlannedCell(dedent(self.code), ("run",))]
        self.notebook = build(Plan("a", "", [], "", cells), BANNER)
        self.log = self.folder / "output.log"
        self.log.touch()
        self.execution = Execution(
            self.notebook,
            KernelOptions(self.folder, 72, self.first),
            end=lambda _traceback: "",
            on_text=lambda _stream, text: self.heard.append(text),
            log=self.log,
            timeout_seconds=self.timeout_seconds,
        )

    def end(self) -> Ending:
        """Run it to its end."""
        self.execution.start()
        return self.execution.wait()

    @property
    def outputs(self) -> list[Any]:
        """The outputs of the cell that runs the code."""
        (cell,) = (c for c in self.notebook.cells if "run" in c.metadata.get("tags", ()))
        return list(cell.outputs)

    @property
    def text(self) -> str:
        """What that cell shows of what was printed."""
        return "".join(o.text for o in self.outputs if o.output_type == "stream")
