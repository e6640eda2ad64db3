"""`mitosis check` on real repositories, and as a pre-commit hook."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Done, Project
from tests.unit.locks.databases import hold, lock

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PEAK = """
name = "peak"
def run(amplitude, unit=1):
    return {"main": amplitude}
"""


def define(lab: Project, amplitude: str) -> None:
    lab.write({"waves/__init__.py": f"amplitude = {amplitude}\n"})


@pytest.fixture
def lab(project: Project) -> Project:
    """A package with an experiment, of which `low` is locked to 1 and `-e 2*3` to 6."""
    project.write({"waves/peak.py": PEAK, ".gitignore": "__pycache__/\ntrials/\n"})
    define(project, "{'low': 1}")
    project.write({"pyproject.toml": "[tool.mitosis]\npackages = ['waves']\n"})
    project.commit()
    locks = [
        lock(name, value, parameter="amplitude", experiment="peak")
        for name, value in (("low", 1), ("2*3", 6))
    ]
    hold(project.root / "trials", *locks)
    return project


def check(lab: Project, *words: str) -> Done:
    """Check, and see that nothing was written."""
    before = {path: path.stat().st_mtime_ns for path in lab.root.rglob("*")}
    done = lab.mitosis("check", *words)
    assert {path: path.stat().st_mtime_ns for path in lab.root.rglob("*")} == before
    assert "Traceback (most" not in done.err
    return done


def test_unchanged_definitions_agree_and_expressions_are_unused(lab: Project) -> None:
    for words in ([], ["waves"], ["waves.peak"], ["-F", "trials"]):
        done = check(lab, *words)
        assert done.status == 0, done
        assert done.out.splitlines() == [
            "Locked, but in no dict of variants:",
            "    peak  amplitude=2*3",
            "",
            "mitosis check: 0 conflicts, 1 as locked, 0 new, 1 unused",
        ]


def test_a_changed_value_is_described_as_a_refused_run_describes_it(lab: Project) -> None:
    define(lab, "{'low': 3, 'new': 4, 'bad': {'x': lambda: 0}}")
    done = check(lab)
    assert done.status == 1
    assert "Experiment 'peak' contradicts its locks in trials/peak.db:" in done.out
    assert "variant 'bad' of parameter 'amplitude', $['x']: a lambda" in done.out
    assert "Not locked yet:\n    peak  amplitude=new" in done.out
    assert done.out.endswith("1 conflict, 1 cannot be locked, 0 as locked, 1 new, 1 unused\n")
    lab.commit()
    refused = lab.mitosis("run", "waves.peak", "-p", "amplitude=low").err
    start = refused.index("variant 'low'")
    assert refused[start : refused.index("Nothing was run")] in done.out + "\n"


def test_quiet_says_nothing_but_what_is_wrong(lab: Project) -> None:
    done = check(lab, "-q")
    assert (done.status, done.out, done.err) == (0, "", "")
    define(lab, "{'low': 3, 'new': 4}")
    done = check(lab, "-q")
    assert done.status == 1
    assert "given   3" in done.out
    assert "new'" not in done.out
    assert "mitosis check:" not in done.out


def test_what_cannot_be_imported_hides_no_conflict(lab: Project) -> None:
    lab.write({"broken/__init__.py": "import not_installed_anywhere\n"})
    done = check(lab, "absent", "broken", "waves")
    assert done.status == 2, done
    assert "no module is named 'absent'" in done.err
    assert "not_installed_anywhere" in done.err
    assert "1 as locked, 0 new, 1 unused, 2 not checked" in done.out
    define(lab, "{'low': 3}")
    assert check(lab, "absent", "waves").status == 1


def test_nothing_to_check_is_said(lab: Project) -> None:
    lab.write({"pyproject.toml": ""})
    done = check(lab)
    assert done.status == 2
    assert 'packages = ["project_pkg"]' in done.err


def test_a_wrong_setting_is_refused(lab: Project) -> None:
    lab.write({"pyproject.toml": "[tool.mitosis]\npackages = 'waves'\n"})
    done = check(lab)
    assert done.status == 2
    assert "packages is 'waves', not a list of names of packages" in done.err


def test_steps_are_checked_under_their_own_names(lab: Project) -> None:
    lab.write(
        {
            "waves/steps.py": "table = {'amplitude': {'low': 7}}\n",
            "pyproject.toml": """
                [tool.mitosis.steps]
                fit = ["waves.peak:run", "waves.steps:table"]
                """,
        }
    )
    assert "Not locked yet:\n    fit  amplitude=low" in check(lab).out


def test_a_project_without_trials_has_only_new_variants(lab: Project) -> None:
    shutil.rmtree(lab.root / "trials")
    done = check(lab)
    assert done.status == 0
    assert done.out.endswith("0 conflicts, 0 as locked, 1 new, 0 unused\n")
    assert not (lab.root / "trials").exists()


def test_without_databases_mitosis_lock_holds_the_code_to_its_word(lab: Project) -> None:
    assert lab.mitosis("variants", "export").status == 0
    shutil.rmtree(lab.root / "trials")
    assert check(lab).status == 0
    define(lab, "{'low': 3}")
    done = check(lab)
    assert done.status == 1
    assert "contradicts its locks in mitosis.lock" in done.out
    assert "mitosis variants export" in done.out


def test_an_unsound_mitosis_lock_is_told(lab: Project) -> None:
    lab.write({"mitosis.lock": "version = 9\n"})
    done = check(lab)
    assert done.status == 2
    assert "mitosis.lock cannot be used" in done.err
    assert "1 as locked" in done.out


def test_a_damaged_database_is_told(lab: Project) -> None:
    (lab.root / "trials" / "other.db").write_text("nothing")
    done = check(lab)
    assert done.status == 2
    assert "other.db is no database" in done.err


def test_no_trial_starts_while_modules_are_imported(lab: Project) -> None:
    script = """
        import mitosis, waves.peak
        name = "script"
        def run(amplitude): return {"main": 0}
        mitosis.run(waves.peak, params=[mitosis.Parameter("x", "amplitude", 1)])
        """
    lab.write({"waves/script.py": script})
    lab.commit()
    done = check(lab)
    assert done.status == 2
    assert "was called for experiment 'peak' inside a trial, or while" in done.err
    assert "1 as locked" in done.out


def test_a_check_in_a_subfolder_finds_trials_and_lock_file_of_the_repository(
    lab: Project,
) -> None:
    assert lab.mitosis("variants", "export").status == 0
    define(lab, "{'low': 3}")
    path = os.pathsep.join([str(lab.root), os.environ.get("PYTHONPATH", "")])
    done = lab.mitosis("check", "waves", cwd=lab.root / "waves", env={"PYTHONPATH": path})
    assert done.status == 1, done
    assert f"locks in {lab.root / 'trials' / 'peak.db'}" in done.out


@pytest.fixture
def hook(lab: Project, tmp_path: Path) -> Path:
    """A clone of mitosis as pre-commit sees it: its hooks, with nothing to install."""
    source = Project(tmp_path / "mitosis")
    source.root.mkdir()
    shutil.copy(CHECKOUT / ".pre-commit-hooks.yaml", source.root)
    source.git("init", "-q")
    source.git("add", ".")
    source.git("commit", "-qm", "hooks")
    revision = source.git("rev-parse", "HEAD").strip()
    lab.write(
        {
            ".pre-commit-config.yaml": f"""
                repos:
                  - repo: {source.root}
                    rev: {revision}
                    hooks: [{{ id: mitosis-check }}]
                """
        }
    )
    lab.environment["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    lab.environment["PRE_COMMIT_HOME"] = str(tmp_path / "hooks")
    return source.root


def commit(lab: Project) -> subprocess.CompletedProcess[str]:
    """Commit everything as people do, through the hook."""
    lab.git("add", ".")
    words = ["git", "-c", "protocol.file.allow=always", "commit", "-m", "work"]
    return subprocess.run(
        words, cwd=lab.root, env=lab.environment, capture_output=True, text=True, check=False
    )


def pre_commit(lab: Project, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "pre-commit", *words],
        cwd=lab.root,
        env=lab.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.skipif(not (BIN / "pre-commit").exists(), reason="pre-commit is not installed")
def test_the_hook_refuses_a_commit_that_contradicts_a_lock(lab: Project, hook: Path) -> None:
    installed = pre_commit(lab, "install")
    assert installed.returncode == 0, installed
    define(lab, "{'low': 3}")
    refused = commit(lab)
    assert refused.returncode == 1, refused
    said = refused.stdout + refused.stderr
    assert "mitosis check" in said
    assert "Failed" in said
    assert "locked  1\n    given   3" in said
    define(lab, "{'low': 1, 'lower': 3}")
    granted = commit(lab)
    assert granted.returncode == 0, granted
    assert lab.git("status", "--porcelain") == ""


@pytest.mark.skipif(not (BIN / "pre-commit").exists(), reason="pre-commit is not installed")
def test_the_hook_can_be_tried(lab: Project, hook: Path) -> None:
    tried = pre_commit(lab, "try-repo", str(hook), "mitosis-check", "--all-files")
    assert tried.returncode == 0, tried
    assert "Passed" in tried.stdout
