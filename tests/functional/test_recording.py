"""Blocks of scripts and cells as trials, without a notebook and without a kernel."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from mitosis._recording import read_pickle
from tests.functional.conftest import Project, record, trial_folder

pytestmark = pytest.mark.slow

TOKEN = "ghp_" + "a1B2" * 9

LOOP = f"""
import logging, random, subprocess, sys
import mitosis

logging.basicConfig(level="INFO")
random.seed(1)
outside = [random.random()]
config = {{"rates": [0.1]}}
for k in (1, 2, 3):
    parameters = {{"k": k, "config": config, "api_key": "{TOKEN}"}}
    with mitosis.recording("kmeans", parameters, seed=7, suppress=True) as trial:
        print(f"running kmeans with k={{k}} and {TOKEN}")
        logging.info("from a handler")
        mitosis.log(loss=1 / k)
        with mitosis.open_artifact("model.txt", "w") as file:
            file.write(f"{{k}} {{mitosis.current_trial().name == trial.name}}")
        trial.results["before"] = k
        if k == 2:
            raise ValueError(f"no clusters for {TOKEN}")
        if k == 3:
            config["rates"].append(0.2)
        trial.results["main"] = random.random()
    print("outcome", trial.status, trial.main, trial.trial.results)
    config["rates"][1:] = []
outside.append(random.random())
random.seed(1)
assert outside == [random.random(), random.random()]
assert mitosis.current_trial() is None
for attempt in (
    lambda: mitosis.recording("inner").__enter__(),
    lambda: mitosis.run(sys.modules["__main__"]),
):
    with mitosis.recording("outer", debug=True):
        try:
            attempt()
        except mitosis.errors.NestedTrialError as error:
            print("refused", error.slug)
"""

WAITING = """
import time
import mitosis

with mitosis.recording("waiting", {"k": 1}) as trial:
    trial.results["before"] = 1
    print("in the block", flush=True)
    time.sleep(60)
"""


class Looped:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.done = project.script(LOOP)
        assert self.done.status == 0, self.done
        self.rows = project.rows("trials/kmeans.db")

    def folder(self, number: int) -> Path:
        return self.project.root / "trials" / str(self.rows[number]["folder"])

    def page(self, number: int) -> str:
        html = self.project.root / "trials" / str(self.rows[number]["html"])
        return html.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def looped(tmp_path_factory: pytest.TempPathFactory) -> Looped:
    project = Project(tmp_path_factory.mktemp("looped") / "project")
    project.root.mkdir()
    project.git("init", "-q")
    (project.root / ".gitignore").write_text("__pycache__/\n")
    return Looped(project)


def test_a_failing_block_is_recorded_and_the_loop_goes_on(looped: Looped) -> None:
    told = [(row["status"], row["reason"]) for row in looped.rows]
    failed = ("failed", "ValueError: no clusters for ***")
    assert told == [("succeeded", None), failed, ("succeeded", None)]
    assert "failed: ValueError: no clusters for ***; the script goes on" in looped.done.out
    traceback = record(looped.folder(1))["traceback"]
    assert traceback.startswith("Traceback (most recent call last):\n")
    assert traceback.endswith("ValueError: no clusters for ***")
    assert "mitosis" not in traceback


def test_the_record_is_that_of_any_trial(looped: Looped) -> None:
    told = record(looped.folder(0))
    assert told["recorded_by"] == "recording"
    assert told["seed"] == 7
    assert told["generators"]["random"] == {"seeded": True, "drawn": True}
    assert told["variants"]["config"]["name"] == "{'rates': [0.1]}"
    assert told["variants"]["api_key"]["name"].startswith("secret-")
    assert told["code"]["commit"] == looped.project.git("rev-parse", "HEAD").strip()
    assert list(told["code"]["modules"]) == ["script.py"]
    assert told["metrics"]["loss"]["last"] == 1.0
    assert [each["name"] for each in told["artifacts"]] == ["model.txt"]
    assert (looped.folder(0) / "artifacts/model.txt").read_text() == "1 True"
    assert 0 <= told["cpu_seconds"] < 1


def test_results_are_those_that_were_there_at_the_end(looped: Looped) -> None:
    kept = [read_pickle(looped.folder(n) / "results.dill") for n in range(3)]
    assert kept[1] == {"before": 2}
    assert kept[0]["main"] == kept[2]["main"], "the seed was the same"
    assert f"outcome succeeded {kept[0]['main']} {kept[0]}" in looped.done.out
    assert "outcome failed None {'before': 2}" in looped.done.out


def test_what_is_printed_goes_to_the_log_and_where_it_went(looped: Looped) -> None:
    log = (looped.folder(0) / "output.log").read_text()
    assert log == "running kmeans with k=1 and ***\nINFO:root:from a handler\n"
    assert f"running kmeans with k=1 and {TOKEN}\n" in looped.done.out
    assert "INFO:root:from a handler\n" in looped.done.err


def test_the_page_shows_block_output_error_and_results(looped: Looped) -> None:
    assert "mitosis.recording(" in looped.page(0)
    assert "running kmeans with k=1 and ***" in looped.page(0)
    assert "no clusters for ***" in looped.page(1)
    assert "Succeeded" in looped.page(0)
    main = read_pickle(looped.folder(0) / "results.dill")["main"]
    assert str(main) in looped.page(0)


def test_no_file_holds_a_secret(looped: Looped) -> None:
    trials = looped.project.root / "trials"
    holding = [
        path
        for path in trials.rglob("*")
        if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]
    assert holding == []


def test_a_parameter_that_the_block_changes_is_told(looped: Looped) -> None:
    (warning,) = record(looped.folder(2))["warnings"]
    assert warning.startswith("the experiment changed parameter 'config'")
    assert record(looped.folder(0))["warnings"] == []


def test_no_trial_starts_inside_another(looped: Looped) -> None:
    assert looped.done.out.count("refused nested-trial") == 2
    assert not (looped.project.root / "trials/outer.db").exists()


def test_a_changed_value_is_refused_before_the_block_runs(project: Project) -> None:
    script = """
    import mitosis
    few = mitosis.Parameter("few", "k", VALUE)
    with mitosis.recording("kmeans", [few]):
        print("it runs")
    """
    assert project.script(script.replace("VALUE", "3")).status == 0
    project.write(script=script.replace("VALUE", "4"))
    project.commit()
    before = project.snapshot()
    done = project.python("script.py")
    assert "VariantConflictError" in done.err
    assert "it runs" not in done.out
    assert project.snapshot() == before


def test_a_dirty_repository_is_refused_but_for_debugging(project: Project) -> None:
    script = 'import mitosis\nwith mitosis.recording("x", debug=DEBUG) as t: print("it runs")\n'
    project.write(script=script.replace("DEBUG", "False"))
    done = project.python("script.py")
    assert "DirtyRepositoryError" in done.err
    assert "it runs" not in done.out
    project.write(script=script.replace("DEBUG", "True"))
    done = project.python("script.py")
    assert "it runs\n" in done.out
    assert "it runs" in done.html
    assert not list(project.root.glob("trials/*.db"))


def test_an_error_goes_on_after_it_was_recorded(project: Project) -> None:
    done = project.script(
        'import mitosis\nwith mitosis.recording("x"):\n    raise ValueError("boom")\n'
    )
    assert done.status == 1
    assert done.err.rstrip().endswith("ValueError: boom")
    assert done.err.count("Traceback") == 1
    assert project.rows("trials/x.db")[0]["status"] == "failed"


def in_block(project: Project) -> Any:
    project.write(script=WAITING)
    project.commit()
    process = project.start("script.py")
    assert process.stdout
    for line in process.stdout:
        if line == "in the block\n":
            return process
    raise AssertionError(process.communicate())


@pytest.mark.parametrize(
    ("number", "reason", "status"),
    [
        (signal.SIGTERM, "the runner was told to end (SIGTERM)", -signal.SIGTERM),
        (signal.SIGINT, "it was interrupted", -signal.SIGINT),
    ],
)
def test_a_signal_is_recorded_and_passed_on(
    project: Project, number: int, reason: str, status: int
) -> None:
    process = in_block(project)
    process.send_signal(number)
    process.communicate(timeout=300)
    assert process.returncode == status
    (row,) = project.rows("trials/waiting.db")
    assert (row["status"], row["reason"]) == ("killed", reason)
    folder = trial_folder(project.root / "trials")
    assert read_pickle(folder / "results.dill") == {"before": 1}


def test_a_block_whose_process_is_gone_is_closed_as_lost(project: Project) -> None:
    process = in_block(project)
    process.kill()
    process.communicate(timeout=300)
    assert project.rows("trials/waiting.db")[0]["status"] == "running"
    assert project.mitosis("repair", "trials").status == 0
    (row,) = project.rows("trials/waiting.db")
    assert row["status"] == "lost"
    page = (project.root / "trials" / row["html"]).read_text()
    assert "in the block" in page
    assert "mitosis.recording(" in page


def test_many_blocks_at_once_get_their_own_numbers(project: Project) -> None:
    done = project.script(
        """
        import os
        import mitosis
        mitosis.recording
        children = []
        for number in range(16):
            child = os.fork()
            if not child:
                with mitosis.recording("many", {"k": 1}) as trial:
                    trial.results["main"] = number
                os._exit(0)
            children.append(child)
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 16
        """
    )
    assert done.status == 0, done
    rows = project.rows("trials/many.db")
    assert sorted(row["iteration"] for row in rows) == list(range(1, 17))
    assert {row["status"] for row in rows} == {"succeeded"}
    assert sorted(row["main"] for row in rows) == list(range(16))


def test_a_fork_in_a_block_that_leaves_it_ends_no_trial(project: Project) -> None:
    done = project.script(
        """
        import os, sys
        import mitosis
        with mitosis.recording("x") as trial:
            child = os.fork()
            if not child:
                print("from the child", flush=True)
                sys.exit(3)
            assert os.waitpid(child, 0)[1] == 3 << 8
            trial.results["main"] = 1
        """
    )
    assert done.status == 0, done
    (row,) = project.rows("trials/x.db")
    assert (row["status"], row["main"]) == ("succeeded", 1)
    log = (trial_folder(project.root / "trials") / "output.log").read_text()
    assert log == "from the child\n"


def test_a_block_that_is_left_open_ends_with_python(project: Project) -> None:
    done = project.script(
        """
        import os, warnings
        import mitosis
        warnings.simplefilter("ignore")  # numpy's threads and a fork, says Python from 3.12 on
        def points():
            with mitosis.recording("x") as trial:
                trial.results = {"main": 1}
                yield trial
        left = points()
        print(next(left).folder.is_dir())
        if (child := os.fork()) == 0:
            raise SystemExit
        os.waitpid(child, 0)
        """
    )
    assert (done.status, done.err) == (0, "")
    (row,) = project.rows("trials/x.db")
    said = "RuntimeError: Python ended before the block did"
    assert (row["status"], row["reason"], row["main"]) == ("failed", said, 1)
    assert done.out.count("x-1 failed") == 1
    assert "True" in done.out


def test_results_that_are_no_dict_are_refused_where_they_are_given(project: Project) -> None:
    done = project.script(
        """
        import mitosis
        with mitosis.recording("x", suppress=True) as trial:
            trial.results["before"] = 1
            trial.results = [2]
        """
    )
    assert "x-1 failed: TypeError: results are a dict, not [2]" in done.out
    (kept,) = (project.root / "trials").glob("x-1_*/results.dill")
    assert read_pickle(kept) == {"before": 1}


def test_results_that_do_not_come_again_are_told(project: Project) -> None:
    done = project.script(
        """
        import time
        import mitosis
        for _ in range(2):
            with mitosis.recording("x", seed=1) as trial:
                trial.results["main"] = time.perf_counter()
        """
    )
    assert "the results are others than those of x-1" in done.err
    assert "mitosis: since x-1" not in done.out


def test_a_script_with_a_parser_needs_two_lines_more(project: Project) -> None:
    project.write(
        train="""
        import argparse
        import mitosis

        parser = argparse.ArgumentParser()
        parser.add_argument("--batch-size", type=int, default=64)
        parser.add_argument("--rate", type=float, default=0.5)
        with mitosis.recording("train", mitosis.parameters_from(parser)) as trial:
            args = parser.parse_args()
            trial.results["main"] = args.batch_size * args.rate
        """
    )
    project.commit()
    assert project.python("train.py", "--batch-size", "8").status == 0
    folder = trial_folder(project.root / "trials")
    told = record(folder)
    assert told["defaults"] == {"batch_size": 64, "rate": 0.5}
    assert told["values"] == {"batch_size": 8, "rate": 0.5}
    assert (told["name"], told["main"]) == ("train-8-0.5-1", 4.0)
    assert told["machine"]["argv"][1:] == ["--batch-size", "8"]


def test_under_pytest_a_block_is_recorded_and_its_output_captured(project: Project) -> None:
    project.write(
        test_model="""
        import mitosis

        def test_model(capsys):
            with mitosis.recording("model", {"k": 2}) as trial:
                print("inside")
                trial.results["main"] = 4
            assert "inside" in capsys.readouterr().out
            assert (trial.folder / "output.log").read_text() == "inside\\n"
        """
    )
    project.commit()
    done = project.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_model.py")
    assert done.status == 0, done
