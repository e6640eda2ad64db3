"""Names and paths of files: of keys, databases, and what lies beside them.

Names that users choose may hold anything; names of files hold letters, digits and `._-`.
A name that has to be altered for that carries a digest of the true one, so that two names
never meet in one file.
"""

from __future__ import annotations

import itertools
import os
import re
import secrets
from hashlib import sha256
from pathlib import Path

APPLICATION_ID = 0x4D69746F
"""SQLite's `application_id` of our databases: "Mito" in ASCII."""

DEFAULT_FOLDER = "trials"
LOCK_FILE = "mitosis.lock"
KEY_LENGTH = 8
_MOST = 120
_DIGESTED = re.compile(r"(^|-)[0-9a-f]{12}$")  # what a stem may look like that was altered
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def new_key() -> str:
    """Return a fresh random key for a trial."""
    return secrets.token_hex(KEY_LENGTH // 2)


def file_stem(name: str) -> str:
    """Return a name of a file, without ending, for any name that a user chose.

    A name that is safe and short stays as it is. Every other is cut to what is safe and gets
    twelve digits of its own digest, and so does one that looks like such a stem; so different
    names have different stems.

    Example:
        >>> file_stem("sine-exp-low-1")
        'sine-exp-low-1'
        >>> file_stem("a/b")
        'a_b-c14cddc033f6'
    """
    safe = _UNSAFE.sub("_", name)[:_MOST].strip("._-")
    if safe == name and not _DIGESTED.search(name):
        return name
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{safe}-{digest}" if safe else digest


def database(trials_folder: Path, experiment: str, logfile: str | None = None) -> Path:
    """Return the path of an experiment's database."""
    return trials_folder / (logfile or f"{file_stem(experiment)}.db")


def database_backup(database: Path, schema: int) -> Path:
    """Return a path that nothing has for a copy of a database, before its schema is raised."""
    plain = f"{database.name}.schema-{schema}"
    numbered = (f"{plain}-{number}" for number in itertools.count(2))
    names = (database.with_name(name) for name in itertools.chain([plain], numbered))
    return next(path for path in names if not os.path.lexists(path))


def acts_file(database: Path) -> Path:
    """Return the path of the journal of what people did to a database's locks."""
    return database.with_name(f"{database.name}.acts")


def secret_key_file(trials_folder: Path) -> Path:
    """Return the path of the key that secrets are digested with."""
    return trials_folder / ".secret-key"


def store_file(trials_folder: Path) -> Path:
    """Return the file that tells on which server the databases of a trials folder are."""
    return trials_folder / ".store"


def plans_folder(trials_folder: Path) -> Path:
    """Return the folder of the plans of all sweeps."""
    return trials_folder / ".sweeps"


def plan_file(trials_folder: Path, sweep: str) -> Path:
    """Return the path of the plan of a sweep."""
    return plans_folder(trials_folder) / f"{file_stem(sweep)}.json"


def unfinished(path: Path) -> Path:
    """Return the hidden name under which a file is made before it takes its own."""
    return path.with_name(f".{path.name}.{new_key()}")


def sweep_page(trials_folder: Path, sweep: str) -> Path:
    """Return the path of the page of a sweep."""
    return trials_folder / f"sweep_{file_stem(sweep)}.html"


def value_file(trials_folder: Path, digest: str) -> Path:
    """Return the path of a large parameter value, kept once whatever the number of trials."""
    return trials_folder / ".values" / f"{digest}.dill"


def environment_file(trials_folder: Path, digest: str) -> Path:
    """Return the path of an environment, kept once whatever the number of trials."""
    return trials_folder / ".environments" / f"{digest}.json"


def aside(database: Path, why: str = "damaged") -> Path:
    """Return a path that nothing has, to keep a database under that is not used any more."""
    names = (f"{database.name}.{why}-{number}" for number in itertools.count(1))
    paths = map(database.with_name, names)
    return next(path for path in paths if not os.path.lexists(path))
