"""A script: a process for each statement of a verb, which kills itself right before it.

Arguments: the folder that holds `sine.db`, and the name of a verb. For each statement, a copy
of the database is left in a folder of its own, as the dead process left it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from mitosis._store import Store

from .faults import VERBS, Steps, counted, die


def main() -> None:
    folder, verb = Path(sys.argv[1]), VERBS[sys.argv[2]]
    status, number = 1, 0
    while status:
        place = folder / f"{number:03}"
        place.mkdir()
        shutil.copy(folder / "sine.db", place)
        if not (child := os.fork()):
            with counted(Steps(die, number)):
                verb(Store(place / "sine.db"))
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status not in {0, 9}:
            raise SystemExit(status)
        number += 1


if __name__ == "__main__":
    main()
