"""Every path and file name that mitosis makes, and nothing else.

Names that users choose may hold anything; names of files hold letters, digits and `._-`.
A name that has to be altered for that carries a digest of the true one, so that two names
never meet in one file.
"""

from __future__ import annotations

import itertools
import os
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mitosis.errors import TrialsFolderError

APPLICATION_ID = 0x4D69746F
"""SQLite's `application_id` of our databases: "Mito" in ASCII."""

DEFAULT_FOLDER = "trials"
LOCK_FILE = "mitosis.lock"
KEY_LENGTH = 8
_MOST = 120
_DIGESTED = re.compile(r"(^|-)[0-9a-f]{12}$")  # what a stem may look like that was altered
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_TRIAL_FOLDER = re.compile(rf".+_[0-9a-f]{{{KEY_LENGTH}}}")
_UNFINISHED = re.compile(rf"\..+[._][0-9a-f]{{{KEY_LENGTH}}}")
_TRIAL_PAGE = re.compile(r"trial_.+\.(html|ipynb)")
_SHARED_FILE = re.compile(r"\.?[0-9a-f]{64}\.(dill|json)(\.[0-9a-f]{8})?")
_SHARED = (".values", ".environments")


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


def unfinished(path: Path) -> Path:
    """Return the hidden name under which a file is made before it takes its own."""
    return path.with_name(f".{path.name}.{new_key()}")


def value_file(trials_folder: Path, digest: str) -> Path:
    """Return the path of a large parameter value, kept once whatever the number of trials."""
    return trials_folder / ".values" / f"{digest}.dill"


def environment_file(trials_folder: Path, digest: str) -> Path:
    """Return the path of an environment, kept once whatever the number of trials."""
    return trials_folder / ".environments" / f"{digest}.json"


@dataclass(frozen=True)
class TrialFolder:
    """The paths inside the folder of one trial."""

    root: Path

    @property
    def record(self) -> Path:
        """Everything that is known of the trial, as JSON."""
        return self.root / "record.json"

    @property
    def task(self) -> Path:
        """What the kernel is to do, as JSON, written before it starts."""
        return self.root / "task.json"

    @property
    def report(self) -> Path:
        """What the kernel did: main, resources, what could not be kept; as JSON."""
        return self.root / "report.json"

    @property
    def results(self) -> Path:
        """What `run` returned, pickled with dill."""
        return self.root / "results.dill"

    @property
    def log(self) -> Path:
        """Everything the experiment printed and logged, as plain text."""
        return self.root / "output.log"

    @property
    def displays(self) -> Path:
        """Every figure and table that the experiment displayed, a JSON object in each line."""
        return self.root / "displays.jsonl"

    @property
    def data(self) -> Path:
        """Every input file that the experiment recorded, a JSON object in each line."""
        return self.root / "data.jsonl"

    @property
    def notebook(self) -> Path:
        """The notebook as it was when the trial started, without outputs."""
        return self.root / "notebook.ipynb"

    @property
    def experiment(self) -> Path:
        """The experiment itself, pickled, where it is an object and not a module."""
        return self.root / "experiment.dill"

    @property
    def registered(self) -> Path:
        """What the user registered for types that the parameters hold, pickled."""
        return self.root / "registered.dill"

    def parameter(self, argument: str) -> Path:
        """The pickled value of one parameter."""
        return self.root / "parameters" / f"{file_stem(argument)}.dill"


def make_trials_folder(folder: Path) -> None:
    """Make the trials folder, and make sure that it can be written to.

    Raises:
        TrialsFolderError: it is a file, cannot be made, or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise TrialsFolderError(folder=folder, reason="it is a file") from None
    except OSError as exc:
        raise TrialsFolderError(folder=folder, reason=exc.strerror or str(exc)) from exc
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TrialsFolderError(folder=folder, reason="it is not writable")


def make_trial_folder(trials_folder: Path, stem: str, key: str) -> TrialFolder:
    """Make the folder of a trial under a hidden name, for `show_trial_folder` to change."""
    root = trials_folder / f".{stem}_{key}"
    root.mkdir()
    return TrialFolder(root)


def show_trial_folder(hidden: TrialFolder) -> TrialFolder:
    """Give a trial's folder its name, now that a record in it says what it is."""
    root = hidden.root.with_name(hidden.root.name.removeprefix("."))
    return TrialFolder(hidden.root.rename(root))


def reserve_page(trials_folder: Path, stem: str, key: str, extension: str) -> Path:
    """Claim a file for a trial's notebook and return its path.

    The file is `trial_<stem>.<extension>`. Where that exists already (a former database was
    moved away, or another experiment's trial has the same name), the key is added; nothing
    is ever overwritten.
    """
    for candidate in (stem, f"{stem}_{key}"):
        path = trials_folder / f"trial_{candidate}.{extension}"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
    raise TrialsFolderError(folder=trials_folder, reason=f"{path.name} exists already")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it."""
    partial = unfinished(path)
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_once(path: Path, content: bytes) -> None:
    """Write a file that is named by its content, unless it is there already."""
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)


def is_own(path: Path, trials_folder: Path) -> bool:
    """Tell whether mitosis itself made the file at `path` inside the trials folder.

    A trial's folder is known by its name and the record in it, a page by its name, a database
    by the application id in its header, and what another process is just making by its hidden
    name. Whatever else lies in the trials folder is a user's.
    """
    try:
        first, *rest = path.relative_to(trials_folder).parts
    except ValueError:
        return False
    top = trials_folder / first
    if _UNFINISHED.fullmatch(first):
        return True
    if rest:
        if first in _SHARED:
            return bool(_SHARED_FILE.fullmatch(rest[-1]))
        return bool(_TRIAL_FOLDER.fullmatch(first)) and TrialFolder(top).record.exists()
    return bool(_TRIAL_PAGE.fullmatch(first)) or _is_own_database(top)


def _is_own_database(path: Path) -> bool:
    path = path.with_name(re.sub(r"-(journal|wal|shm)$", "", path.name))
    try:
        with path.open("rb") as file:
            header = file.read(72)
    except OSError:
        return False
    if not header:  # another process is just making it
        return path.suffix == ".db" or path.with_name(f"{path.name}-journal").exists()
    ours = APPLICATION_ID.to_bytes(4, "big")
    return header.startswith(b"SQLite format 3") and header[68:72] == ours
