"""Where the locked values of several trials differ, however deep inside."""

from __future__ import annotations

from collections.abc import Sequence

from mitosis._canonical import differences, shown_text
from mitosis._history.facts import Fact
from mitosis._history.literals import literal_or_text
from mitosis._redaction import redact_tokens

_WHOLE = "$"
_MOST = 300


def parameter_rows(
    argument: str, texts: Sequence[str | None], *, whole: bool = False
) -> dict[str, list[Fact | None]]:
    """Return place in a value to what stands there in each trial.

    Args:
        argument: the parameter; places begin with it, e.g. `model['lr']`.
        texts: canonical text in each trial, None where it has no such parameter.
        whole: whether to return the value as one, and also where none differ.
    """
    parts = None if whole else _parts(argument, texts)
    if parts is None:
        facts = [None if t is None else _fact(_shown(argument, t), t) for t in texts]
        return {argument: facts}
    return {
        argument + path.removeprefix(_WHOLE): [None if t is None else _fact(t, t) for t in row]
        for path, row in parts.items()
    }


def _parts(argument: str, texts: Sequence[str | None]) -> dict[str, list[str | None]] | None:
    """Return the texts at each place that differs; None where places do not fit together."""
    base = next((text for text in texts if text is not None), None)
    if base is None:
        return {}
    found = [
        {p: (b, o) for p, b, o in differences(base, text or base, argument)} for text in texts
    ]
    rows: dict[str, list[str | None]] = {}
    for path in sorted({path for each in found for path in each}):
        starts = {each[path][0] for each in found if path in each}
        if len(starts) > 1 or any(path.startswith(shorter) for shorter in rows):
            return None
        (before,) = starts
        rows[path] = [
            None if text is None else each.get(path, (before, before))[1]
            for text, each in zip(texts, found, strict=True)
        ]
    is_missing = any(text is None for text in texts)
    return None if is_missing and not rows else rows


def _shown(argument: str, text: str) -> str:
    shown = redact_tokens(shown_text(text, _WHOLE, argument))
    return shown if len(shown) <= _MOST else f"{shown[: _MOST - 4]} ..."


def _fact(text: str, identity: str) -> Fact:
    value = literal_or_text(text)
    is_scalar = isinstance(value, int | float | str | bool | None)
    return Fact(value if is_scalar else text, " ".join(text.split()), identity)
