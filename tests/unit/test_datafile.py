"""What is told of input files."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from mitosis._datafile import Known, changed_data, data_file, data_files, file_digest
from mitosis._model import DataFile
from mitosis.errors import DataFileError

_LATER = datetime.now(UTC) + timedelta(days=1)


def write(path: Path, content: bytes = b"1,2\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_file_is_told_with_digest_size_and_time(tmp_path: Path) -> None:
    file = write(tmp_path / "data" / "x.csv")
    os.utime(file, ns=(0, 1_700_000_000_123_456_789))
    assert data_file(file, tmp_path) == DataFile(
        path="data/x.csv",
        digest=blake3(b"1,2\n").hexdigest(),
        size_bytes=4,
        modified_at=datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC),
    )


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (16 << 20) + 3])
def test_a_digest_is_blake3_of_the_content_whatever_its_size(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert file_digest(write(tmp_path / "x", content)) == blake3(content).hexdigest()


def test_a_path_outside_of_the_base_stays_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "project"
    write(tmp_path / "x.csv")
    write(base / "y.csv")
    monkeypatch.chdir(base)
    assert data_file("../x.csv", base).path == "../x.csv"
    assert data_file("./y.csv", base).path == "y.csv"
    assert data_file(tmp_path / "x.csv", base).path == str(tmp_path / "x.csv")
    assert data_file("y.csv").path == "y.csv"


def test_links_are_followed_and_told_by_their_own_name(tmp_path: Path) -> None:
    target = write(tmp_path / "store" / "1f3d", b"content")
    base = tmp_path / "project"
    base.mkdir()
    (base / "x.csv").symlink_to(target)
    found = data_file(base / "x.csv", base)
    assert (found.path, found.digest) == ("x.csv", blake3(b"content").hexdigest())


def test_a_path_through_a_link_to_the_base_is_told_below_it(tmp_path: Path) -> None:
    write(tmp_path / "project" / "x.csv")
    (tmp_path / "link").symlink_to("project")
    assert data_file(tmp_path / "link" / "x.csv", tmp_path / "project").path == "x.csv"


def test_odd_names_can_be_stored(tmp_path: Path) -> None:
    file = write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv")))
    assert data_file(file, tmp_path).path == r"\xff.csv"


def test_a_folder_is_told_with_all_files_in_it(tmp_path: Path) -> None:
    write(tmp_path / "d" / "b.csv", b"12345")
    late = write(tmp_path / "d" / "deep" / "a.csv", b"123")
    os.utime(tmp_path / "d" / "b.csv", (0, 1_000_000_000))
    os.utime(late, (0, 1_500_000_000))
    found = data_file(tmp_path / "d", tmp_path)
    assert (found.path, found.size_bytes) == ("d", 8)
    assert found.modified_at == datetime.fromtimestamp(1_500_000_000, UTC)


def test_a_folder_s_digest_stands_for_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    write(folder / "a", b"1")
    write(folder / "b", b"2")
    digests = [data_file(folder).digest]
    (folder / "a").rename(folder / "c")
    digests.append(data_file(folder).digest)
    write(folder / "c", b"2")
    digests.append(data_file(folder).digest)
    (folder / "empty").mkdir()
    assert data_file(folder).digest == digests[-1]
    assert len(set(digests)) == 3
    folder.rename(tmp_path / "e")
    assert data_file(tmp_path / "e").digest == digests[-1]


_TREES = st.dictionaries(
    st.sampled_from(["a", "b", "ab", "d/a", "d/b", "d/d/a"]), st.binary(max_size=3), max_size=4
)


@pytest.mark.slow
@given(one=_TREES, other=_TREES)
def test_folders_that_differ_have_different_digests(
    tmp_path_factory: pytest.TempPathFactory, one: dict[str, bytes], other: dict[str, bytes]
) -> None:
    digests = []
    for tree in (one, other):
        folder = tmp_path_factory.mktemp("tree")
        for name, content in tree.items():
            write(folder / name, content)
        digests.append(data_file(folder).digest)
    assert (digests[0] == digests[1]) == (one == other)


def test_an_empty_folder_is_no_empty_file(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert data_file(tmp_path / "d").digest != data_file(write(tmp_path / "x", b"")).digest


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="No such file") as caught:
        data_file(tmp_path / "gone.csv")
    assert caught.value.path == tmp_path / "gone.csv"
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "broken").symlink_to("nowhere")
    with pytest.raises(DataFileError, match="No such file") as caught:
        data_file(tmp_path / "d")
    assert caught.value.path == tmp_path / "d" / "broken"


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataFileError, match="neither a file nor a folder"):
        data_file(tmp_path / "pipe")


def test_a_link_that_leads_back_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "back").symlink_to(tmp_path / "d")
    with pytest.raises(DataFileError, match="leads back") as caught:
        data_file(tmp_path / "d")
    assert caught.value.reason == "it leads back to a folder above it"
    assert caught.value.path == tmp_path / "d" / "e" / "back"


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(DataFileError, match="symbolic links"):
        data_file(tmp_path / "a", tmp_path)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file, done = write(tmp_path / "x", b"x" * (8 << 20)), threading.Event()

    def grow() -> None:
        while not done.wait(0.0005):
            with file.open("ab") as opened:
                opened.write(b"x")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(DataFileError, match="changes while it is read"):
            data_file(file)
    finally:
        done.set()
        writer.join()


def test_several_are_told_each_once_in_their_order(tmp_path: Path) -> None:
    files = [write(tmp_path / name) for name in ("b", "a")]
    found = data_files([*files, tmp_path / "b"], tmp_path)
    assert [file.path for file in found] == ["b", "a"]


def is_taken_over(path: Path, known: Known) -> bool:
    """Tell whether a known digest, made up here so that no content has it, is given back."""
    made_up = tuple(replace(file, digest="made up") for file in known.files)
    return data_file(path, None, replace(known, files=made_up)).digest == "made up"


@pytest.mark.parametrize("name", ["d", "d/x"])
def test_a_known_digest_is_taken_over_until_something_was_touched(
    tmp_path: Path, name: str
) -> None:
    write(tmp_path / "d" / "x")
    place = tmp_path / name
    known = (data_file(place),)
    assert is_taken_over(place, Known(known, _LATER))
    assert not is_taken_over(place, Known(known, datetime.now(UTC)))
    assert not is_taken_over(tmp_path, Known(known, _LATER))
    write(tmp_path / "d" / "x", b"another")
    assert not is_taken_over(place, Known(known, _LATER))


def test_a_change_that_size_and_time_hide_is_found(tmp_path: Path) -> None:
    file = write(tmp_path / "x", b"1")
    before = data_file(file)
    at = datetime.now(UTC)
    status = file.stat()
    write(file, b"2")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = data_file(file, None, Known((before,), at))
    assert (after.size_bytes, after.modified_at) == (before.size_bytes, before.modified_at)
    assert after.digest == blake3(b"2").hexdigest()


def twins(tmp_path: Path) -> list[Path]:
    """Make folders whose files of one name differ in nothing but their content."""
    files = [write(tmp_path / name / "x", name.encode()) for name in ("1", "2")]
    for file in files:
        os.utime(file, (1_500_000_000, 1_500_000_000))
    return [file.parent for file in files]


def test_a_renamed_folder_brings_other_files(tmp_path: Path) -> None:
    one, other = twins(tmp_path)
    known = (data_file(one / "x"),)
    one.rename(tmp_path / "former")
    other.rename(one)
    assert not is_taken_over(one / "x", Known(known, _LATER))


def test_a_link_that_leads_elsewhere_brings_other_files(tmp_path: Path) -> None:
    one, other = twins(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(one)
    known = (data_file(link / "x"), data_file(link))
    assert is_taken_over(link / "x", Known(known, _LATER))
    link.unlink()
    link.symlink_to(other)
    assert not is_taken_over(link / "x", Known(known, _LATER))
    assert not is_taken_over(link, Known(known, _LATER))


def test_a_record_that_says_nothing_of_inodes_is_not_believed(tmp_path: Path) -> None:
    file = write(tmp_path / "x")
    known = (replace(data_file(file), identity=""),)
    assert not is_taken_over(file, Known(known, _LATER))


def test_only_what_holds_something_else_has_changed(tmp_path: Path) -> None:
    names = ("same", "touched", "gone", "other", "folder/in")
    files = [write(tmp_path / name, b"1").parent / Path(name).name for name in names]
    places = [*files[:4], tmp_path / "folder"]
    recorded = [(place, data_file(place, tmp_path)) for place in places]
    os.utime(tmp_path / "touched")
    (tmp_path / "gone").unlink()
    write(tmp_path / "other", b"2")
    write(tmp_path / "folder" / "new")
    assert [file.path for file in changed_data(recorded)] == ["other", "folder"]
