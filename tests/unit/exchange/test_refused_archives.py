"""Archives that are not as mitosis writes them: refused as a whole, with nothing written."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from mitosis._exchange.manifest import MANIFEST
from mitosis.errors import ArchiveError
from tests.unit.exchange.machines import Edit, contents, forged, pack, record_trial, take
from tests.unit.records.trials import files


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trial in `here` and its archive, to be copied."""
    place = tmp_path_factory.mktemp("packed")
    record_trial(place / "here")
    pack(place / "here", place / "t.zip")
    return place


@pytest.fixture
def archive(packed: Path, tmp_path: Path) -> Path:
    copytree(packed, tmp_path, dirs_exist_ok=True)
    return tmp_path / "t.zip"


def refused(file: Path, match: str) -> None:
    """Import an archive, which has to fail and to leave nothing behind."""
    place = file.parent / "there"
    place.mkdir()
    with pytest.raises(ArchiveError, match=match):
        take(file, place)
    assert files(place) == {}
    assert list(place.iterdir()) == []


def manifest_edit(change: Callable[[dict[str, Any]], None]) -> Edit:
    def edit(given: dict[str, bytes]) -> None:
        manifest = json.loads(given[MANIFEST])
        change(manifest)
        given[MANIFEST] = json.dumps(manifest).encode()

    return edit


def folder_of(archive: Path) -> str:
    return next(name.partition("/")[0] for name in contents(archive) if "record.json" in name)


@pytest.mark.parametrize(
    "path",
    [
        "../evil",
        "/evil",
        "FOLDER/../../evil",
        "FOLDER//evil",
        "FOLDER/./evil",
        "evil",
        ".secret-key",
        "sine.db",
        "trial_other.html",
        ".values/evil.dill",
        ".values/../evil",
        "mitosis.lock",
    ],
)
def test_a_path_that_mitosis_does_not_give(archive: Path, path: str) -> None:
    path = path.replace("FOLDER", folder_of(archive))
    refused(
        forged(archive, lambda given: given.update({path: b"evil"})), "lists oddly|are listed"
    )
    assert not (archive.parent / "evil").exists()


def test_a_file_that_is_not_listed(archive: Path) -> None:
    name = f"{folder_of(archive)}/more"
    unlisted = forged(archive, lambda given: given.update({name: b"x"}), is_listed=False)
    refused(unlisted, "is not listed")


def test_a_listed_file_that_is_not_there(archive: Path) -> None:
    name = f"{folder_of(archive)}/results.dill"

    def drop(given: dict[str, bytes]) -> None:
        del given[name]

    refused(forged(archive, drop, is_listed=False), "not there")


def test_a_file_of_another_content(archive: Path) -> None:
    name = f"{folder_of(archive)}/results.dill"

    def flip(given: dict[str, bytes]) -> None:
        given[name] = given[name][::-1]

    refused(forged(archive, flip, is_listed=False), "is not what its digest says")


def test_a_file_of_another_size(archive: Path) -> None:
    name = f"{folder_of(archive)}/results.dill"

    def grow(given: dict[str, bytes]) -> None:
        given[name] += b"x"

    refused(forged(archive, grow, is_listed=False), "another size than is listed")


@pytest.mark.slow
def test_a_file_that_unpacks_to_more_than_it_says(archive: Path) -> None:
    """The size in the zip's directory is forged; what is written stops there."""
    name = f"{folder_of(archive)}/results.dill"
    size = len(contents(archive)[name])

    def bomb(given: dict[str, bytes]) -> None:
        given[name] = bytes(50_000_000)

    def lie(manifest: dict[str, Any]) -> None:
        for listed in manifest["files"]:
            listed["size_bytes"] = size if listed["path"] == name else listed["size_bytes"]

    file = forged(forged(archive, bomb), manifest_edit(lie), is_listed=False)
    content = bytearray(file.read_bytes())
    at = content.rindex(name.encode()) - 46  # the directory's entry; APPNOTE.TXT 4.3.12
    content[at + 24 : at + 28] = size.to_bytes(4, "little")
    file.write_bytes(content)
    refused(file, "damaged|not what its digest says")


def test_more_than_the_disk_has_room_for(archive: Path) -> None:
    name = f"{folder_of(archive)}/results.dill"

    def huge(manifest: dict[str, Any]) -> None:
        for file in manifest["files"]:
            file["size_bytes"] = 10**18 if file["path"] == name else file["size_bytes"]

    file = forged(archive, manifest_edit(huge), is_listed=False)
    refused(file, "another size|it needs")


def test_an_archive_that_is_cut_off(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-40])
    refused(archive, "damaged or cut off")


def test_an_archive_with_a_damaged_byte(archive: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[len(content) // 3] ^= 0xFF
    archive.write_bytes(content)
    refused(archive, "cannot be used")


def test_a_zip_of_another_tool(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("cat.jpg", "meow")
    refused(tmp_path / "photos.zip", "so `mitosis export` did not write it")


def test_a_format_of_a_newer_mitosis(archive: Path) -> None:
    newer = manifest_edit(lambda manifest: manifest.update(mitosis_trials=2))
    refused(forged(archive, newer, is_listed=False), "it has format 2; .* up to 1")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"mitosis_trials": "1"}', b"[" * 9999]
)
def test_a_manifest_that_is_none(archive: Path, content: bytes) -> None:
    none = forged(archive, lambda given: given.update({MANIFEST: content}), is_listed=False)
    refused(none, "is none of mitosis|it has format")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("trials", {"key": 3}),
        ("trials", {"folder": "../evil_12345678"}),
        ("trials", {"folder": ".hidden_12345678"}),
        ("trials", {"page": "index.html"}),
        ("trials", {"database": "../evil.db"}),
        ("trials", {"database": ".secret-key"}),
        ("trials", {"name": "another"}),
        ("trials", {"experiment": "another"}),
        ("files", {"size_bytes": -1}),
        ("files", {"size_bytes": True}),
        ("files", {"digest": "short"}),
    ],
)
def test_a_manifest_that_does_not_fit(archive: Path, part: str, change: dict[str, Any]) -> None:
    edit = manifest_edit(lambda manifest: manifest[part][0].update(change))
    refused(forged(archive, edit, is_listed=False), "cannot be used")


def test_two_entries_of_one_name(archive: Path) -> None:
    name = f"{folder_of(archive)}/results.dill"
    with zipfile.ZipFile(archive, "a") as grown, pytest.warns(UserWarning, match="Duplicate"):
        grown.writestr(name, b"another")
    refused(archive, "two files of one name")


def test_a_link(archive: Path) -> None:
    files_ = contents(archive)
    name = f"{folder_of(archive)}/results.dill"
    with zipfile.ZipFile(archive.with_name("link.zip"), "w") as linked:
        for path, content in files_.items():
            entry = zipfile.ZipInfo(path)
            mode = stat.S_IFLNK if path == name else stat.S_IFREG
            entry.external_attr = (mode | 0o644) << 16
            linked.writestr(entry, content)
    refused(archive.with_name("link.zip"), "is no plain file")


def test_a_record_of_another_trial(archive: Path, tmp_path: Path) -> None:
    other = record_trial(tmp_path / "elsewhere")
    name = f"{folder_of(archive)}/record.json"
    content = other.folder.record.read_bytes()
    refused(
        forged(archive, lambda given: given.update({name: content})), "not those of the trials"
    )


def test_a_record_that_cannot_be_read(archive: Path) -> None:
    name = f"{folder_of(archive)}/record.json"
    refused(forged(archive, lambda given: given.update({name: b"{"})), "a record in it")


def test_a_trial_that_has_not_ended(archive: Path) -> None:
    name = f"{folder_of(archive)}/record.json"

    def run(given: dict[str, bytes]) -> None:
        given[name] = json.dumps(json.loads(given[name]) | {"status": "running"}).encode()

    refused(forged(archive, run), "has not ended")


def test_a_large_value_under_another_name(archive: Path) -> None:
    def swap(given: dict[str, bytes]) -> None:
        name = next(path for path in given if path.startswith(".values/"))
        given[name] = b"another value"

    refused(forged(archive, swap), "does not hold what its name says")
