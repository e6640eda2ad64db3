"""Where two canonical texts differ: the places, and what stands there in each.

Texts are compared as trees, so a changed entry of a long configuration is one short line.
"""

from __future__ import annotations

from collections.abc import Iterator

from mitosis._canonical import secrecy
from mitosis._canonical.reading import Node, Unreadable, parse
from mitosis._canonical.wording import brief
from mitosis._redaction import redact_tokens

ABSENT = "(absent)"
MOST_CHARACTERS = 300
"""A longer part is shown around the first character that differs."""

_ALIGNED = 2000
_DIGEST, _SHOWN_DIGITS = "blake3", 12
_STEPS = {"<canonical>": ".__mitosis_canonical__()", "<state>": ""}
"""How a path goes on behind a tag that says where the next part comes from."""

_Difference = tuple[str, str, str]


def differences(locked: str, given: str, argument: str = "") -> tuple[_Difference, ...]:
    """Return path, locked part and given part of each place where two texts differ.

    Long parts are cut to some 300 characters around their first difference. Two texts that
    are not both canonical are one difference, at "$". What looks like a secret in either is
    shown as a mark: earlier editions wrote secrets as any text.

    Args:
        locked: the canonical text that is locked.
        given: the canonical text that was given.
        argument: what the value goes by, which may say that it is a secret.

    Example:
        >>> differences("{'lr': 0.1, 'n': 3}", "{'lr': 0.01, 'n': 3}")
        (("$['lr']", '0.1', '0.01'),)
    """
    if locked == given:
        return ()
    try:
        found = tuple(_compare(parse(locked), parse(given), "$"))
    except (Unreadable, RecursionError):
        found = ()
    return tuple(
        _cut(*_without_secrets(*each, argument)) for each in found or (("$", locked, given),)
    )


def _compare(locked: Node, given: Node, path: str) -> Iterator[_Difference]:
    if locked.text == given.text:
        return
    if locked.head in ("", secrecy.HEAD) or locked.head != given.head:
        yield path, locked.text, given.text
    elif locked.head == "{" and not (_is_set(locked) and _is_set(given)):
        yield from _compare_labelled(locked, given, path)
    elif locked.head == "{":
        yield from _compare_members(locked, given, path)
    elif locked.head in ("[", "("):
        yield from _compare_aligned(_unlabelled(locked), _unlabelled(given), path)
    else:
        yield from _compare_calls(locked, given, path)


def _compare_calls(locked: Node, given: Node, path: str) -> Iterator[_Difference]:
    """Compare `pkg.Foo(...)`, an array by what tells it best instead of place by place."""
    if _DIGEST in _labelled(locked) and _DIGEST in _labelled(given):
        yield path, _summary(locked), _summary(given)
        return
    before, after = _unlabelled(locked), _unlabelled(given)
    if before and after and before[0].text == after[0].text in _STEPS:
        path += _STEPS[before[0].text]
        before, after = before[1:], after[1:]
    if len(before) == len(after) == 1:
        yield from _compare(before[0], after[0], path)
    else:
        yield from _compare_aligned(before, after, path)
    yield from _compare_labelled(locked, given, path)


def _summary(array: Node) -> str:
    """Return what an array's text holds, the begin of its digest last."""
    parts = _labelled(array)
    digest = parts.pop(_DIGEST).text
    texts = [part.text for part in _unlabelled(array)]
    texts += [f"{label}={part.text}" for label, part in parts.items()]
    return ", ".join([*texts, f"{_DIGEST}={digest[: _SHOWN_DIGITS + 1]}...'"])


def _compare_labelled(locked: Node, given: Node, path: str) -> Iterator[_Difference]:
    before, after = _labelled(locked), _labelled(given)
    if len(before) + len(after) < _count_labelled(locked) + _count_labelled(given):
        yield path, locked.text, given.text
        return
    for label in sorted(before.keys() | after.keys()):
        place = path + _step(label, locked.head)
        yield from _compare_maybe(before.get(label), after.get(label), place)


def _compare_members(locked: Node, given: Node, path: str) -> Iterator[_Difference]:
    before = {node.text: node for _, node in locked.parts}
    after = {node.text: node for _, node in given.parts}
    for text in sorted(before.keys() ^ after.keys()):
        place = f"{path}<member {brief(text)}>"
        yield from _compare_maybe(before.get(text), after.get(text), place)


def _compare_aligned(before: list[Node], after: list[Node], path: str) -> Iterator[_Difference]:
    texts = [node.text for node in before], [node.text for node in after]
    from difflib import SequenceMatcher  # rarely needed, and slow to import

    matcher = SequenceMatcher(None, *texts, autojunk=max(map(len, texts)) > _ALIGNED)
    for tag, start, stop, begin, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        for offset in range(max(stop - start, end - begin)):
            one = before[start + offset] if start + offset < stop else None
            other = after[begin + offset] if begin + offset < end else None
            place = start + offset if one else begin + offset
            yield from _compare_maybe(one, other, f"{path}[{place}]")


def _compare_maybe(locked: Node | None, given: Node | None, path: str) -> Iterator[_Difference]:
    if locked and given:
        yield from _compare(locked, given, path)
    else:
        yield path, locked.text if locked else ABSENT, given.text if given else ABSENT


def _step(label: str, head: str) -> str:
    return f"[{brief(label)}]" if head == "{" else f".{label}"


def _is_set(node: Node) -> bool:
    return bool(node.parts) and node.parts[0][0] is None


def _labelled(node: Node) -> dict[str, Node]:
    return {label: part for label, part in node.parts if label is not None}


def _count_labelled(node: Node) -> int:
    return sum(label is not None for label, _ in node.parts)


def _unlabelled(node: Node) -> list[Node]:
    return [part for label, part in node.parts if label is None]


def _without_secrets(path: str, locked: str, given: str, argument: str) -> _Difference:
    ids = secrecy.key_ids(locked), secrecy.key_ids(given)
    if all(ids) and secrecy.differ_by_keys_only(locked, given):
        before, after = (f"a secret under key {', '.join(sorted(known))}" for known in ids)
        return path, before, f"{after}, so nobody can compare the two"
    before, after = (secrecy.shown_text(text, path, argument) for text in (locked, given))
    return redact_tokens(path), before, after


def _cut(path: str, locked: str, given: str) -> _Difference:
    pairs = enumerate(zip(locked, given, strict=False))
    shorter = min(len(locked), len(given))
    same = next((index for index, (one, other) in pairs if one != other), shorter)
    return path, _window(locked, same), _window(given, same)


def _window(text: str, same: int) -> str:
    """Return a text, or of a long one the part around a place."""
    if len(text) <= MOST_CHARACTERS:
        return text
    start = max(0, min(same - 60, len(text) - MOST_CHARACTERS + 10))
    shown = text[start : start + MOST_CHARACTERS - 10]
    return (
        ("... " if start else "") + shown + (" ..." if start + len(shown) < len(text) else "")
    )
