"""A script: many processes work on one database at one instant. Prints a line of JSON of each.

Arguments: the database, how many processes, how many rounds each, and a manner of `MANNERS`.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mitosis._model import Variant
from mitosis._store import Store
from mitosis.errors import UnknownLockError, VariantConflictError
from tests.unit.store.claims import LOW, act, claim, finish, variant

Manner = Callable[[Store, int, int], str]
"""What process number so and so does in its round so and so, and what came of it."""


def _claim(store: Store, number: int, n: int, given: Variant) -> str:
    try:
        key, prefix = f"{number}-{n}", f"sine-{given.name}"
        store.claim(replace(claim(given), key=key, name_prefix=prefix))
    except VariantConflictError:
        return "conflict"
    return "claimed"


def agree(store: Store, number: int, n: int) -> str:
    """Claim one name with one value."""
    return _claim(store, number, n, variant())


def quarrel(store: Store, number: int, n: int) -> str:
    """Claim one name with a value of one's own."""
    return _claim(store, number, n, variant(text=str(number)))


def share(store: Store, number: int, n: int) -> str:
    """Claim one of four names with its value."""
    return _claim(store, number, n, variant(f"v{number % 4}", str(number % 4)))


def work(store: Store, number: int, n: int) -> str:
    """Claim one name, and finish the trial."""
    store.claim(replace(claim(), key=f"{number}-{n}", name_prefix="sine-low"))
    store.finish(finish(f"{number}-{n}"))
    return "finished"


def purge(store: Store, number: int, n: int) -> str:
    """Claim one name, finish the trial and purge it."""
    work(store, number, n)
    store.purge([f"{number}-{n}"], act())
    return "purged"


def work_apart(store: Store, number: int, n: int) -> str:
    """Claim one of eight names, and finish the trial."""
    given = variant(f"v{number % 8}", str(number % 8))
    store.claim(replace(claim(given), key=f"{number}-{n}", name_prefix=f"sine-{given.name}"))
    store.finish(finish(f"{number}-{n}"))
    return "finished"


def contest(store: Store, number: int, n: int) -> str:
    """Claim one of four names with one of two values."""
    return _claim(store, number, n, variant(f"v{number % 4}", str(number // 4 % 2)))


def duel(store: Store, number: int, n: int) -> str:
    """Claim a new name each round with a value of one's own."""
    return _claim(store, number, n, variant(f"v{n}", str(number)))


def retire(store: Store, number: int, n: int) -> str:
    """Retire the name that others claim with two values, if one is a third process."""
    if number % 3:
        return _claim(store, number, n, variant(text=str(number % 3)))
    try:
        store.retire(LOW, act())
    except UnknownLockError:
        return "unknown"
    return "retired"


MANNERS_OF_WORK = (agree, quarrel, share, work, work_apart, contest, duel, retire, purge)
MANNERS: dict[str, Manner] = {manner.__name__: manner for manner in MANNERS_OF_WORK}


def main() -> None:
    store, processes, rounds = Store(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    store.is_made()  # loads what each of them would
    waiting, start = os.pipe()
    children = []
    for number in range(processes):
        if not (child := os.fork()):
            os.close(start)
            os.read(waiting, 1)  # returns for all of them when the parent closes its end
            counts = Counter(MANNERS[sys.argv[4]](store, number, n) for n in range(rounds))
            os.write(sys.stdout.fileno(), f"{json.dumps(counts)}\n".encode())  # whole
            os._exit(0)
        children.append(child)
    os.close(start)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
