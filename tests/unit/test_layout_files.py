"""Files and folders that are made: never over others, never by halves."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from mitosis import _layout
from mitosis._layout import APPLICATION_ID, TrialFolder, is_own
from mitosis.errors import TrialsFolderError
from tests.conftest import Unprivileged

KEY = "3f9a2c11"
DIGEST = "0123456789abcdef" * 4


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_trials_folder_is_made_with_all_above_it(tmp_path: Path) -> None:
    _layout.make_trials_folder(tmp_path / "a" / "b")
    _layout.make_trials_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(
    ("path", "reason"), [("file", "it is a file"), ("file/b", "Not a dir")]
)
def test_a_file_in_the_way_of_the_trials_folder(tmp_path: Path, path: str, reason: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(TrialsFolderError, match=reason) as caught:
        _layout.make_trials_folder(tmp_path / path)
    assert caught.value.folder == tmp_path / path
    assert (tmp_path / "file").read_text() == "mine"


def test_a_trials_folder_that_may_only_be_read(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(TrialsFolderError, match="not writable") as caught:
        _layout.make_trials_folder(open_folder)
    assert caught.value.folder == open_folder


def test_a_trials_folder_that_may_not_be_made(
    open_folder: Path, unprivileged: Unprivileged
) -> None:
    open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(TrialsFolderError, match="Permission denied"):
        _layout.make_trials_folder(open_folder / "trials")
    assert files(open_folder) == []


def test_the_folder_of_a_trial_is_new_and_hidden_until_it_is_shown(tmp_path: Path) -> None:
    hidden = _layout.make_trial_folder(tmp_path, "sine-low-1", KEY)
    assert files(tmp_path) == [f".sine-low-1_{KEY}"]
    hidden.record.write_text("{}")
    folder = _layout.show_trial_folder(hidden)
    assert folder == TrialFolder(tmp_path / f"sine-low-1_{KEY}")
    assert files(tmp_path) == [f"sine-low-1_{KEY}"]
    assert files(folder.root) == ["record.json"]


def test_the_folder_of_a_trial_never_takes_the_place_of_another(tmp_path: Path) -> None:
    _layout.make_trial_folder(tmp_path, "sine-low-1", KEY)
    with pytest.raises(FileExistsError, match="sine-low-1"):
        _layout.make_trial_folder(tmp_path, "sine-low-1", KEY)


def test_a_folder_is_not_shown_in_the_place_of_another(tmp_path: Path) -> None:
    older = tmp_path / f"sine-low-1_{KEY}"
    older.mkdir()
    (older / "record.json").write_text("older")
    with pytest.raises(OSError, match="not empty"):
        _layout.show_trial_folder(_layout.make_trial_folder(tmp_path, "sine-low-1", KEY))
    assert (older / "record.json").read_text() == "older"


def test_a_page_is_named_after_its_trial_and_reserved_by_an_empty_file(tmp_path: Path) -> None:
    page = _layout.reserve_page(tmp_path, "sine-low-1", KEY, "html")
    assert page == tmp_path / "trial_sine-low-1.html"
    assert page.read_bytes() == b""


def test_a_page_never_takes_the_place_of_another(tmp_path: Path) -> None:
    (tmp_path / "trial_sine-low-1.html").write_text("older")
    page = _layout.reserve_page(tmp_path, "sine-low-1", KEY, "html")
    assert page.name == f"trial_sine-low-1_{KEY}.html"
    assert (tmp_path / "trial_sine-low-1.html").read_text() == "older"


def test_a_page_in_the_place_of_a_broken_link_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "trial_sine-low-1.html").symlink_to(tmp_path / "absent")
    page = _layout.reserve_page(tmp_path, "sine-low-1", KEY, "html")
    assert page.name == f"trial_sine-low-1_{KEY}.html"
    assert not (tmp_path / "absent").exists()


def test_a_page_that_finds_no_place_is_refused(tmp_path: Path) -> None:
    for _ in range(2):
        _layout.reserve_page(tmp_path, "sine-low-1", KEY, "html")
    with pytest.raises(TrialsFolderError, match=f"_{KEY}.html exists already") as caught:
        _layout.reserve_page(tmp_path, "sine-low-1", KEY, "html")
    assert caught.value.folder == tmp_path


def test_pages_of_either_format_stand_side_by_side(tmp_path: Path) -> None:
    for extension in ("html", "ipynb"):
        _layout.reserve_page(tmp_path, "sine-low-1", KEY, extension)
    assert files(tmp_path) == ["trial_sine-low-1.html", "trial_sine-low-1.ipynb"]


def test_a_whole_write_replaces_the_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    for content in (b"old", b"", b"new\x00\r\n"):
        _layout.write_whole(path, content)
        assert path.read_bytes() == content
    assert files(tmp_path) == ["record.json"]


def test_a_failed_write_leaves_the_old_content_and_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(b"old")
    with pytest.raises(TypeError, match="bytes-like"):
        _layout.write_whole(path, "no bytes")  # type: ignore[arg-type]  # to make it fail
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == ["record.json"]


def test_a_write_that_cannot_take_its_place_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "record.json").mkdir()
    with pytest.raises(OSError, match=r"record\.json"):
        _layout.write_whole(tmp_path / "record.json", b"new")
    assert files(tmp_path) == ["record.json"]


def test_a_file_named_by_its_content_is_written_once(tmp_path: Path) -> None:
    path = _layout.value_file(tmp_path, "digest")
    _layout.write_once(path, b"first")
    _layout.write_once(path, b"second")
    assert path == tmp_path / ".values" / "digest.dill"
    assert path.read_bytes() == b"first"
    assert _layout.environment_file(tmp_path, "d") == tmp_path / ".environments" / "d.json"


def make_database(path: Path, application: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute("CREATE TABLE t (x)")
        connection.commit()


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    """A trials folder with everything that mitosis makes in it."""
    folder = tmp_path / "trials"
    folder.mkdir()
    trial = _layout.make_trial_folder(folder, "sine-low-1", KEY)
    trial.record.write_text("{}")
    trial.log.touch()
    _layout.show_trial_folder(trial)
    _layout.reserve_page(folder, "sine-low-1", KEY, "html")
    _layout.write_once(_layout.value_file(folder, DIGEST), b"")
    _layout.write_once(_layout.environment_file(folder, DIGEST), b"")
    make_database(folder / "sine.db", APPLICATION_ID)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        f"sine-low-1_{KEY}/record.json",
        f"sine-low-1_{KEY}/output.log",
        f"sine-low-1_{KEY}/artifacts/deep/figure.png",
        "trial_sine-low-1.html",
        "trial_sine-low-1.ipynb",
        f".values/{DIGEST}.dill",
        f".values/.{DIGEST}.dill.{KEY}",
        f".environments/{DIGEST}.json",
        ".sweeps/night.json",
        f".sweeps/.night.json.{KEY}",
        "sine.db",
        "sine.db-journal",
        "sine.db-wal",
        f".sine-low-2_{KEY}/task.json",
        f".sine-low-2_{KEY}/parameters/x.dill",
    ],
)
def test_what_mitosis_makes_is_its_own(trials: Path, name: str) -> None:
    assert is_own(trials / name, trials)


@pytest.mark.parametrize(
    "name",
    [
        "notes.md",
        "experiment.py",
        "trial.html",
        "trial_.html",
        "my_trial_sine.html",
        "trial_sine.py",
        "trial_sine/page.html",
        "sine-low-1/record.json",
        f"absent_{KEY}/data.csv",
        "sine-low-1_3F9A2C11/record.json",
        "theirs.db",
        "theirs.db-wal",
        "absent.db-journal",
        "empty.sqlite",
        ".hidden/notes.md",
        ".values/notes.md",
        ".values/sub/data.dill",
        ".hidden",
        "..",
        "../outside.py",
        ".",
    ],
)
def test_what_a_user_may_have_made_is_not(trials: Path, name: str) -> None:
    make_database(trials / "theirs.db", 7)
    (trials / "empty.sqlite").touch()
    assert not is_own(trials / name, trials)


def test_a_file_outside_the_trials_folder_is_not(trials: Path) -> None:
    assert not is_own(trials.parent / "trial_sine.html", trials)
    assert not is_own(Path("/"), trials)


def test_a_database_that_is_just_being_made_is_own(trials: Path) -> None:
    (trials / "new.db").touch()
    assert is_own(trials / "new.db", trials)
    (trials / "named").touch()
    (trials / "named-journal").touch()
    assert is_own(trials / "named", trials)
    assert is_own(trials / "named-journal", trials)


def test_while_a_page_is_written_every_file_is_own(trials: Path) -> None:
    page = _layout.reserve_page(trials, "sine-low-2", KEY, "html")
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            seen.update(path.name for path in trials.iterdir() if path.is_file())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(50):
        _layout.write_whole(page, bytes(1 << 21))
    over.set()
    watcher.join()
    assert [name for name in sorted(seen) if not is_own(trials / name, trials)] == []
