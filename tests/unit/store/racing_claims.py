"""A script: many processes claim at one instant. Prints a line of JSON for each of them.

Arguments: the database, how many processes, how many claims each, and whether each of them
gives its variant a value of its own.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from mitosis._store import Store
from mitosis.errors import VariantConflictError
from tests.unit.store.claims import claim, variant


def race(database: Path, number: int, claims: int, *, quarrel: bool) -> dict[str, int]:
    counts = {"conflicts": 0, "claimed": 0}
    for n in range(claims):
        given = claim(variant(text=str(number) if quarrel else "0.1"))
        try:
            Store(database).claim(replace(given, key=f"{number}-{n}"))
            counts["claimed"] += 1
        except VariantConflictError:
            counts["conflicts"] += 1
    return counts


def main() -> None:
    database, processes, claims = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    waiting, start = os.pipe()
    children = []
    for number in range(processes):
        if not (child := os.fork()):
            os.close(start)
            os.read(waiting, 1)  # returns for all of them when the parent closes its end
            counts = race(database, number, claims, quarrel=sys.argv[4] == "quarrel")
            os.write(sys.stdout.fileno(), f"{json.dumps(counts)}\n".encode())  # whole
            os._exit(0)
        children.append(child)
    os.close(start)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
