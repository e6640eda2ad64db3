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
from contextlib import suppress
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
_DEBUG_FOLDER = re.compile(rf".+_debug_[0-9a-f]{{{KEY_LENGTH}}}")
_UNFINISHED = re.compile(rf"\..+[._][0-9a-f]{{{KEY_LENGTH}}}")
_ASIDE = re.compile(r".+\.damaged-[0-9]+(-journal|-wal|-shm)?")
_TRIAL_PAGE = re.compile(r"trial_.+\.(html|ipynb)")
_ACTS_FILE = re.compile(r".+\.acts")
_SHARED_FILE = re.compile(r"\.?[0-9a-f]{64}\.(dill|json)(\.[0-9a-f]{8})?")
SHARED_FOLDERS = (".values", ".environments")


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
    def reserve(self) -> Path:
        """Room on the disk that is kept for the end of a running trial."""
        return self.root / ".reserve"

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


def trial_folders(trials_folder: Path) -> list[TrialFolder]:
    """Return the folders of all recorded trials, and what looks like them, by their names.

    Claims that have not got their visible name yet are among them, trials in debug mode not.
    """
    with os.scandir(trials_folder) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    found = [n for n in names if _TRIAL_FOLDER.fullmatch(n) and not _DEBUG_FOLDER.fullmatch(n)]
    return [TrialFolder(trials_folder / name) for name in sorted(found)]


def is_unfinished(name: str) -> bool:
    """Tell whether a file is one that a process was making, by its hidden name."""
    return bool(_UNFINISHED.fullmatch(name)) and name[-KEY_LENGTH - 1] == "."


def aside(database: Path) -> Path:
    """Return a path that nothing has, to keep a damaged database under."""
    names = (f"{database.name}.damaged-{number}" for number in itertools.count(1))
    paths = map(database.with_name, names)
    return next(path for path in paths if not os.path.lexists(path))


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


def visible(folder: TrialFolder) -> TrialFolder:
    """Return a trial's folder under the name that it has in the end."""
    return TrialFolder(folder.root.with_name(folder.root.name.removeprefix(".")))


def hidden(folder: TrialFolder) -> TrialFolder:
    """Return a trial's folder under the name that it has while it is claimed."""
    return TrialFolder(folder.root.with_name(f".{visible(folder).root.name}"))


def is_taken(trials_folder: Path, stem: str, key: str) -> bool:
    """Tell whether another trial has a folder of the name that one is to get."""
    with os.scandir(trials_folder) as entries:
        return any(
            entry.name[:-KEY_LENGTH] == f"{stem}_"  # first: it costs least, of many folders
            and not entry.name.endswith(key)
            and _TRIAL_FOLDER.fullmatch(entry.name)
            for entry in entries
        )


def show_trial_folder(folder: TrialFolder) -> TrialFolder:
    """Give a trial's folder its name, now that a record in it says what it is."""
    return TrialFolder(folder.root.rename(visible(folder).root))


def free_page(trials_folder: Path, stem: str, key: str, extension: str) -> Path:
    """Return a path for a trial's notebook that nothing has.

    The file is `trial_<stem>.<extension>`. Where that exists already (a former database was
    moved away, or another experiment's trial has the same name), the key is added.
    """
    paths = [trials_folder / f"trial_{name}.{extension}" for name in (stem, f"{stem}_{key}")]
    return next((path for path in paths if not os.path.lexists(path)), paths[-1])


def reserve_page(trials_folder: Path, stem: str, key: str, extension: str) -> Path:
    """Claim a file for a trial's notebook and return its path; nothing is overwritten."""
    for _ in range(2):  # another process may take the first one at the same moment
        path = free_page(trials_folder, stem, key, extension)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
    raise TrialsFolderError(folder=trials_folder, reason=f"{path.name} exists already")


def reserve_space(path: Path, size_bytes: int) -> None:
    """Make a file that holds room on the disk; where there is none, do without."""
    with suppress(OSError):
        path.write_bytes(bytes(size_bytes))


def write_whole(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it.

    Args:
        path: the file.
        content: all of it.
        durable: whether it has to be on the disk on return, whatever happens to the machine.
    """
    partial = unfinished(path)
    try:
        with partial.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
        if durable:
            sync_folder(path.parent)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where its file system can."""
    with suppress(OSError):  # some network file systems open no folder, or sync none
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_once(path: Path, content: bytes) -> None:
    """Write a file that is named by its content, unless it is there already."""
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)


def is_own(path: Path, trials_folder: Path) -> bool:
    """Tell whether mitosis itself made the file at `path` inside the trials folder.

    A trial's folder is known by its name and the record in it, a page by its name, a database
    by the application id in its header, one that was damaged by the name it was given, and what
    another process is just making by its hidden name. Whatever else lies in the trials folder
    is a user's.
    """
    try:
        first, *rest = path.relative_to(trials_folder).parts
    except ValueError:
        return False
    top = trials_folder / first
    if _UNFINISHED.fullmatch(first) or (_ASIDE.fullmatch(first) and not rest):
        return True
    if rest:
        if first in SHARED_FOLDERS:
            return bool(_SHARED_FILE.fullmatch(rest[-1]))
        return bool(_TRIAL_FOLDER.fullmatch(first)) and TrialFolder(top).record.exists()
    if _ACTS_FILE.fullmatch(first):
        return _is_own_acts_file(top)
    if top == secret_key_file(trials_folder):
        return True
    return bool(_TRIAL_PAGE.fullmatch(first)) or is_own_database(top)


def _is_own_acts_file(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(14)
    except OSError:
        return False
    return start in (b"", b'{"mitosis_act"')  # empty: a process is just making it


def is_own_database(path: Path) -> bool:
    """Tell whether mitosis made a database, or is just making it, by its header."""
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
