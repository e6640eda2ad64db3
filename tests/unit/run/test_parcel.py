"""Trial folders as bytes, from workers that may be far away."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from mitosis._layout import TrialFolder
from mitosis._run import parcel
from mitosis._run.parcel import ParcelError, left_warnings, pack, unpack


@pytest.fixture
def folder(tmp_path: Path) -> TrialFolder:
    folder = TrialFolder(tmp_path / "coin-1_12345678")
    folder.artifacts.mkdir(parents=True)
    folder.record.write_text("{}")
    folder.log.write_text("tossing\n" * 1000)
    (folder.artifacts / "größe.bin").write_bytes(bytes(range(256)))
    folder.reserve.write_bytes(bytes(1000))
    return folder


@pytest.fixture
def beside(tmp_path: Path) -> tuple[Path, bytes]:
    page = tmp_path / "page.html"
    page.write_text("<html>")
    return page, b"{}"


def _zip(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def _target(tmp_path: Path, name: str = "into") -> Path:
    into = tmp_path / name
    into.mkdir()
    return into


def test_a_folder_arrives_as_it_was_without_the_room_that_was_reserved(
    folder: TrialFolder, beside: tuple[Path, bytes], tmp_path: Path
) -> None:
    into = _target(tmp_path)
    opened = unpack(pack(folder, *beside), into)
    assert (opened.page, opened.environment) == (b"<html>", b"{}")
    found = {p.relative_to(into): p.read_bytes() for p in into.rglob("*") if p.is_file()}
    assert found == {
        path.relative_to(folder.root): path.read_bytes()
        for path in (folder.record, folder.log, folder.artifacts / "größe.bin")
    }


@pytest.mark.parametrize(
    "name",
    [
        "files/../outside",
        "files//etc/passwd",
        "/etc/passwd",
        "outside",
        "files/",
        "files/a\\b",
        "files/./a",
        "files/artifacts/../../outside",
    ],
)
def test_a_file_that_would_lie_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    packed = _zip((name, b"x"), ("page", b""), ("environment", b""))
    into = _target(tmp_path)
    with pytest.raises(ParcelError, match=r"would not lie in|no plain file"):
        unpack(packed, into)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("files/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ParcelError, match="no plain file"):
        unpack(_zip((link, b"/etc/passwd"), ("page", b"")), _target(tmp_path))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParcelError, match="two files of one name"):
        unpack(_zip(("files/a", b"1"), ("files/a", b"2")), _target(tmp_path))


def test_a_parcel_that_is_cut_off_or_lacks_its_page_is_refused(
    folder: TrialFolder, beside: tuple[Path, bytes], tmp_path: Path
) -> None:
    packed = pack(folder, *beside)
    assert unpack(pack(folder, tmp_path / "none", b"{}"), _target(tmp_path, "x")).page == b""
    with pytest.raises(ParcelError, match="damaged"):
        unpack(packed[: len(packed) // 2], _target(tmp_path))
    with pytest.raises(ParcelError, match="lacks"):
        unpack(_zip(("files/a", b"1")), tmp_path / "into")


def test_what_a_parcel_has_no_room_for_stays_and_is_named(
    folder: TrialFolder,
    beside: tuple[Path, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert left_warnings(folder, "node7") == []
    monkeypatch.setattr(parcel, "MOST_BYTES", 1000)
    (warning,) = left_warnings(folder, "node7")
    assert "stayed on node7" in warning
    assert str(folder.log) in warning
    into = _target(tmp_path)
    unpack(pack(folder, *beside), into)
    assert (into / "record.json").exists()
    assert not (into / "output.log").exists()
