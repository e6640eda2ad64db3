"""What a nursery is to have in memory, and the command that starts one."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_START = (
    "import sys; sys.path[:] = {path!r}; "
    "from mitosis._notebook.nursery_process import main; main()"
)
_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Order:
    """What a nursery has in memory.

    Attributes:
        libraries: import statements of installed libraries, see `installed_imports`.
        modules: modules of mitosis that its children need.
        for_many: whether it is for many trials: then it does before what is slow the first
            time, which a single trial does while its kernel comes up.
        then: "module:name" of what is called when all is loaded; empty for nothing.
    """

    libraries: Sequence[str] = ()
    modules: Sequence[str] = ()
    for_many: bool = False
    then: str = ""


def command(owner: int, control: socket.socket, order: Order) -> list[str]:
    """Return the command that starts a nursery."""
    path = [entry for entry in sys.path if isinstance(entry, str)] + [str(_PACKAGE)]
    return [
        sys.executable,
        *["-O"] * sys.flags.optimize,
        "-c",
        _START.format(path=path),
        str(owner),
        str(control.fileno()),
        json.dumps(asdict(order)),
    ]
