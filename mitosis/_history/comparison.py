"""`compare`: what differs between trials, and what does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mitosis._dataclass import dataclass
from mitosis._history.contrast import Contrast, Row
from mitosis._history.facts import SECTIONS, module_paths, places_of, trial_facts
from mitosis._history.literals import literal_or_text
from mitosis._history.loading import loaded
from mitosis._history.lookup import Found, Reference, find_all
from mitosis._history.parameter_rows import parameter_rows
from mitosis._history.points import unique_labels
from mitosis._model import Trial
from mitosis.errors import NoRepositoryError


@dataclass(frozen=True, repr=False)
class Comparison(Contrast):
    """Trials side by side: what `mitosis.compare` returns.

    It shows itself as a text, and in Jupyter as a table.

    Attributes:
        trials: in the order given, each once.
        labels: their names, with the key where two have one name.
        rows: all that was compared.
        code: what differs in the modules that ran, as `git diff` writes it, from the first
            trial's commit to each other one; empty where nothing does.
        notes: what could not be compared, and why.
        all: whether to show also what does not differ.
    """

    def to_html(self, path: Path | str, template: Path | str | None = None) -> Path:
        """Write one page with all of it, curves and figures too, and return its path.

        It holds all that it shows, and loads nothing; it leads to the trials' own pages as
        long as these stay where they are, seen from it.

        Args:
            path: of the page, which is replaced if it is there.
            template: a notebook of your own that makes the report in place of mitosis. It is
                run in a fresh kernel with the trials' keys in the variable `trials` and their
                folder in `trials_folder`, set behind its cell tagged `parameters`, else at
                its top. It is not changed.

        Raises:
            ValueError: the template is no notebook that could be run; nothing is written.
            RuntimeError: it failed; the page shows how.
        """
        path = Path(path)
        if template is not None:
            from mitosis._history.template_report import write_template_report

            reason = write_template_report(Path(template), self.trials, path)
            if reason:
                raise RuntimeError(f"{template} failed: {reason}\n    see  {path}")
            return path
        from mitosis._history.report import write_report

        return write_report(self, path)

    def __repr__(self) -> str:
        from mitosis._history.comparison_text import comparison_text

        return comparison_text(self)

    def _repr_html_(self) -> str:
        from mitosis._history.report import table_html

        return table_html(self)


def compare(
    *trials: Reference,
    all: bool = False,  # noqa: A002 - as the command has it
    trials_folder: Path | str | None = None,
) -> Comparison:
    """Put trials side by side, and show what differs between them.

    Parameters are compared by their locked values, down to the place inside a nested one;
    results by their digests, metrics by their last values; packages, code, input files and
    hardware by what each trial recorded. Trials that run or failed can be compared, too.

    Args:
        trials: two or more, each by key, beginning of a key, name, folder, page or as a
            `Trial`.
        all: whether to show also what is the same in all of them.
        trials_folder: where they lie; default: as for `mitosis.run`.

    Raises:
        UnknownTrialError: some are not there; all are named.
        AmbiguousTrialError: one fits several trials.
        RecordError: the record of one is gone or damaged.

    Example:
        >>> comparison = mitosis.compare("3f9a", "77b0")         # doctest: +SKIP
        >>> comparison.table                                     # doctest: +SKIP
        >>> comparison.to_html("report.html")                    # doctest: +SKIP
    """
    return compared(find_all(trials, trials_folder), with_same=all)


def compared(found: Sequence[Found], *, with_same: bool = False) -> Comparison:
    """Compare trials that were found; one that is there twice counts once."""
    members = [loaded(f) for f in {f.folder.root.resolve(): f for f in found}.values()]
    code, notes = _code(members)
    return Comparison(
        trials=tuple(members),
        labels=tuple(unique_labels([(t.name, t.key) for t in members])),
        rows=tuple(sorted(_rows(members), key=lambda row: SECTIONS.index(row.section))),
        code=code,
        notes=tuple(notes),
        all=with_same,
    )


def _rows(trials: Sequence[Trial]) -> Iterator[Row]:
    yield from _parameters(trials)
    facts = [trial_facts(trial) for trial in trials]
    for section, item in dict.fromkeys(key for each in facts for key in each):
        row = Row(section, item, tuple(each.get((section, item)) for each in facts))
        if section != "variants" or not _repeats(row, trials):
            yield row


def _parameters(trials: Sequence[Trial]) -> Iterator[Row]:
    variants = [trial.record["variants"] for trial in trials]
    for argument in sorted({name for each in variants for name in each}):
        texts = [each.get(argument, {}).get("text") for each in variants]
        is_same = len(set(texts)) == 1
        for item, facts in parameter_rows(argument, texts, whole=is_same).items():
            yield Row("parameters", item, tuple(facts))


def _repeats(row: Row, trials: Sequence[Trial]) -> bool:
    """Tell whether the names of variants say nothing but their values."""
    texts = (trial.record["variants"].get(row.item, {}).get("text") for trial in trials)
    names = (fact.text if fact else None for fact in row.facts)
    return not any(not _same(*pair) for pair in zip(names, texts, strict=True))


def _same(name: str | None, text: str | None) -> bool:
    values = [repr(literal_or_text(each or "")) for each in (name, text)]
    return values[0] == values[1]


def _code(trials: Sequence[Trial]) -> tuple[str, list[str]]:
    """Return the differences between commits, and which could not be told."""
    from mitosis._provenance import code_difference

    parts, notes = [], []
    first, others = trials[0] if trials else None, {t.commit: t for t in reversed(trials)}
    for trial in reversed(others.values()):
        if first is None or trial.commit == first.commit:
            continue
        paths = module_paths([first.record, trial.record])
        try:
            text = code_difference(places_of(trials), first.commit, trial.commit, paths)
        except NoRepositoryError as exc:
            notes.append(f"the code of {first.name} and {trial.name}: {exc.reason}")
        else:
            parts.append((first, trial, text))
    heads = len(parts) > 1
    return "".join(_headed(*part) if heads else part[2] for part in parts), notes


def _headed(first: Trial, other: Trial, text: str) -> str:
    return f"# {first.name} -> {other.name}\n{text}" if text else ""
