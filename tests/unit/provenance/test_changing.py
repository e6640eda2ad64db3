"""What is said of two environments, and of two commits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._model import Environment
from mitosis._provenance import (
    changed_files,
    environment,
    environment_changes,
    environment_json,
    read_environment,
)

from .repositories import GitFolder

_OLD = Environment("3.11.7 (main) [GCC]", "CPython", {"dask": "2024.1", "numpy": "1.26.4"})
_PACKAGES = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=5)


def test_packages_and_python_are_told_in_short() -> None:
    new = Environment("3.12.1 (main) [GCC]", "CPython", {"numpy": "2.0.1", "scipy": "1.11"})
    assert environment_changes(_OLD, new) == [
        "Python 3.11.7 -> 3.12.1",
        "- dask 2024.1",
        "numpy 1.26.4 -> 2.0.1",
        "+ scipy 1.11",
    ]


def test_another_build_and_another_implementation_are_told() -> None:
    build = Environment("3.11.7 (main) [Clang]", "CPython", _OLD.packages)
    assert environment_changes(_OLD, build) == ["another build of Python 3.11.7"]
    other = Environment(_OLD.python, "PyPy", _OLD.packages)
    assert environment_changes(_OLD, other) == ["CPython -> PyPy"]


def test_another_build_by_conda_is_told_once() -> None:
    old = Environment("3", "C", {"numpy": "1"}, {"numpy": "1 h0", "libblas": "3 mkl"})
    new = Environment("3", "C", {"numpy": "2"}, {"numpy": "2 h1", "libblas": "3 openblas"})
    told = environment_changes(old, new)
    assert sorted(told) == ["libblas 3 mkl -> 3 openblas", "numpy 1 -> 2"]


@pytest.mark.slow
@given(one=_PACKAGES, other=_PACKAGES)
def test_environments_that_differ_have_a_fact_to_tell(
    one: dict[str, str], other: dict[str, str]
) -> None:
    told = environment_changes(Environment("3", "C", one), Environment("3", "C", other))
    assert (told == []) == (one == other)


def test_a_stored_environment_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "e.json").write_bytes(environment_json(environment()))
    assert read_environment(tmp_path / "e.json") == environment()


@pytest.mark.parametrize(
    "content", ["", "[]", "3", "{}", '{"python": "3", "implementation": "C", "packages": []}']
)
def test_a_damaged_environment_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "e.json").write_text(content)
    assert read_environment(tmp_path / "e.json") is None
    assert read_environment(tmp_path / "gone.json") is None


def test_files_that_differ_between_commits_are_named(repository: GitFolder) -> None:
    repository.git("config", "diff.renames", "false")
    repository.git("config", "diff.relative", "true")
    repository.write("moved.py", "y = 1\n" * 20)
    repository.write("gone.py")
    old = repository.commit()
    repository.write("experiment.py", "x = 2\n")
    repository.write("package/new\n.py", "z = 1\n")
    repository.git("rm", "--quiet", "gone.py")
    repository.git("mv", "moved.py", "there.py")
    new = repository.commit()
    assert changed_files(repository.root / "package", old, new) == [
        "M experiment.py",
        "D gone.py",
        r"A package/new\n.py",
        "R moved.py -> there.py",
    ]
    assert changed_files(repository.root, new, new) == []


def test_commits_that_are_not_there_have_no_difference_to_tell(
    repository: GitFolder, tmp_path: Path
) -> None:
    head = repository.git("rev-parse", "HEAD")
    assert changed_files(repository.root, "0" * 40, head) is None
    assert changed_files(repository.root, "main", head) is None
    assert changed_files(repository.root, head, "--output=x") is None
    assert changed_files(tmp_path, head, head) is None
