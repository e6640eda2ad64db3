"""Trials that run at the same time."""

from __future__ import annotations

import pytest

from tests.functional.conftest import Project

pytestmark = pytest.mark.slow


def test_first_runs_at_once_get_a_trial_and_an_iteration_each(project: Project) -> None:
    words = ["-m", "mitosis", "run", "sine_experiment", "-e", "amplitude=4"]
    processes = [project.start(*words) for _ in range(6)]
    ended = [(p.communicate(timeout=300), p.returncode) for p in processes]
    assert [status for _, status in ended] == [0] * 6, ended
    rows = project.rows("trials/sine-exp.db")
    assert sorted(row["iteration"] for row in rows) == [1, 2, 3, 4, 5, 6]
    assert {row["status"] for row in rows} == {"succeeded"}
    assert len({row["html"] for row in rows}) == 6
    assert len(list((project.root / "trials" / ".environments").iterdir())) == 1


def test_of_two_values_for_a_new_name_exactly_one_is_locked(project: Project) -> None:
    project.write(plain="name = 'plain'\ndef run(x): return {'main': x}\n")
    project.write(
        script="""
        import mitosis, plain, sys
        mitosis.run(plain, params=[mitosis.Parameter("new", "x", int(sys.argv[1]))])
        """
    )
    project.commit()
    processes = [project.start("script.py", str(value)) for value in (1, 2)]
    errors = [p.communicate(timeout=300)[1] for p in processes]
    assert sorted(p.returncode for p in processes) == [0, 1], errors
    assert "VariantConflictError" in "".join(errors)
    assert len(project.rows("trials/plain.db")) == 1
