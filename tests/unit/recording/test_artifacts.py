"""Files that an experiment keeps: in their folder and nowhere else, whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dill
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure

import mitosis
from mitosis._recording.artifacts import Artifacts, keep_in
from mitosis._recording.secrecy import Secrets
from mitosis.errors import ArtifactError

SECRET = "correct-horse-battery"


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def folder(tmp_path: Path, warnings: list[str]) -> Iterator[Path]:
    """The folder that is written to, as if this process were a trial's kernel."""
    folder = tmp_path / "trial" / "artifacts"
    keep_in(Artifacts(folder, Secrets(values=[SECRET]), warnings.append))
    yield folder
    keep_in(None)


def names(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir()}


HOSTILE = [
    *("../x", "a/../../x", "/etc/x", "..", ".", "", "a//b", "a/./b", "a/", "x\0y", "a\nb"),
    *("a\\b", "..\\x", "x" * 300, "é" * 130, "/".join("a" * 30), ".x.0123abcd"),
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_leads_out_of_the_folder(folder: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        mitosis.open_artifact(name)
    assert caught.value.name == name
    with pytest.raises(ArtifactError):
        mitosis.save_artifact(b"x", name)
    assert names(tmp_path) == set()


def test_a_name_that_is_no_text_is_refused(folder: Path) -> None:
    with pytest.raises(ArtifactError, match="no text"):
        mitosis.save_artifact(b"x", b"name")  # type: ignore[arg-type] # the mistake


def test_links_that_were_planted_are_not_followed(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "out").symlink_to(tmp_path)
    (folder / "file").symlink_to(tmp_path / "target")
    for name in ("out/x", "file"):
        with pytest.raises(ArtifactError, match="is a link"):
            mitosis.open_artifact(name)
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "target").exists()


def test_a_file_is_opened_as_open_does(folder: Path) -> None:
    with mitosis.open_artifact("a/b/notes.txt", "w", encoding="utf-8") as file:
        file.write("größe")
    with mitosis.open_artifact("a/b/notes.txt", "a", encoding="utf-8") as file:
        file.write("!")
    assert (folder / "a/b/notes.txt").read_text(encoding="utf-8") == "größe!"
    with mitosis.open_artifact("a/b/notes.txt", "rb") as file:
        assert file.read(2) == b"gr"
    with pytest.raises(ArtifactError, match=r"a/b/notes\.txt is a file"):
        mitosis.open_artifact("a/b/notes.txt/c")


def test_objects_are_kept_as_their_names_end(folder: Path) -> None:
    assert mitosis.save_artifact(b"raw", "raw.bin") == folder / "raw.bin"
    mitosis.save_artifact({"a": np.float32(0.5)}, "a.json")
    mitosis.save_artifact([[1, 2]], "a.npy")
    mitosis.save_artifact(lambda x: x + 1, "model.pkl")
    assert (folder / "raw.bin").read_bytes() == b"raw"
    assert json.loads((folder / "a.json").read_text()) == {"a": 0.5}
    assert np.load(folder / "a.npy").tolist() == [[1, 2]]
    assert dill.loads((folder / "model.pkl").read_bytes())(1) == 2
    mitosis.save_artifact(pd.DataFrame({"loss": [0.5]}), "a.csv")
    assert (folder / "a.csv").read_text() == "loss\n0.5\n", "no pickle under a table's name"


def test_an_object_without_such_a_form_leaves_nothing_and_costs_no_former_file(
    folder: Path,
) -> None:
    mitosis.save_artifact({}, "a.json")
    faulty = {"a.json": object(), "a.npy": [object()], "a.pkl": (x for x in [1])}
    for name, value in faulty.items():
        with pytest.raises(ArtifactError, match=name):
            mitosis.save_artifact(value, name)
    with pytest.raises(ArtifactError, match="needs a name"):
        mitosis.save_artifact({})
    assert names(folder) == {"a.json"}
    assert (folder / "a.json").read_text() == "{}"


def test_files_and_folders_are_copied(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "in").mkdir(parents=True)
    (tmp_path / "data" / "in" / "a.txt").write_text("1")
    mitosis.save_artifact(tmp_path / "data" / "in" / "a.txt")
    mitosis.save_artifact(str(tmp_path / "data" / "in" / "a.txt"), "b.txt")
    mitosis.save_artifact(tmp_path / "data", "all")
    (tmp_path / "data" / "in" / "a.txt").unlink()
    mitosis.save_artifact(tmp_path / "data", "all")
    assert names(folder) == {"a.txt", "b.txt"}
    mitosis.save_artifact(tmp_path / "data", "b.txt")
    assert (folder / "all" / "in").is_dir()
    assert (folder / "b.txt" / "in").is_dir()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        mitosis.save_artifact("nowhere")
    with pytest.raises(ArtifactError, match="holds the folder"):
        mitosis.save_artifact(tmp_path, "everything")


class Drawn:
    """What shows itself in notebooks only."""

    def _repr_svg_(self) -> str:
        return "<svg/>"


def test_figures_are_kept_by_what_they_offer(folder: Path) -> None:
    figure = Figure()
    axes = figure.add_subplot()
    mitosis.log_figure(figure, "loss")
    mitosis.log_figure(axes, "plots/loss.png")
    mitosis.log_figure(axes, "epoch-1.5")
    mitosis.log_figure(Drawn(), "drawn.svg")
    assert names(folder) == {"loss.svg", "plots/loss.png", "epoch-1.5.svg", "drawn.svg"}
    assert (folder / "loss.svg").read_text().startswith("<?xml")
    assert (folder / "plots/loss.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ArtifactError, match=r"'Drawn' cannot be written as a figure as \.png"):
        mitosis.log_figure(Drawn(), "drawn.png")
    with pytest.raises(ArtifactError, match="'xyz' is not supported"):
        mitosis.log_figure(figure, "loss.xyz")


def test_tables_are_kept_by_what_they_offer(folder: Path) -> None:
    frame = pd.DataFrame({"loss": [0.5, 0.25]})
    mitosis.log_table(frame, "plain")
    mitosis.log_table(frame.set_index(pd.Index(["a", "b"], name="run")), "named.csv")
    mitosis.log_table(frame, "a.json")
    mitosis.log_table(frame, "a.parquet")
    mitosis.log_table(pl.DataFrame({"x": [1]}), "polars.csv")
    mitosis.log_table([{"x": 1}, {"x": 2, "y": "a,b"}], "rows.csv")
    mitosis.log_table([{"x": 1}], "rows.json")
    assert (folder / "plain.csv").read_text() == "loss\n0.5\n0.25\n"
    assert (folder / "named.csv").read_text() == "run,loss\na,0.5\nb,0.25\n"
    assert json.loads((folder / "a.json").read_text()) == [{"loss": 0.5}, {"loss": 0.25}]
    assert pd.read_parquet(folder / "a.parquet").equals(frame)
    assert (folder / "polars.csv").read_text() == "x\n1\n"
    with (folder / "rows.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["x", "y"], ["1", ""], ["2", "a,b"]]
    for table, name in ((frame, "a.docx"), ([1], "b.csv"), (3, "c.csv")):
        with pytest.raises(ArtifactError):
            mitosis.log_table(table, name)
    assert len(names(folder)) == 7


def test_what_mitosis_writes_holds_no_secret(folder: Path, warnings: list[str]) -> None:
    mitosis.save_artifact({"token": SECRET}, "a.json")
    assert SECRET not in (folder / "a.json").read_text()
    mitosis.save_artifact({"token": SECRET, "more": np.arange(3)}, "a.pkl")
    assert names(folder) == {"a.json"}
    assert warnings == ["artifact 'a.pkl' was not kept: it holds a secret"]


ALONE = """
import mitosis, os, sys
path = mitosis.save_artifact({"a": 1}, "a/b.json")
with mitosis.open_artifact("a/c.txt", "w") as file:
    file.write("x")
assert path.read_text() and (path.parent / "c.txt").read_text() == "x"
mitosis.log(loss=1)
if os.fork() == 0:
    sys.exit()
os.wait()
assert path.exists()
print(path)
"""


def test_outside_a_trial_files_are_gone_when_the_process_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_name_by_hand_may_be_any_path(folder: Path) -> None:
    value: Any = Path("plots") / "a.json"
    assert mitosis.save_artifact({}, value) == folder / "plots/a.json"
