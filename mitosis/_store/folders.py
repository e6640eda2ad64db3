"""Which databases a trials folder has: files in it, or those of the server it is joined to."""

from __future__ import annotations

import os
from pathlib import Path

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._store.joining import home_of


@dataclass(frozen=True)
class Joined:
    """What is told of the server that a trials folder is joined to.

    Attributes:
        server: its address, without user and password.
        folder_id: what trials name the folder by; empty until the first one.
        unmerged: databases of before, in the folder, that were never taken in.
    """

    server: str
    folder_id: str
    unmerged: tuple[Path, ...] = ()

    def version(self, trials_folder: Path) -> str:
        """Ask the server for its version.

        Raises:
            ServerError: it cannot be reached.
        """
        from mitosis._store import server

        home = home_of(trials_folder / "any.db")
        assert home, "it is joined"
        return server.server_version(home)


def joined_to(trials_folder: Path) -> Joined | None:
    """Return the server of a trials folder, without asking it; None where there is none.

    Raises:
        DatabaseError: the file in the folder that tells it cannot be read.
    """
    home = home_of(trials_folder / "any.db")
    if home is None:
        return None
    found = _files(trials_folder) if trials_folder.is_dir() else []
    return Joined(home.server, home.folder_id, tuple(found))


def databases(trials_folder: Path) -> list[Path]:
    """Return the paths of all databases of a trials folder, sorted by name.

    Raises:
        OSError: the folder is not there, or cannot be read.
        ServerError: the server cannot be reached.
    """
    if home := home_of(trials_folder / "any.db"):
        from mitosis._store import server

        return [trials_folder / name for name in server.names(home)]
    return _files(trials_folder)


def _files(trials_folder: Path) -> list[Path]:
    with os.scandir(trials_folder) as entries:
        names = sorted(e.name for e in entries if e.name.endswith(".db") and e.is_file())
    files = [trials_folder / name for name in names]
    return [file for file in files if _layout.is_own_database(file)]
