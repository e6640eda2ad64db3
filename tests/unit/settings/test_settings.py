"""`[tool.mitosis]`: found at the right place, and read with all faults said."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from mitosis._settings import (
    Settings,
    default_trials_folder,
    find_settings,
    repository_root,
)
from mitosis._settings.keys import KEYS
from mitosis.errors import SettingsError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "package" / "deep").mkdir(parents=True)
    return root


def write(folder: Path, table: str) -> Path:
    file = folder / "pyproject.toml"
    file.write_text(f"[project]\nname = 'x'\n{table}", encoding="utf-8")
    return file


def faults(folder: Path, table: str) -> tuple[str, ...]:
    file = write(folder, table)
    with pytest.raises(SettingsError, match="holds mistakes") as caught:
        find_settings(folder)
    assert caught.value.file == file
    return caught.value.faults


def test_without_a_file_nothing_is_set(repository: Path) -> None:
    assert find_settings(repository) == Settings()


def test_the_folder_is_relative_to_the_file(repository: Path) -> None:
    write(repository, "[tool.mitosis]\ntrials_folder = '../results/größe'")
    found = find_settings(repository / "package" / "deep" / "experiment.py")
    assert found.trials_folder == repository.parent / "results" / "größe"


def test_an_absolute_folder_stays_so(repository: Path) -> None:
    write(repository, "[tool.mitosis]\ntrials_folder = '/data/trials'")
    assert find_settings(repository).trials_folder == Path("/data/trials")


def test_steps_are_pairs_of_places(repository: Path) -> None:
    write(repository, "[tool.mitosis.steps]\nmy_exp = ['pkg.mod:run', 'pkg.mod:lookup']")
    assert find_settings(repository).steps == {"my_exp": ("pkg.mod:run", "pkg.mod:lookup")}


def test_every_key_can_be_set(repository: Path) -> None:
    file = write(
        repository,
        """
        [tool.mitosis]
        trials_folder = "results"
        timeout_seconds = 0.5
        require_hypothesis = true
        require_clean_checkouts = true
        ignore_changes = ["notes/**"]
        data = ["measured.csv", "/data/raw"]
        packages = ["one"]
        steps.fit = ["pkg.mod:run", "pkg.mod:lookup"]
        store = "postgresql+psycopg://db/waves"
        """,
    )
    assert find_settings(repository) == Settings(
        store="postgresql+psycopg://db/waves",
        trials_folder=repository / "results",
        steps={"fit": ("pkg.mod:run", "pkg.mod:lookup")},
        packages=("one",),
        timeout_seconds=0.5,
        require_hypothesis=True,
        require_clean_checkouts=True,
        ignore_changes=("notes/**",),
        data=(repository / "measured.csv", Path("/data/raw")),
        file=file,
        given=(
            *("trials_folder", "timeout_seconds", "require_hypothesis"),
            *("require_clean_checkouts", "ignore_changes", "data", "packages", "steps"),
            "store",
        ),
    )
    assert set(find_settings(repository).given) == set(KEYS)


def test_every_key_is_a_setting() -> None:
    assert set(KEYS) == {f.name for f in fields(Settings)} - {"file", "given"}


def test_patterns_lead_from_the_file_and_are_told_from_the_root(repository: Path) -> None:
    write(repository / "package", "[tool.mitosis]\nignore_changes = ['notes/*.md']")
    found = find_settings(repository / "package" / "deep")
    assert found.ignore_changes == ("package/notes/*.md",)


def test_letters_of_a_folder_do_not_become_part_of_a_pattern(repository: Path) -> None:
    odd = repository / "a[b]*"
    odd.mkdir()
    write(odd, "[tool.mitosis]\nignore_changes = ['*.md']")
    assert find_settings(odd).ignore_changes == (r"a\[b]\*/*.md",)


def test_outside_a_repository_patterns_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[tool.mitosis]\nignore_changes = ['notes/**']")
    assert find_settings(tmp_path, file).ignore_changes == ("notes/**",)


def test_a_path_may_begin_at_home(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    write(repository, "[tool.mitosis]\ntrials_folder = '~/trials'\ndata = ['~/a.csv']")
    found = find_settings(repository)
    assert found.trials_folder == Path("/home/ada/trials")
    assert found.data == (Path("/home/ada/a.csv"),)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("timeout_seconds = 0", "timeout_seconds is 0, not a finite number of seconds above 0"),
        (
            "timeout_seconds = inf",
            "timeout_seconds is inf, not a finite number of seconds above 0",
        ),
        (
            "timeout_seconds = nan",
            "timeout_seconds is nan, not a finite number of seconds above 0",
        ),
        (
            "timeout_seconds = true",
            "timeout_seconds is true, not a finite number of seconds above 0",
        ),
        (
            "timeout_seconds = '9'",
            "timeout_seconds is '9', not a finite number of seconds above 0",
        ),
        ("require_hypothesis = 'yes'", "require_hypothesis is 'yes', not true or false"),
        ("require_clean_checkouts = 1", "require_clean_checkouts is 1, not true or false"),
        (
            "ignore_changes = 'notes'",
            "ignore_changes is 'notes', not a list of patterns of files, like [\"notes/**\"]",
        ),
        ("ignore_changes = [3]", "ignore_changes holds 3, which is no pattern of files"),
        ("ignore_changes = ['']", "ignore_changes holds '', which is no pattern of files"),
        (
            "ignore_changes = ['../notes']",
            "ignore_changes holds '../notes', which has to lead from the folder of this file "
            "downwards",
        ),
        (
            "ignore_changes = ['**/*']",
            "ignore_changes holds '**/*', which fits every file, so that no change would count",
        ),
        (
            "data = 'a.csv'",
            "data is 'a.csv', not a list of paths, like [\"data/measured.csv\"]",
        ),
        ("data = [3, 'a.csv']", "data holds 3, which is no path"),
        ('data = ["a\\u0000"]', r"data holds 'a\x00', which is no path"),
        ("trials_folder = ''", "trials_folder is '', which is no path"),
        (
            "trials_folder = '~nobody-of-that-name/x'",
            "trials_folder is '~nobody-of-that-name/x', and nobody knows whose home folder "
            "that is",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_wanted(
    repository: Path, line: str, fault: str
) -> None:
    assert faults(repository, f"[tool.mitosis]\n{line}") == (fault,)


def test_a_long_value_is_cut(repository: Path) -> None:
    (fault,) = faults(repository, f"[tool.mitosis]\nsteps = '{'x' * 500}'")
    assert len(fault) < 100


def test_packages_are_names(repository: Path) -> None:
    write(repository, "[tool.mitosis]\npackages = ['one', 'two.three', 'fo-ur']")
    assert find_settings(repository).packages == ("one", "two.three", "fo-ur")


def test_what_names_no_package_is_told(repository: Path) -> None:
    names = ["2", "''", "'my package'", "' one'", "'one.'", "'a/b'"]
    assert faults(repository, f"[tool.mitosis]\npackages = ['one', {', '.join(names)}]") == (
        *(f"packages holds {name}, which is no package's name" for name in names),
    )
    (fault,) = faults(repository, "[tool.mitosis]\npackages = 'one'")
    assert fault == (
        "packages is 'one', not a list of names of packages, like [\"project_pkg\"]"
    )


def test_the_nearest_file_with_a_table_counts(repository: Path) -> None:
    write(repository, "[tool.mitosis]\ntrials_folder = 'outer'")
    write(repository / "package", "[tool.mitosis]\ntrials_folder = 'inner'")
    write(repository / "package" / "deep", "[tool.ruff]\nline-length = 96")
    found = find_settings(repository / "package" / "deep")
    assert found.trials_folder == repository / "package" / "inner"


def test_a_file_above_the_repository_does_not_count(repository: Path) -> None:
    write(repository.parent, "[tool.mitosis]\ntrials_folder = 'outside'")
    assert find_settings(repository / "package") == Settings()


def test_a_file_that_is_named_counts_alone(repository: Path, tmp_path: Path) -> None:
    write(repository, "[tool.mitosis]\ntrials_folder = 'here'")
    other = tmp_path / "other.toml"
    other.write_text("[tool.mitosis]\ntrials_folder = 'there'")
    assert find_settings(repository, other).trials_folder == tmp_path.resolve() / "there"


def test_all_faults_are_said_at_once_with_near_names(repository: Path) -> None:
    table = "[tool.mitosis]\ntrial_folder = 'a'\ntrials_folder = 3\n[tool.mitosis.steps]\na = 3"
    assert sorted(faults(repository, table)) == [
        "steps.a has to be a list of two texts like 'package.module:name'",
        "trials_folder is 3, which is no path",
        "unknown key 'trial_folder'; did you mean 'trials_folder'?",
    ]


@pytest.mark.parametrize(
    "step",
    [
        "'a:b'",
        "['a:b']",
        "['a:b', 'c']",
        "['a:b', 3]",
        "['a:b', 'c:d', 'e:f']",
        "['a:b:c', 'd:e']",
    ],
)
def test_a_step_has_to_be_two_places(repository: Path, step: str) -> None:
    (fault,) = faults(repository, f"[tool.mitosis.steps]\nmy_exp = {step}")
    assert fault.startswith("steps.my_exp has to be a list of two texts")


def test_steps_have_to_be_a_table(repository: Path) -> None:
    assert faults(repository, "[tool.mitosis]\nsteps = 3") == (
        "steps is 3, not a table of names",
    )


def test_the_table_has_to_be_a_table(repository: Path) -> None:
    assert len(faults(repository, "[tool]\nmitosis = 3")) == 1


@pytest.mark.parametrize(
    "table", ["tool.Mitosis", "tool.MITOSIS", "tools.mitosis", "Tool.mitosis", "Tools.Mitosis"]
)
def test_a_table_whose_name_is_misspelt_is_told(repository: Path, table: str) -> None:
    said = f"[{table}] is not read; did you mean [tool.mitosis]?"
    assert faults(repository, f"[{table}]\nrequire_hypothesis = true") == (said,)
    assert faults(repository, f"[tool.mitosis]\n[{table}]\ntimeout_seconds = 3") == (said,)


def test_tables_of_others_are_left_alone(repository: Path) -> None:
    write(repository, "[tools]\nx = 3\n[tool.mitosis-extra]\ny = 1\n[other]\nmitosis = 1")
    assert find_settings(repository) == Settings()


def test_a_file_that_is_not_toml_is_refused_with_the_place(repository: Path) -> None:
    (fault,) = faults(repository, "[tool.mitosis]\na = = 3")
    assert "line 4" in fault


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file") as caught:
        find_settings(tmp_path, tmp_path / "absent.toml")
    assert caught.value.file == tmp_path / "absent.toml"


@pytest.mark.parametrize(
    "content", [b"x = 'caf\xe9'\n", b"tool = 3\n"], ids=["not UTF-8", "no table"]
)
def test_a_file_that_cannot_be_read_as_settings_is_refused(
    repository: Path, content: bytes
) -> None:
    (repository / "pyproject.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"pyproject\.toml"):
        find_settings(repository)


def test_the_root_of_a_repository_is_the_nearest_above(repository: Path) -> None:
    assert repository_root(repository / "package" / "deep") == repository
    assert repository_root(repository / "package" / "absent.py") == repository


def test_a_work_tree_whose_git_is_a_file_is_a_repository_too(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere")
    assert repository_root(tmp_path / "a") == tmp_path


def test_trials_go_to_the_folder_that_is_set_else_to_the_root(repository: Path) -> None:
    place = repository / "package" / "experiment.py"
    assert default_trials_folder(place, Settings()) == repository / "trials"
    assert default_trials_folder(place, Settings(Path("/data"))) == Path("/data")


def test_outside_a_repository_trials_go_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_trials_folder(Path("/nowhere/x.py"), Settings()) == Path.cwd() / "trials"
