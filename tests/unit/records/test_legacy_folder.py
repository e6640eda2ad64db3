"""What the folder of a trial of mitosis 0.6 tells, whole or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._records.legacy_folder import LegacyFolder, find_folder, key_of

LOOKED_UP = "for arg_name, var_name in {{'p': {name!r}}}.items():\n"
EVALUATED = "for arg_name, var_name in {}.items():\n"


def folder(tmp_path: Path, **files: str) -> LegacyFolder:
    root = tmp_path / "2024-05-01_0a1b2c"
    root.mkdir()
    for name, text in files.items():
        (root / name.replace("_", ".")).write_text(text, encoding="utf-8")
    found = find_folder(tmp_path, "trial_peak-low_0_0a1b2c.html")
    assert found
    return found


def shown(tmp_path: Path, config: str) -> object:
    """Return what a config.txt shows of the parameter `p`."""
    (step,) = folder(
        tmp_path, source_py=LOOKED_UP.format(name="low") + EVALUATED, config_txt=config
    ).steps
    return step.values.get("p", "untold")


@pytest.mark.parametrize(
    ("config", "value"),
    [
        ("{'p': 0.5}\n", 0.5),
        ("{'p': (1, [2]), 'q': <function f at 0x7f>}\n", (1, [2])),
        ("{'p': 'a'\n      'b'}\n", "ab"),
        ("{'q': array([1,\n       2]), 'p': None}\n", None),
        ("{'p': <function f at 0x7f>}\n", "untold"),
        ("{'p': [<object at 0x7f>, 1]}\n", "untold"),
        ("{'p': array([1, 2])}\n", "untold"),
        ("{'p': np.float64(0.5)}\n", "untold"),
        ("{'p': nan}\n", "untold"),
        ("{'p': 0.5}\n{'p': 0.5}\n", "untold"),  # of two steps, and there is one
        ("{'p': Strange{0.5}\n", "untold"),
        ("", "untold"),
    ],
)
def test_a_value_is_known_where_it_is_shown_as_a_literal(
    tmp_path: Path, config: str, value: object
) -> None:
    assert shown(tmp_path, config) == value


def test_code_in_a_config_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    assert shown(tmp_path, f"{{'p': open({str(mark)!r}, 'w')}}\n") == "untold"
    assert not mark.exists()


@pytest.mark.parametrize(
    "source", ["", EVALUATED, "for arg_name, var_name in {f()}.items():\n" * 2]
)
def test_a_source_that_does_not_tell_the_variants_tells_no_steps(
    tmp_path: Path, source: str
) -> None:
    assert folder(tmp_path, source_py=source).steps == ()


def test_a_version_of_python_over_two_lines_is_read_whole(tmp_path: Path) -> None:
    text = "# 3.8.1 (default, Jan  8) \n[GCC 7.3.0]\nScikit_Learn=='1.0'\nnumpy=='1.2'"
    environment = folder(tmp_path, requirements_txt=text).environment
    assert environment
    assert environment.python == "3.8.1 (default, Jan 8) [GCC 7.3.0]"
    assert environment.packages == {"numpy": "1.2", "scikit-learn": "1.0"}


def test_a_folder_that_is_empty_tells_nothing(tmp_path: Path) -> None:
    found = folder(tmp_path)
    assert (found.steps, found.environment, found.started_at) == ((), None, None)
    assert found.results == []


def test_results_come_in_the_order_of_the_steps(tmp_path: Path) -> None:
    found = folder(tmp_path, **{f"results_{n}.dill": "" for n in (2, 10, 1)})
    for number in (10, 2, 1):
        (found.root / f"results_{number}.dill").touch()
    assert [path.stem for path in found.results] == ["results_1", "results_2", "results_10"]


def test_two_folders_with_one_key_are_not_guessed_between(tmp_path: Path) -> None:
    for day in ("2024-05-01", "2024-05-02"):
        (tmp_path / f"{day}_0a1b2c").mkdir()
    assert find_folder(tmp_path, "trial_peak-low_0_0a1b2c.html") is None


@pytest.mark.parametrize("name", [None, "", "trial.html", "trial_a_0_0a1b2cdebug.html"])
def test_a_page_without_a_key_has_no_folder(tmp_path: Path, name: str | None) -> None:
    (tmp_path / "2024-05-01_").mkdir()
    assert key_of(name) == ""
    assert find_folder(tmp_path, name) is None
