"""What `mitosis export`, `import` and `merge` say of trials: what stayed out comes last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from mitosis._cli.chosen_trials import listed_names
from mitosis._wording import counted, shown, size_text

if TYPE_CHECKING:
    from mitosis._exchange import Exported, Taken

_WIDTH = 80


def exported_text(exported: Exported) -> str:
    """Return what an export has to say."""
    size = size_text(exported.size_bytes)
    lines = [f"{exported.file}: {counted(exported.trials, 'trial')}, {size}"]
    if exported.with_secrets:
        lines += _secrets_lines(
            exported.with_secrets, "The key of this trials folder is not in it"
        )
    return "\n".join(lines)


def taken_text(taken: Taken, headline: str, *, dry_run: bool) -> str:
    """Return what an import or merge has to say.

    Args:
        taken: what was done.
        headline: what was taken over.
        dry_run: whether nothing was really done.
    """
    would = "would be " if dry_run else ""
    counts = [f"{counted(len(taken.added), 'trial')} {would}taken over"]
    counts += [f"{counted(taken.locks, 'lock')} with them"] if taken.locks else []
    counts += [f"{len(taken.here)} here already"] if taken.here else []
    counts += [f"{len(taken.left)} left out"] if taken.left else []
    lines = [f"{headline}: {', '.join(counts)}"]
    numbered = [f"{shown(former)} is {shown(name)} here" for former, name in taken.renumbered]
    former = {name for _, name in taken.renumbered}
    lines += listed_names(shown(name) for name in taken.added if name not in former)
    lines += listed_names(numbered)
    if taken.with_secrets:
        lines += _secrets_lines(
            taken.with_secrets, "The key of the other trials folder is not here"
        )
    if taken.left:
        lines.append("LEFT OUT, for you to look at:")
        lines += [line for reason in taken.left for line in _wrapped(reason)]
        lines += _ways_out(taken.left)
    return "\n".join(lines)


def _ways_out(left: Iterable[str]) -> Iterator[str]:
    reasons = "\n".join(left)
    if "has its number here" in reasons:
        yield "A number that is taken: --renumber gives such a trial the next free one."
    if "is locked to" in reasons:
        yield "A locked name: free it on one side with `mitosis variants rename` or `retire`."


def _secrets_lines(names: Sequence[str], why: str) -> list[str]:
    count = counted(len(names), "trial")
    text = f"{why}: the secrets that {count} locked cannot be compared with others."
    return wrap(text, _WIDTH)


def _wrapped(text: str) -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
