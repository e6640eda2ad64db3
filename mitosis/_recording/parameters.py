"""Whether the parameters of a trial are what was locked: when they arrive, and afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mitosis._canonical import argument_named, canonical, differences, script_arrived
from mitosis.errors import NotCanonicalError, ValueChangedError

Difference = tuple[str, str, str]
"""Where two states of a parameter differ, e.g. `config['lr']`, and what stood there in each."""

_MOST = 10


class LockedParameters:
    """The tracked parameters of a trial, as its kernel holds them.

    Args:
        locked: canonical text by argument.
        script: names under which things of the runner's script are locked.
    """

    def __init__(self, locked: Mapping[str, str], script: Mapping[str, str]) -> None:
        self._locked = locked
        self._script = script
        self._values: dict[str, Any] = {}

    def check(self, values: Mapping[str, Any]) -> None:
        """Make sure that what arrived is what was locked.

        Raises:
            ValueChangedError: names all places that changed on the way.
        """
        self._values = {argument: values[argument] for argument in self._locked}
        changed = tuple(found for each in self.changes().values() for found in each)
        if changed:
            self._values = {}
            raise ValueChangedError(differences=changed)

    def changes(self) -> dict[str, list[Difference]]:
        """Return what is not as it was locked, by argument, of the values that were checked."""
        with script_arrived(self._script):
            found = {name: list(self._changed(name)) for name in self._values}
        return {name: differing for name, differing in found.items() if differing}

    def _changed(self, argument: str) -> Iterator[Difference]:
        locked = self._locked[argument]
        try:
            with argument_named(argument):
                places = differences(locked, canonical(self._values[argument]))
        except NotCanonicalError as exc:
            places = tuple((path, "(locked)", reason) for path, reason in exc.faults)
        for path, before, after in places:
            yield argument + path.removeprefix("$"), before, after


def mutation_warning(argument: str, places: list[Difference]) -> str:
    """Say that the experiment changed a parameter: a sentence, then what it was and is."""
    facts = [
        f"    {path}\n        before  {before}\n        after   {after}"
        for path, before, after in places[:_MOST]
    ]
    if len(places) > _MOST:
        facts.append(f"    ... and {len(places) - _MOST} more places")
    sentence = (
        f"the experiment changed parameter {argument!r}, which was locked as it was before; "
        "let it work on a copy"
    )
    return "\n".join([sentence, *facts])
