"""Which states of the code are recorded, which refused, and what debug mode leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import CONTRACT, Project, record, trial_folder

pytestmark = pytest.mark.slow

RUN = ["-m", "mitosis", "run", "sine_experiment", "-e", "amplitude=4"]


def test_changed_and_untracked_files_are_refused_and_listed(project: Project) -> None:
    project.write(sine_experiment="name = 'x'\ndef run(amplitude): return {'main': 1}\n")
    project.write({"new/untracked.py": "", "odd name.txt": ""})
    before = project.snapshot()
    done = project.python(*RUN)
    assert done.status == 2, done
    for line in ("sine_experiment.py", "?? new/untracked.py", "odd name.txt"):
        assert line in done.err
    assert project.snapshot() == before


def test_ignored_files_do_not_count(project: Project) -> None:
    (project.root / ".gitignore").write_text("__pycache__/\n*.csv\ntrials/\n")
    project.commit()
    (project.root / "data.csv").write_text("1,2\n")
    assert project.python(*RUN).status == 0


def test_own_files_never_count_even_in_the_root_with_nothing_ignored(project: Project) -> None:
    for iteration in (1, 2, 3):
        done = project.python(*RUN, "--folder", ".")
        assert done.page.name == f"trial_sine-exp-4-{iteration}.html", done
    assert "sine-exp.db" in project.git("status", "--porcelain")
    (project.root / "trial_and_error.py").write_text("")
    done = project.python(*RUN, "--folder", ".")
    assert done.status == 2
    assert "?? trial_and_error.py" in done.err
    assert "sine-exp.db" not in done.err


def test_own_files_that_were_committed_do_not_count(project: Project) -> None:
    project.python(*RUN, "--folder", ".")
    project.git("add", "-A")
    project.git("commit", "-qm", "keep the trials")
    assert project.python(*RUN, "--folder", ".").status == 0


def test_the_log_that_the_run_is_redirected_to_does_not_count(project: Project) -> None:
    with (project.root / "exp.log").open("wb") as log:
        assert project.python(*RUN, stdout=log, stderr=log).status == 0


def test_a_folder_without_repository_is_refused(tmp_path: Path, project: Project) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "alone.py").write_text("name = 'a'\ndef run(): return {'main': 1}\n")
    done = project.mitosis("run", "alone", cwd=tmp_path / "alone")
    assert done.status == 2
    assert "git init" in done.err
    assert not (tmp_path / "alone" / "trials").exists()


def test_a_repository_without_commits_is_refused(tmp_path: Path, project: Project) -> None:
    fresh = Project(tmp_path / "fresh")
    fresh.root.mkdir()
    fresh.git("init", "-q")
    fresh.write(alone="name = 'a'\ndef run(): return {'main': 1}\n")
    done = fresh.mitosis("run", "alone")
    assert done.status == 2
    assert "has no commit yet" in done.err


def test_an_ignored_experiment_is_refused(project: Project) -> None:
    (project.root / ".gitignore").write_text("__pycache__/\nhidden.py\n")
    project.git("commit", "-qam", "ignore")
    project.write(hidden="name = 'h'\ndef run(): return {'main': 1}\n")
    done = project.mitosis("run", "hidden")
    assert done.status == 2
    assert "ignored by git" in done.err


def test_an_experiment_typed_into_a_session_is_refused(project: Project) -> None:
    typed = """
import mitosis, types
def run(): return {"main": 1}

mitosis.run(types.SimpleNamespace(name="typed", run=run))
"""
    done = project.python("-i", "-q", input=typed)
    assert "NoRepositoryError" in done.err, done
    assert "interactive session" in done.err


def debug_in(project: Project, folder: Path, **options: object) -> Path:
    done = project.mitosis("run", "wild", "--debug", cwd=folder, **options)
    assert done.status == 0, done
    assert "debug: not recorded" in done.out
    key = trial_folder(folder).name.rpartition("_")[2]
    assert done.page.name == f"trial_wild_debug_{key}.html"
    assert "42" in done.html
    assert not list(folder.rglob("*.db"))
    assert record(trial_folder(folder))["debug"] is True
    return done.page


WILD = "name = 'wild'\ndef run(): return {'main': 42}\n"


def test_debug_mode_works_in_a_dirty_repository(project: Project) -> None:
    project.write(wild=WILD)
    debug_in(project, project.root)


def test_debug_mode_works_without_commits(tmp_path: Path, project: Project) -> None:
    fresh = Project(tmp_path / "fresh")
    fresh.root.mkdir()
    fresh.git("init", "-q")
    fresh.write(wild=WILD)
    debug_in(fresh, fresh.root)


def test_debug_mode_works_without_a_repository(tmp_path: Path, project: Project) -> None:
    (tmp_path / "wild.py").write_text(WILD)
    debug_in(project, tmp_path)


def test_debug_mode_works_without_git(tmp_path: Path, project: Project) -> None:
    (tmp_path / "wild.py").write_text(WILD)
    (tmp_path / "bin").mkdir()
    debug_in(project, tmp_path, env={"PATH": str(tmp_path / "bin")})


def test_without_git_a_recorded_trial_is_refused(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = project.python(*RUN, env={"PATH": str(tmp_path / "bin")})
    assert done.status == 2
    assert "no git on this machine" in done.err


def test_debug_mode_checks_no_lock_counts_nothing_and_leaves_the_database_alone(
    project: Project,
) -> None:
    project.script(CONTRACT)
    before = (project.root / "sine-exp.db").read_bytes()
    project.write(
        script="""
        import mitosis, sine_experiment
        params = [mitosis.Parameter("my_variant", "amplitude", 3)]
        trial = mitosis.run(sine_experiment, True, params=params, trials_folder=".")
        print(trial.iteration, trial.status)
        """
    )
    done = project.python("script.py")
    assert "None succeeded" in done.out, done
    assert (project.root / "sine-exp.db").read_bytes() == before


def test_provenance_is_recorded_without_credentials(project: Project) -> None:
    project.git("remote", "add", "origin", "https://ada:s3cret-token@example.org/ada/lab.git")
    project.python(*RUN)
    project.python(*RUN)
    records = [record(path.parent) for path in project.root.glob("trials/*/record.json")]
    kept = records[0]
    assert kept["code"]["commit"] == project.git("rev-parse", "HEAD").strip()
    assert kept["code"]["branch"] == project.git("branch", "--show-current").strip()
    assert kept["code"]["remote"] == "https://example.org/ada/lab.git"
    assert "sine_experiment" in kept["machine"]["argv"]
    assert kept["cpu_seconds"] > 0
    assert kept["peak_memory_bytes"] > 10_000_000
    assert kept["wall_seconds"] > 0
    (environment,) = (project.root / "trials" / ".environments").iterdir()
    assert {r["environment"] for r in records} == {environment.stem}
    text = environment.read_text()
    assert '"numpy"' in text
    assert sys.version.split()[0] in text
    everything = subprocess.run(
        ["grep", "-r", "s3cret", "trials"], cwd=project.root, check=False, capture_output=True
    )
    assert everything.returncode == 1


def test_cpu_time_is_the_kernel_s_and_not_the_runner_s(project: Project) -> None:
    project.write(
        busy="""
        import time
        name = "busy"
        def run():
            end = time.process_time() + 1.5
            block = bytearray(300_000_000)
            while time.process_time() < end: pass
            return {"main": len(block)}
        """
    )
    project.commit()
    project.mitosis("run", "busy")
    (row,) = project.rows("trials/busy.db")
    assert row["cpu_seconds"] > 1.5
    assert row["peak_memory_bytes"] > 300_000_000
    assert os.sep not in row["folder"]
