"""Parameters from a script's own command line: `mitosis.parameters_from`."""

from __future__ import annotations

import io
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from mitosis._model import Parameter
from mitosis._run.naming import ParsedParameter, variant_name


def parameters_from(
    parser: ArgumentParser, namespace: Namespace | None = None
) -> list[Parameter]:
    """Return a parameter for each argument of a command line, for `recording` or `run`.

    The variant of each is named by the text of its value, as `-e` does it. The record keeps
    the defaults, too (`"defaults"` in `record.json`), so that it tells what was set by hand.
    Functions that `set_defaults` puts beside the arguments are left out, and an open file
    stands for its name.

    Args:
        parser: the script's, also one with sub-commands.
        namespace: what the parser returned. Take out what is no parameter of the experiment.
            Default: what it returns for the command line of this process.

    Example:
        >>> parser = argparse.ArgumentParser()                         # doctest: +SKIP
        >>> parser.add_argument("--batch-size", type=int, default=64)  # doctest: +SKIP
        >>> with mitosis.recording("train", mitosis.parameters_from(parser)) as trial:
        ...     args = parser.parse_args()                             # doctest: +SKIP
    """
    given = vars(parser.parse_args() if namespace is None else namespace)
    parsers = list(_parsers(parser, given))
    arguments = {a.dest: a for p in parsers for a in p._actions}  # noqa: SLF001 - no other way
    return [
        _parameter(name, value, _default(name, parsers, arguments.get(name)))
        for name, value in given.items()
        if name in arguments or not callable(value)
    ]


def _parameter(name: str, value: Any, default: Any) -> Parameter:
    plain = _without_files(value)
    return ParsedParameter(
        variant_name(name, plain), name, plain, default=_without_files(default)
    )


def _parsers(parser: ArgumentParser, given: dict[str, Any]) -> Iterator[ArgumentParser]:
    """Yield the parsers of the chosen sub-commands, or of all where none was told."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public name for them
        choices = action.choices
        if not isinstance(choices, dict):
            continue
        chosen = given.get(action.dest)
        for inner in [choices[chosen]] if chosen in choices else choices.values():
            if isinstance(inner, ArgumentParser):
                yield from _parsers(inner, given)
    yield parser


def _default(name: str, parsers: list[ArgumentParser], action: Action | None) -> Any:
    """Return a default as the parser would: a text is converted like one that was typed."""
    found = (p.get_default(name) for p in parsers)
    default = next((value for value in found if value not in (None, SUPPRESS)), None)
    convert = action.type if action else None
    if isinstance(default, str) and callable(convert):
        try:
            return convert(default)
        except Exception:  # noqa: BLE001 - it was not needed, so argparse did not ask for it
            return default
    return default


def _without_files(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_files(held) for held in value]
    return str(value.name) if isinstance(value, io.IOBase) and hasattr(value, "name") else value
