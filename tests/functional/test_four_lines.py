"""The four lines of the contract, in a script and in an interactive session."""

from __future__ import annotations

import pytest

from tests.functional.conftest import CONTRACT, Project, record, trial_folder

pytestmark = pytest.mark.slow


def test_a_script_records_a_trial_with_a_generated_seed(project: Project) -> None:
    done = project.script(CONTRACT)
    assert done.status == 0, done
    (row,) = project.rows("sine-exp.db")
    kept = record(trial_folder(project.root))
    assert (row["name"], row["status"], row["iteration"]) == (
        "sine-exp-my_variant-1",
        "succeeded",
        1,
    )
    assert str(kept["seed"]) == row["seed"]
    assert f"seed {row['seed']} (generated)" in done.out
    assert row["seed"] in done.html
    assert done.page == project.root / "trial_sine-exp-my_variant-1.html"
    assert row["main"] == pytest.approx(3.17e-05, rel=0.01)
    assert row["commit_hash"] == project.git("rev-parse", "HEAD").strip()


def test_a_changed_value_is_refused_before_anything_runs(project: Project) -> None:
    project.script(CONTRACT)
    project.write(script=CONTRACT.replace("4)", "3)"))
    project.commit()
    before = project.snapshot()
    done = project.python("script.py")
    assert done.status == 1, done
    assert "VariantConflictError" in done.err
    assert "variant 'my_variant' of parameter 'amplitude'" in done.err
    assert "locked  4" in done.err
    assert "given   3" in done.err
    assert "by trial 'sine-exp-my_variant-1'" in done.err
    assert "starts" not in done.out
    assert project.snapshot() == before


def test_a_conflict_is_a_runtime_error(project: Project) -> None:
    project.script(CONTRACT)
    source = CONTRACT.replace("4)", "3)").replace("mitosis.run", "    mitosis.run")
    source = source.replace("    mitosis.run", "try:\n    mitosis.run")
    source += (
        "except RuntimeError as error:\n    print('refused', error.conflicts[0].differences)\n"
    )
    assert "refused (('$', '4', '3'),)" in project.script(source).out


def test_the_unchanged_value_becomes_iteration_2(project: Project) -> None:
    project.script(CONTRACT)
    done = project.python("script.py")
    assert done.page.name == "trial_sine-exp-my_variant-2.html"
    assert [row["iteration"] for row in project.rows("sine-exp.db")] == [1, 2]


def test_an_interactive_session_in_a_repository_records_a_trial(project: Project) -> None:
    done = project.python("-i", "-q", input=CONTRACT)
    assert "sine-exp-my_variant-1 succeeded" in done.out, done
    assert len(project.rows("sine-exp.db")) == 1


def test_a_jupyter_session_in_a_repository_records_a_trial(project: Project) -> None:
    project.write(
        script=f"""
        import nbformat
        from nbclient import NotebookClient
        cell = nbformat.v4.new_code_cell({CONTRACT!r})
        NotebookClient(nbformat.v4.new_notebook(cells=[cell])).execute()
        print(''.join(output.get('text', '') for output in cell.outputs))
        """
    )
    project.commit()
    done = project.python("script.py")
    assert "sine-exp-my_variant-1 succeeded" in done.out, done
    (row,) = project.rows("sine-exp.db")
    assert row["status"] == "succeeded"
