"""Meticulous: the published examples, in our form.

A script with an argparse parser is recorded with a few lines more; a loop records a run for
each value; the command lists, filters, groups, sorts and exports what there is.
"""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pandas as pd
import pytest

import mitosis
from tests.functional.conftest import Done, Project, record
from tests.functional.seeds.scripts import made, ran, told

pytestmark = pytest.mark.slow

TRAIN = """
import argparse, json, pickle, sys
import mitosis

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=64, metavar="N",
                    help="input batch size for training (default: 64)")
parser.add_argument("--lr", type=float, default=0.5)
ours = parser.add_argument_group("mitosis")
ours.add_argument("--experiments-directory")
ours.add_argument("--description")
ours.add_argument("--norecord", action="store_true")
args = parser.parse_args()
folder, description, norecord = (
    vars(args).pop(n) for n in ("experiments_directory", "description", "norecord")
)

with mitosis.recording(
    "train", mitosis.parameters_from(parser, args),
    trials_folder=folder, hypothesis=description, debug=norecord,
) as trial:
    print("while it runs:", json.loads((trial.folder / "record.json").read_text())["status"])
    print("training with", args.batch_size)
    print("a little slow", file=sys.stderr)
    weights = [args.lr] * 3
    loss, accuracy = 1 / args.batch_size, 0.75
    trial.results.update({"main": accuracy, "loss": loss})
    with mitosis.open_artifact("model.pkl", "wb") as f:
        pickle.dump(weights, f)
print("after the run")
"""

LOOP = """
import mitosis
from clusters import KMeans

X = [1.0, 2.0, 10.0, 11.0, 20.0]
for k in range(1, 7):
    with mitosis.recording("kmeans", {"k": k}, suppress=True) as exp:
        print(f"running kmeans with k={k}")
        kmeans = KMeans(k=k).fit(X)
        exp.results["main"] = kmeans.inertia
        print(f"Loss was {kmeans.inertia}")
"""

CLUSTERS = """
class KMeans:
    def __init__(self, k): self.k = k
    def fit(self, points):
        if self.k > len(points):
            raise ValueError("more clusters than points")
        self.inertia = sum(points) / self.k
        return self
"""

SEARCH = """
import mitosis

for strategy in ("xval", "holdout"):
    for k, significance in ((8, 15), (16, 18), (32, 19)):
        for seed in (1, 2):
            parameters = {
                "k": k, "method": "KMeans", "n_estimators": 1, "xval_strategy": strategy
            }
            with mitosis.recording("search", parameters, seed=seed) as trial:
                trial.results["significance"] = significance + seed / 2
                trial.results["main"] = significance
"""

RESUMED = """
import argparse
import mitosis, training

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--resume", action="store_true")
args = parser.parse_args()
resume = vars(args).pop("resume")
trial = mitosis.run(
    training, params=mitosis.parameters_from(parser, args), if_needed=resume,
    trials_folder="resumed",
)
print(trial.name)
"""

TRAINING = """
name = "training"
def run(batch_size):
    return {"main": 1 / batch_size}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return made(
        Project(tmp_path_factory.mktemp("meticulous")),
        "experiments/\nresumed/\n",
        train=TRAIN,
        loop=LOOP,
        clusters=CLUSTERS,
        search=SEARCH,
        resumed=RESUMED,
        training=TRAINING,
    )


@pytest.fixture(scope="module")
def trained(project: Project) -> Done:
    return ran(
        project.python(
            *("train.py", "--batch-size", "8", "--experiments-directory", "experiments"),
            *("--description", "small batches are better"),
        )
    )


@pytest.fixture(scope="module")
def train(project: Project, trained: Done) -> mitosis.Trial:
    assert trained.status == 0
    return mitosis.load("train-8-0.5-1", trials_folder=project.root / "experiments")


@pytest.fixture(scope="module")
def looped(project: Project) -> Done:
    return ran(project.python("loop.py"))


@pytest.fixture(scope="module")
def searched(project: Project) -> Project:
    ran(project.python("search.py"))
    return project


def test_each_run_has_a_folder_of_its_own_that_people_can_read(train: mitosis.Trial) -> None:
    assert train.folder.name.startswith("train-8-0.5-1_")
    files = {path.name for path in train.folder.iterdir()}
    assert {"record.json", "output.log", "artifacts"} <= files
    assert record(train.folder)["status"] == "succeeded"


def test_the_record_names_commit_time_command_and_description(
    project: Project, train: mitosis.Trial
) -> None:
    told = record(train.folder)
    assert told["code"]["commit"] == project.git("rev-parse", "HEAD").strip()
    assert project.git("log", "-1", "--format=%s", str(train.commit)) == "work\n"
    assert told["started_at"].endswith("+00:00")
    assert told["machine"]["argv"][0] == "train.py"
    assert told["hypothesis"] == "small batches are better"


def test_arguments_and_defaults_are_taken_from_argparse(train: mitosis.Trial) -> None:
    assert train.parameters == {"batch_size": 8, "lr": 0.5}
    assert train.record["defaults"] == {"batch_size": 64, "lr": 0.5}


def test_both_output_streams_are_kept_until_the_block_ends(
    trained: Done, train: mitosis.Trial
) -> None:
    assert sorted(train.log.splitlines()) == [
        "a little slow",
        "training with 8",
        "while it runs: running",
    ]
    assert "after the run\n" in trained.out
    assert "a little slow\n" in trained.err


def test_a_summary_and_files_are_kept_with_the_run(train: mitosis.Trial) -> None:
    assert train.results == {"main": 0.75, "loss": 0.125}
    assert pickle.loads(train.artifacts["model.pkl"].read_bytes()) == [0.5] * 3


def test_runs_lie_where_the_script_says(project: Project, train: mitosis.Trial) -> None:
    assert train.folder.parent == project.root / "experiments"


def test_the_status_is_running_or_how_it_ended_with_the_traceback(
    project: Project, looped: Done, train: mitosis.Trial
) -> None:
    assert "while it runs: running\n" in train.log
    assert "kmeans-6-1 failed" in looped.out
    failed = mitosis.load("kmeans-6-1", trials_folder=project.root / "trials")
    assert (train.status, failed.status) == ("succeeded", "failed")
    assert failed.record["reason"] == "ValueError: more clusters than points"
    assert 'raise ValueError("more clusters than points")' in failed.record["traceback"]


def test_a_loop_of_runs_goes_on_after_one_that_failed(project: Project, looped: Done) -> None:
    assert looped.out.count("running kmeans with") == 6
    frame = mitosis.history("kmeans", trials_folder=project.root / "trials")
    assert list(frame["k"]) == [1, 2, 3, 4, 5, 6]
    assert list(frame["status"]) == ["succeeded"] * 5 + ["failed"]
    assert list(frame["main"][:2]) == [44.0, 22.0]
    third = mitosis.load("kmeans-3-1", trials_folder=project.root / "trials")
    assert third.log == f"running kmeans with k=3\nLoss was {third.main}\n"


def test_runs_are_read_as_objects_and_as_a_dataframe(project: Project, looped: Done) -> None:
    assert looped.status == 0
    frame = mitosis.history("kmeans", trials_folder=project.root / "trials")
    assert isinstance(frame, pd.DataFrame)
    trials = [mitosis.load(key, trials_folder=project.root / "trials") for key in frame.index]
    assert [trial.parameters["k"] for trial in trials] == list(frame["k"])


def test_uncommitted_code_is_refused_but_for_unrecorded_runs(project: Project) -> None:
    (project.root / "new.py").write_text("")
    try:
        refused = project.python("train.py")
        tried = ran(project.python("train.py", "--norecord"))
    finally:
        (project.root / "new.py").unlink()
    assert "DirtyRepositoryError" in refused.err
    assert "new.py" in refused.err
    assert "training with 64\n" in tried.out
    assert not (project.root / "trials/train.db").exists()


def test_a_run_with_the_same_arguments_and_commit_is_resumed(project: Project) -> None:
    words = ("resumed.py", "--batch-size", "8", "--resume")
    first, again = ran(project.python(*words)), ran(project.python(*words))
    assert first.out.splitlines()[-1] == again.out.splitlines()[-1] == "training-8-1"
    assert "nothing is run" in again.out
    assert len(project.rows("resumed/training.db")) == 1


def test_the_command_lists_all_runs_of_a_folder(project: Project, train: mitosis.Trial) -> None:
    listed = told(project, "history", folder="experiments")
    (line,) = (line for line in listed.splitlines() if train.name in line)
    assert line.startswith(train.key)
    assert "succeeded" in line
    columns = ("history", "-c", "commit,started_at,status,html")
    assert str(train.commit)[:10] in told(project, *columns, folder="experiments")


def test_what_is_asked_is_filtered_grouped_sorted_and_reduced_in_this_order(
    searched: Project,
) -> None:
    asked = ("history", "search", "--filter", "xval_strategy == 'xval'", "--json")
    grouped = (*asked, "--group-by", "k,method,n_estimators", "--sort", "significance.mean")
    chosen = (*grouped, "--reverse", "--columns", "k,significance.mean,significance.std,n")
    rows = json.loads(told(searched, *chosen))
    assert [(row["k"], row["significance.mean"], row["n"]) for row in rows] == [
        (32, 19.75, 2),
        (16, 18.75, 2),
        (8, 15.75, 2),
    ]
    assert {round(row["significance.std"], 4) for row in rows} == {0.3536}
    last = json.loads(told(searched, *grouped, "--columns", "k", "--tail", "2"))
    assert [row["k"] for row in last] == [16, 32]


def test_arguments_and_results_of_one_name_are_told_apart_by_prefixes(
    searched: Project,
) -> None:
    found = mitosis.history(
        "search",
        "value.k == 8 and result.significance > 15.5",
        trials_folder=searched.root / "trials",
    )
    assert list(found["significance"]) == [16.0, 16.0]


def test_a_table_is_written_in_the_format_of_its_ending(
    searched: Project, tmp_path: Path
) -> None:
    files = [tmp_path / f"table.{ending}" for ending in ("pd", "csv", "json", "md", "tex")]
    for file in files:
        told(searched, "history", "search", "-g", "k", "-c", "k,significance", "-o", str(file))
    table, csv, rows, markdown, latex = files
    assert list(pd.read_pickle(table)["k"]) == [8, 16, 32]
    assert list(pd.read_csv(csv)["significance.mean"]) == [15.75, 18.75, 19.75]
    assert [row["k"] for row in json.loads(rows.read_text())] == [8, 16, 32]
    assert "15.75 ± 0.29" in markdown.read_text(encoding="utf-8")
    assert r"$15.75 \pm 0.29$" in latex.read_text(encoding="utf-8")


def test_a_copied_folder_of_runs_is_read_elsewhere(
    train: mitosis.Trial, tmp_path: Path
) -> None:
    shutil.copytree(train.folder.parent, tmp_path / "copy")
    copied = mitosis.load(train.key, trials_folder=tmp_path / "copy")
    assert copied.folder.parent == tmp_path / "copy"
    assert (copied.main, copied.log) == (train.main, train.log)
