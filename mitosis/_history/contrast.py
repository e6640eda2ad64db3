"""Trials side by side: every fact of each, and which of them differ; not how it is shown."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mitosis._dataclass import dataclass
from mitosis._history.facts import Fact, tells_apart
from mitosis._model import Trial

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Row:
    """One thing that is compared.

    Attributes:
        facts: of each trial; None where it has none.
    """

    section: str
    item: str
    facts: tuple[Fact | None, ...]

    @property
    def differs(self) -> bool:
        """Whether it tells the trials apart."""
        is_one = len({f and f.identity for f in self.facts}) == 1
        return not is_one and tells_apart(self.section, self.item)

    @property
    def texts(self) -> tuple[str, ...]:
        """As people read them; what differs never looks the same."""
        shown = [f.text if f else "" for f in self.facts]
        pairs = [(f.text, f.identity) for f in self.facts if f]
        unclear = {t for t, i in pairs if any(t == u and i != j for u, j in pairs)}
        marked = [
            f"{text} [{f.identity[:8]}]" if f and text in unclear else text
            for text, f in zip(shown, self.facts, strict=True)
        ]
        return tuple(marked)


@dataclass(frozen=True, repr=False)
class Contrast:
    """Trials side by side.

    Attributes:
        trials: in the order given, each once.
        labels: their names, with the key where two have one name.
        rows: all that was compared.
        code: what differs in the modules that ran, as `git diff` writes it, from the first
            trial's commit to each other one; empty where nothing does.
        notes: what could not be compared, and why.
        all: whether to show also what does not differ.
    """

    trials: tuple[Trial, ...]
    labels: tuple[str, ...]
    rows: tuple[Row, ...]
    code: str
    notes: tuple[str, ...] = ()
    all: bool = False

    @property
    def shown(self) -> list[Row]:
        """The rows that differ, or all of them."""
        return [row for row in self.rows if self.all or row.differs]

    @cached_property
    def table(self) -> pd.DataFrame:
        """A DataFrame: a row for each section and item, a column a trial; None for nothing."""
        import pandas as pd

        index = pd.MultiIndex.from_tuples(
            [(row.section, row.item) for row in self.shown], names=("section", "item")
        )
        data = [[f.value if f else None for f in row.facts] for row in self.shown]
        return pd.DataFrame(data, index=index, columns=list(self.labels), dtype=object)
