"""The arguments of `run`, names that need care, and places that cannot be used."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import CONTRACT, Project, record, trial_folder

pytestmark = pytest.mark.slow

HOSTILE = ["", "x" * 300, "a/b", "..", 'it\'s "quoted"', "two\nlines", "🐙", "a_b", "%s", "-"]


def test_hostile_variant_names_get_files_of_their_own_and_keep_their_names(
    project: Project,
) -> None:
    project.write(named="name = 'named'\ndef run(x): return {'main': 1}\n")
    source = f"""
        import mitosis, named
        for variant in {HOSTILE!r}:
            try:
                mitosis.run(named, params=[mitosis.Parameter(variant, "x", variant)])
            except mitosis.InvalidParameterError as error:
                print("REFUSED", repr(variant), error)
        """
    done = project.script(source)
    rows = project.rows("trials/named.db")
    assert [json.loads(row["variants"])["x"] for row in rows] == HOSTILE[1:], done
    assert {row["status"] for row in rows} == {"succeeded"}
    assert "REFUSED ''" in done.out
    pages = sorted(p.name for p in (project.root / "trials").glob("trial_*.html"))
    assert len({page.casefold() for page in pages}) == len(HOSTILE) - 1
    assert all(len(page) < 200 and page.isascii() for page in pages)
    assert {
        (project.root / "trials" / row["folder"] / "record.json").exists() for row in rows
    } == {True}


def test_trials_that_share_a_name_do_not_share_files(project: Project) -> None:
    project.write(named="name = 'named'\ndef run(x, y): return {'main': x}\n")
    done = project.script(
        """
        import mitosis, named
        for x, y in (("a-b", "c"), ("a", "b-c")):
            P = mitosis.Parameter
            trial = mitosis.run(named, params=[P(x, "x", x), P(y, "y", y)])
            print(trial.name, trial.html.name)
        """
    )
    (one, two) = [line for line in done.out.splitlines() if line.startswith("named-a-b-c-1 t")]
    assert one != two
    assert len(list((project.root / "trials").glob("trial_named-a-b-c-1*.html"))) == 2


def test_a_new_database_never_overwrites_the_pages_of_an_old_one(project: Project) -> None:
    first = project.script(CONTRACT)
    text = first.html
    (project.root / "sine-exp.db").rename(project.root / "sine-exp.db.old")
    project.git("add", "-A")
    project.git("commit", "-qm", "moved")
    second = project.python("script.py")
    assert second.page != first.page, second
    assert first.html == text


def test_every_argument_of_run_has_its_effect(project: Project) -> None:
    project.write(
        full="""
        name = "full"
        def run(seed, group, x, verbose):
            import random
            return {"main": random.random(), "all": [seed, group, x, verbose]}
        """
    )
    done = project.script(
        """
        import mitosis, full
        P = mitosis.Parameter
        options = dict(
            params=[P("one", "x", 1)], seed=11, group="first", trials_folder="out",
            untracked_params=[P("loud", "verbose", True)], logfile="log.sqlite",
            output_extension="ipynb", matplotlib_dpi=100, timeout_seconds=60,
        )
        trial = mitosis.run(full, False, **options)
        again = mitosis.run(full, False, **options)
        other = mitosis.run(full, False, **options | {"group": "second"})
        print(trial.results["all"], trial.main == again.main)
        print(trial.name, again.name, other.name, trial.variants, trial.seed, trial.status)
        print(trial.html.name, trial.experiment, trial.iteration, trial.folder.name[-8:])
        assert trial.folder.name.endswith(trial.key)
        """
    )
    assert "[11, 'first', 1, True] True" in done.out, done
    assert (
        "full-first-one-1 full-first-one-2 full-second-one-1 {'x': 'one'} 11 succeeded"
        in done.out
    )
    assert "trial_full-first-one-1.ipynb full 1" in done.out
    rows = project.rows("out/log.sqlite")
    assert [row["run_group"] for row in rows] == ["first", "first", "second"]


def test_all_misfits_are_named_at_once_and_nothing_is_written(project: Project) -> None:
    project.write(picky="name = 'picky'\ndef run(a, b, c): return {'main': 1}\n")
    project.write(
        script="""
        import mitosis, picky
        P = mitosis.Parameter
        mitosis.run(picky, params=[P("x", "a", 1), P("y", "a", 2), P("z", "d", 3)], group="g")
        """
    )
    project.commit()
    before = project.snapshot()
    done = project.python("script.py")
    for fault in (
        "'a' is given 2 times",
        "run() takes no argument 'd'",
        "run() takes no argument 'group'",
        "argument 'b' of run() is missing",
        "argument 'c' of run() is missing",
        "run(a, b, c)",
    ):
        assert fault in done.err, done
    assert project.snapshot() == before


def test_all_conflicts_of_a_call_are_reported_each_at_the_entry_that_differs(
    project: Project,
) -> None:
    project.write(
        deep="name = 'deep'\ndef run(config, rate): return {'main': 1}\n",
    )
    source = """
        import mitosis, deep
        section = lambda i: {"alpha": i, "beta": [i, i + 1], "name": f"n{i}"}
        config = {f"section{i}": section(i) for i in range(13)}
        CHANGE
        P = mitosis.Parameter
        mitosis.run(deep, params=[P("base", "config", config), P("slow", "rate", RATE)])
        """
    project.script(source.replace("CHANGE", "").replace("RATE", "0.1"))
    done = project.script(
        source.replace("CHANGE", "config['section7']['beta'][1] = 99").replace("RATE", "0.2")
    )
    message = done.err[done.err.index("VariantConflictError") :]
    assert "$['section7']['beta'][1]\n        locked  8\n        given   99" in message, done
    assert "locked  0.1\n    given   0.2" in message
    assert "2 variants are locked" in message
    assert "section6" not in message
    assert len(message.splitlines()) < 30


def test_values_that_cannot_be_locked_are_named_with_their_paths(project: Project) -> None:
    project.write(plain="name = 'plain'\ndef run(a, b): return {'main': 1}\n")
    done = project.script(
        """
        import mitosis, plain
        P = mitosis.Parameter
        options = {"solver": {"callback": lambda x: x}}
        mitosis.run(plain, params=[P("x", "a", options), P("y", "b", open("script.py"))])
        """
    )
    assert "NotCanonicalError" in done.err
    assert "$['solver']['callback']" in done.err
    assert "'b' (variant 'y'), $: an open file" in done.err
    assert not (project.root / "trials").exists()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        ("Path('out').write_text('a file')", "TrialsFolderError"),
        (
            "Path('out').mkdir(); Path('out/sine-exp.db').write_text('no database')",
            "NotADatabase",
        ),
        ("Path('out').mkdir(); Path('out/sine-exp.db').mkdir()", "DatabaseError"),
    ],
)
def test_places_that_cannot_be_used_are_refused(
    project: Project, make: str, error: str
) -> None:
    (project.root / ".gitignore").write_text("__pycache__/\nout\n")
    done = project.script(
        f"""
        import mitosis, sine_experiment
        from pathlib import Path
        {make}
        params = [mitosis.Parameter("v", "amplitude", 4)]
        mitosis.run(sine_experiment, params=params, trials_folder="out")
        """
    )
    assert error in done.err, done
    assert "starts" not in done.out


def test_a_missing_trials_folder_is_made_and_an_empty_file_becomes_a_database(
    project: Project,
) -> None:
    (project.root / ".gitignore").write_text("__pycache__/\nout\n")
    (project.root / "out" / "deep").mkdir(parents=True)
    (project.root / "out" / "deep" / "sine-exp.db").touch()
    done = project.script(CONTRACT.replace('Path(".")', 'Path("out/deep")'))
    assert done.status == 0, done
    assert len(project.rows("out/deep/sine-exp.db")) == 1


def test_a_database_of_another_program_is_left_alone(project: Project) -> None:
    (project.root / ".gitignore").write_text("__pycache__/\nsine-exp.db\n")
    connection = sqlite3.connect(project.root / "sine-exp.db")
    connection.execute("CREATE TABLE birds (name TEXT)")
    connection.close()
    before = (project.root / "sine-exp.db").read_bytes()
    done = project.script(CONTRACT)
    assert "ForeignDatabaseError" in done.err
    assert "birds" in done.err
    assert (project.root / "sine-exp.db").read_bytes() == before


def test_the_folder_set_in_pyproject_is_used_and_a_misspelt_key_refused(
    project: Project,
) -> None:
    project.write({"pyproject.toml": '[tool.mitosis]\ntrials_folder = "kept/here"\n'})
    project.commit()
    run = ["run", "sine_experiment", "-e", "amplitude=4"]
    assert project.mitosis(*run).page.parent == project.root / "kept" / "here"
    project.write({"pyproject.toml": '[tool.mitosis]\ntrial_folder = "kept"\n'})
    project.commit()
    done = project.mitosis(*run)
    assert done.status == 2
    assert "unknown key 'trial_folder'; did you mean 'trials_folder'?" in done.err


def test_the_trials_folder_can_be_moved(project: Project, tmp_path: Path) -> None:
    project.script(CONTRACT.replace('Path(".")', 'Path("trials")'))
    moved = (project.root / "trials").rename(tmp_path / "moved")
    (row,) = project.rows(moved / "sine-exp.db")
    assert (moved / row["html"]).exists()
    assert (moved / row["folder"] / "record.json").exists()
    assert str(project.root) not in json.dumps(record(trial_folder(moved)) | {"machine": 0})
    assert sys.executable not in json.dumps(record(trial_folder(moved)))
