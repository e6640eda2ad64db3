"""One lock in words: in full, beside another, and after what was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent

from mitosis._canonical import differences
from mitosis._locks import Held, Imported, Named
from mitosis._model import Act, Action, Lock, LockName
from mitosis._recording.report import cut
from mitosis._wording import counted, shown

_LEAST_WIDTH = 40
_MOST_CHARACTERS = 300
_MOST_SHOWN = 20
_NO_LOSS = "Take them over first (mitosis variants import), or leave them out (--drop-unknown)."


def full_text(wanted: Named, others: Sequence[Named], width: int | None) -> str:
    """Return everything that is known of a lock, and what else its name has meant.

    Args:
        wanted: the definition to show.
        others: further definitions that had the same name.
        width: of the terminal, at which long values are cut into lines; None leaves them whole.
    """
    lock, held = wanted.held.lock, wanted.held
    facts = {
        "value": lock.variant.text,
        "digest": lock.variant.digest,
        "edition": f"{lock.variant.version} of the canonical text",
        "locked": f"{_moment(lock.locked_at)} by {lock.locked_by}",
        "commit": lock.commit or "(none)",
        "used by": counted(lock.used_by, "trial"),
        "database": str(held.file),
    }
    parts = [_headline(wanted), *(_fact(*fact, width) for fact in facts.items())]
    if lock.acts:
        parts += ["history:", *(f"    {_deed(act)}" for act in lock.acts)]
    if others:
        name = f"{wanted.held.lock.variant.parameter}={wanted.name}"
        parts += [f"other definitions under the name {name!r}:"]
        parts += [indent(_brief(other), "    ") for other in others]
    return "\n".join(parts)


def difference_text(one: Named, other: Named) -> str:
    """Return where the values of two locks differ."""
    locks = one.held.lock, other.held.lock
    labels = one.label, other.label
    if locks[0].variant.parameter != locks[1].variant.parameter or labels[0] == labels[1]:
        labels = _full_label(one), _full_label(other)
    labels = shown(labels[0]), shown(labels[1])
    found = differences(locks[0].variant.text, locks[1].variant.text)
    if not found:
        return f"{labels[0]} and {labels[1]} have the same value."
    versions = [lock.variant.version for lock in locks]
    if versions[0] != versions[1]:
        return (
            f"{labels[0]} and {labels[1]} cannot be compared: their texts were written under "
            f"editions {versions[0]} and {versions[1]} of the canonical form."
        )
    return "\n".join(_difference(labels, *difference) for difference in found)


def renamed_text(before: Held, after: Lock) -> str:
    """Say what was renamed, and what follows from it."""
    variant, name = before.lock.variant, before.lock.variant.name
    new = after.variant.name
    return (
        f"Renamed {_title(before.lock)} to {new!r}.\n{_definition(before.lock)}\n"
        f"Use {new!r} in the code from now on. {name!r} is free: the next recorded trial with "
        f"{shown(variant.parameter)}={shown(name)} locks it anew.\n{_kept(before.lock)}"
    )


def retired_text(before: Held, after: Lock) -> str:
    """Say what was retired, and what follows from it."""
    lock = before.lock
    name = f"{shown(lock.variant.parameter)}={shown(lock.variant.name)}"
    return (
        f"Retired {_title(lock)}: {_whole(after.acts[-1].why)}\n{_definition(lock)}\n"
        f"The name is free: the next recorded trial with {name} locks it anew.\n{_kept(lock)}"
    )


def imported_text(file: Path, done: Imported) -> str:
    """Say what an import brought."""
    lines = [_definition_line(held) for held in done.new[:_MOST_SHOWN]]
    if len(done.new) > _MOST_SHOWN:
        lines.append(f"... and {len(done.new) - _MOST_SHOWN} more")
    summary = f"{file}: {len(done.new)} new, {done.known} there already"
    if done.retired:
        summary += f", {done.retired} left out, for they were retired here"
    return "\n".join([summary, *(f"    {line}" for line in lines)])


def exported_text(file: Path, locks: Sequence[Lock]) -> str:
    """Say what an export wrote."""
    return f"{file}: {counted(len(locks), 'lock')}"


def loss_text(file: Path, unknown: Sequence[Lock]) -> str:
    """Say which locks an export would drop from a file, and what to do."""
    lines = [
        f"    {lock.experiment}  {lock.variant.parameter}={lock.variant.name}"
        for lock in unknown[:_MOST_SHOWN]
    ]
    if len(unknown) > _MOST_SHOWN:
        lines.append(f"    ... and {len(unknown) - _MOST_SHOWN} more")
    return "\n".join([f"{file} holds locks that no database here knows:", *lines, _NO_LOSS])


def _headline(wanted: Named) -> str:
    lock = wanted.held.lock
    if lock.retired_at:
        return f"{_title(lock)}, retired"
    if wanted.name != lock.variant.name:
        return f"{_title(lock)}, formerly {wanted.name!r}"
    return _title(lock)


def _title(lock: Lock) -> str:
    return str(LockName(lock.experiment, lock.variant.parameter, lock.variant.name))


def _fact(name: str, text: str, width: int | None) -> str:
    """Return a fact; cut at any character, so that nothing of a value is lost or added."""
    if width is None:
        return f"    {name:<10}{text}"
    step = max(width - 14, _LEAST_WIDTH)
    pieces = [text[start : start + step] for start in range(0, len(text), step)]
    return f"    {name:<10}" + f"\n{'':14}".join(pieces)


def _brief(named: Named) -> str:
    lock = named.held.lock
    lines = [
        f"{shown(_full_label(named))}  {cut(lock.variant.text, _MOST_CHARACTERS)}",
        f"    locked {_moment(lock.locked_at)} by {lock.locked_by}, "
        f"used by {counted(lock.used_by, 'trial')}",
        *(f"    {_deed(act)}" for act in lock.acts),
    ]
    if lock.variant.name != named.name:
        lines.append(f"    its name is {lock.variant.name!r} now")
    return "\n".join(lines)


def _full_label(named: Named) -> str:
    return f"{named.held.lock.variant.parameter}={named.label}"


def _difference(labels: tuple[str, str], path: str, one: str, other: str) -> str:
    width = max(map(len, labels))
    values = f"{labels[0]:<{width}}  {one}\n{labels[1]:<{width}}  {other}"
    return values if path == "$" else f"{path}\n{indent(values, '    ')}"


def _definition(lock: Lock) -> str:
    return (
        f"    value   {cut(lock.variant.text, _MOST_CHARACTERS)}\n"
        f"    locked  {_moment(lock.locked_at)} by {lock.locked_by}"
    )


def _definition_line(held: Held) -> str:
    variant = held.lock.variant
    name = f"{variant.parameter}={variant.name}"
    return f"{shown(held.lock.experiment)}  {shown(name)}  {cut(variant.text, 60)}"


def _kept(lock: Lock) -> str:
    if not lock.used_by:
        return "No trial in this database has used it."
    if lock.used_by == 1:
        return "The trial that used it keeps its own name."
    return f"The {lock.used_by} trials that used it keep their own names."


def _deed(act: Act) -> str:
    what = act.action.value
    if act.action is Action.RENAMED:
        what = f"renamed from {act.former_name!r}"
    why = f": {_whole(act.why)}" if act.why else ""
    return f"{_moment(act.at)}  {what} by {_whole(act.by)}{why}"


def _whole(text: str) -> str:
    """Return a text that stays on its line, and is never cut."""
    return text if text.isprintable() else ascii(text)[1:-1]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
