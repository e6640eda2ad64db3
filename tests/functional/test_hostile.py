"""Surroundings and experiments that try to make a record lie, or to lose it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Project, record, trial_folder

pytestmark = pytest.mark.slow

RUN = """
import mitosis, exp
trial = mitosis.run(exp, params=[mitosis.Parameter("v", "x", 4)])
print("MAIN", repr(trial.main), trial.status)
"""


def experiment(project: Project, body: str) -> None:
    """Write an experiment with this body before its `return`."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    project.write(exp=f"name = 'exp'\ndef run(x):\n{lines}    return {{'main': x}}\n")
    project.commit()


def test_a_module_that_a_fresh_import_would_not_find_is_refused(project: Project) -> None:
    project.write(
        {
            "helper.py": "name = 'wrong'\ndef run(): return {'main': 'wrong'}\n",
            "sub/helper.py": "name = 'right'\ndef run(): return {'main': 'right'}\n",
        }
    )
    done = project.script(
        """
        import importlib.util, mitosis, sys
        spec = importlib.util.spec_from_file_location("helper", "sub/helper.py")
        module = sys.modules["helper"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        mitosis.run(module)
        """
    )
    assert "InvalidExperimentError" in done.err, done
    assert "`import helper` in a fresh interpreter finds" in done.err
    assert not (project.root / "trials").exists()


def test_a_run_that_the_script_replaced_is_refused(project: Project) -> None:
    experiment(project, "")
    done = project.script("import exp\nexp.run = lambda x: {'main': 0}\n" + RUN)
    assert "InvalidExperimentError" in done.err, done
    assert "replaced" in done.err


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "| head -1"])
def test_closed_streams_cost_no_trial(project: Project, streams: str) -> None:
    experiment(project, "import sys; print('out'); print('err', file=sys.stderr)")
    project.write(script=RUN.replace("print", "str"))
    project.commit()
    os.spawnve(
        os.P_WAIT,
        "/bin/sh",
        ["sh", "-c", f"cd {project.root}; {sys.executable} script.py {streams} >/dev/null"]
        if streams == "| head -1"
        else ["sh", "-c", f"cd {project.root}; {sys.executable} script.py {streams}"],
        project.environment,
    )
    (row,) = project.rows("trials/exp.db")
    assert (row["status"], row["main"]) == ("succeeded", 4)


def test_a_stand_in_for_stdout_costs_no_trial(project: Project) -> None:
    experiment(project, "print('hello')")
    done = project.script(
        f"""
        import sys
        class Tee:
            def write(self, text): sys.__stdout__.write(text)
            def flush(self): pass
        sys.stdout = Tee()
        {RUN.replace(chr(10), chr(10) + "        ")}
        """
    )
    assert "MAIN 4 succeeded" in done.out, done
    assert "hello" in done.out


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        ("10**5000", "int", "0x"),
        ("__import__('decimal').Decimal('1.5')", "Decimal", "Decimal('1.5')"),
        ("__import__('numpy').arange(3)", "ndarray", "array([0, 1, 2])"),
        ("float('inf')", "float", "inf"),
        ("None", "NoneType", "None"),
        ("'text'", "str", "text"),
        ("__import__('numpy').float32(0.5)", "float", "0.5"),
    ],
)
def test_any_main_is_kept(project: Project, value: str, kind: str, kept: str) -> None:
    project.write(exp=f"name = 'exp'\ndef run(x): return {{'main': {value}}}\n")
    project.commit()
    done = project.script(RUN.replace("repr(trial.main)", "type(trial.main).__name__"))
    assert f"MAIN {kind} succeeded" in done.out, done
    assert str(record(trial_folder(project.root))["main"]).startswith(kept)


@pytest.mark.parametrize(
    "body",
    [
        "import asyncio\nasync def f(): return 1\nassert asyncio.run(f()) == 1",
        "import os; os.chdir('/')",
        "import sys; sys.stdout = sys.stderr = None",
        "import sys; sys.path.clear()",
        "import os; os.close(1); os.close(2)",
        "import threading; threading.Thread(target=print, args=('late',)).start()",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)",
        "parameters = results = experiment = keep = trial = None",
        "class B:\n    def __repr__(self): raise SystemExit\nprint('before')",
    ],
)
def test_odd_things_that_a_script_may_do_succeed_in_a_trial_too(
    project: Project, body: str
) -> None:
    experiment(project, body)
    done = project.script(RUN)
    assert "MAIN 4 succeeded" in done.out, done


def test_start_up_files_of_the_user_do_not_join_a_trial(
    project: Project, tmp_path: Path
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("import builtins; builtins.INTRUDER = 1\n")
    experiment(project, "import builtins; assert not hasattr(builtins, 'INTRUDER')")
    done = project.script(
        RUN,
        env={"IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONSTARTUP": str(startup)},
    )
    assert "MAIN 4 succeeded" in done.out, done


def test_experiments_that_share_a_database_share_nothing_else(project: Project) -> None:
    project.write(one="name = 'one'\ndef run(x): return {'main': x}\n")
    project.write(two="name = 'two'\ndef run(x): return {'main': x}\n")
    done = project.script(
        """
        import mitosis, one, two
        for experiment, value in ((one, 1), (two, 2), (one, 1)):
            params = [mitosis.Parameter("same", "x", value)]
            print(mitosis.run(experiment, params=params, logfile="all.db").name)
        """
    )
    assert "\none-same-1\n" in done.out, done
    assert "\ntwo-same-1\n" in done.out
    assert "\none-same-2\n" in done.out


def test_seeds_and_groups_of_other_types_become_plain(project: Project) -> None:
    project.write(exp="name = 'exp'\ndef run(seed, group): return {'main': seed}\n")
    done = project.script(
        """
        import enum, mitosis, numpy, exp
        class Group(enum.StrEnum):
            A = "a"
        trial = mitosis.run(exp, seed=numpy.int64(3), group=Group.A)
        print(type(trial.seed), trial.main)
        """
    )
    assert "<class 'int'> 3" in done.out, done


def test_a_module_that_calls_run_when_imported_makes_no_chain_of_kernels(
    project: Project,
) -> None:
    project.write(
        exp="""
        import mitosis, sys
        name = "exp"
        def run(): return {"main": 1}
        mitosis.run(sys.modules[__name__])
        """
    )
    done = project.script("import exp\n")
    assert 'if __name__ == "__main__":' in done.err, done
    (row,) = project.rows("trials/exp.db")
    assert row["status"] == "failed"
    assert "NestedTrialError" in row["reason"]


def test_half_a_surrogate_in_an_error_keeps_the_traceback(project: Project) -> None:
    experiment(project, "raise ValueError('bad \\ud800 name')")
    done = project.script(RUN)
    kept = record(trial_folder(project.root))
    assert kept["reason"] == "ValueError: bad \\ud800 name", done
    assert "exp.py" in kept["traceback"]
    assert "bad \\ud800 name" in (trial_folder(project.root) / "output.log").read_text()


def test_a_damaged_report_leaves_a_finished_record(project: Project) -> None:
    experiment(
        project,
        "import glob, os, signal\n"
        "(log,) = glob.glob('trials/*/output.log')\n"
        "open(log.replace('output.log', 'report.json'), 'w').write('{bad')\n"
        "os.kill(os.getpid(), signal.SIGKILL)",
    )
    project.script(RUN)
    (row,) = project.rows("trials/exp.db")
    assert row["status"] == "killed"
    assert row["reason"].startswith("its kernel ended by signal SIGKILL")


def test_a_folder_removed_during_the_run_leaves_a_finished_row(project: Project) -> None:
    experiment(
        project,
        "import glob, shutil\nfor folder in glob.glob('trials/exp-*'): shutil.rmtree(folder)",
    )
    project.script(RUN)
    (row,) = project.rows("trials/exp.db")
    assert row["status"] == "failed"
    assert "report" in row["reason"] or "FileNotFoundError" in row["reason"]


def test_names_and_folders_that_no_file_system_takes_are_refused(project: Project) -> None:
    experiment(project, "")
    done = project.script(
        """
        import mitosis, exp, os
        P = mitosis.Parameter
        for options in (
            {"params": [P("\\ud800", "x", 1)]},
            {"params": [P("v", "x", 1)], "trials_folder": os.fsdecode(b"tr\\xff")},
            {"params": [P("v", "x", 1)], "trials_folder": "~nobody-at-all/x"},
            {"params": [P("v", "x", "exit()", evaluate=True)]},
        ):
            try:
                mitosis.run(exp, **options)
            except mitosis.MitosisError as error:
                print("REFUSED", type(error).__name__)
        """
    )
    assert done.out.count("REFUSED InvalidParameterError") == 2, done
    assert done.out.count("REFUSED TrialsFolderError") == 2
    assert not (project.root / "trials").exists()


def test_a_tracked_file_that_output_is_appended_to_counts(project: Project) -> None:
    experiment(project, "")
    project.write(script=RUN)
    project.commit()
    with (project.root / "exp.py").open("ab") as out:
        out.write(b"\n# more\n")
        out.flush()
        done = project.python("script.py", stdout=out)
    assert "DirtyRepositoryError" in done.err


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk_is_said_and_the_experiment_ends_with_its_runner(
    project: Project, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if os.system(f"mount -t tmpfs -o size=200k tmpfs {small} 2>/dev/null"):
        pytest.skip("this machine allows no mounts")
    try:
        experiment(project, "print('x' * 300_000)")
        done = project.script(RUN.replace("4)]", f"4)], trials_folder={str(small)!r}"))
        assert "No space left on device" in done.err + done.out, done
        assert "output.log is incomplete" in done.err
        (row,) = project.rows(small / "exp.db")
        assert row["status"] in ("succeeded", "failed"), row["reason"]
    finally:
        os.system(f"umount -l {small}")
