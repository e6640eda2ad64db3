"""Files that git was told not to look at, and files whose changes do not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from mitosis._provenance import code_state, pattern_fault

from .repositories import GitFolder, new_repository


def changes(folder: GitFolder, *ignored: str) -> tuple[str, ...]:
    return code_state(folder.root, folder.root / "trials", ignored).changes


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_hidden_file_is_a_change_only_if_it_differs(repository: GitFolder, flag: str) -> None:
    repository.git("update-index", flag, "experiment.py")
    assert changes(repository) == ()
    repository.write("experiment.py", "x = 2\n")
    assert repository.git("status", "--short") == ""
    assert changes(repository) == (" M experiment.py",)


def test_a_hidden_file_that_is_gone_is_a_change(repository: GitFolder) -> None:
    repository.git("update-index", "--assume-unchanged", "experiment.py")
    (repository.root / "experiment.py").unlink()
    assert changes(repository) == (" D experiment.py",)


def test_what_a_sparse_checkout_leaves_out_is_no_change(repository: GitFolder) -> None:
    repository.write("large/data.csv")
    repository.commit()
    repository.git("sparse-checkout", "set", "small")
    assert not (repository.root / "large").exists()
    assert changes(repository) == ()


def test_a_hidden_file_is_compared_as_git_stores_it(repository: GitFolder) -> None:
    repository.write(".gitattributes", "*.txt text eol=crlf\n")
    repository.write("a.txt", "one\r\n")
    repository.commit()
    repository.git("update-index", "--assume-unchanged", "a.txt")
    (repository.root / "a.txt").write_bytes(b"one\r\n")
    assert changes(repository) == ()


def test_a_hidden_link_is_compared_by_its_target(repository: GitFolder) -> None:
    link = repository.root / "link"
    link.symlink_to("./nowhere")
    repository.commit()
    repository.git("update-index", "--assume-unchanged", "link")
    assert changes(repository) == ()
    link.unlink()
    link.symlink_to("nowhere")
    assert changes(repository) == (" M link",)


def test_hidden_files_with_odd_names_are_found_from_a_folder_below(
    repository: GitFolder,
) -> None:
    repository.write("-odd\nname *.py")
    inside = repository.write("package/module.py")
    repository.commit()
    repository.git("update-index", "--assume-unchanged", "--", "-odd\nname *.py")
    repository.write("-odd\nname *.py", "y = 1\n")
    state = code_state(inside, repository.root / "trials")
    assert state.changes == (r" M -odd\nname *.py",)


def test_patterns_say_whose_changes_do_not_count(repository: GitFolder) -> None:
    repository.write("notes/deep/today.md")
    repository.write("top.log")
    repository.write("deep/inner.log")
    repository.write("experiment.py", "x = 2\n")
    repository.write("[odd].py")
    assert changes(repository, "notes", "**/*.log") == (" M experiment.py", "?? [odd].py")
    assert "?? deep/inner.log" in changes(repository, "*.log")
    assert "?? top.log" not in changes(repository, "*.log")
    assert changes(repository, "notes/**", "**/*.log", "experiment.py", r"\[odd\].py") == ()


def test_patterns_are_relative_to_the_root_wherever_one_stands(repository: GitFolder) -> None:
    inside = repository.write("package/module.py")
    repository.commit()
    repository.write("notes.md")
    state = code_state(inside, repository.root / "trials", ["notes.md"])
    assert state.changes == ()


def test_a_file_that_moves_out_of_what_is_ignored_is_a_change(repository: GitFolder) -> None:
    repository.write("drafts/model.py", "y = 1\n" * 20)
    repository.commit()
    repository.git("mv", "drafts/model.py", "model.py")
    assert changes(repository, "drafts") == ("A  model.py",)


def test_a_hidden_file_that_is_ignored_does_not_count(repository: GitFolder) -> None:
    repository.git("update-index", "--assume-unchanged", "experiment.py")
    repository.write("experiment.py", "x = 2\n")
    assert changes(repository, "*.md") == (" M experiment.py",)
    assert changes(repository, "exp*.py") == ()


def test_an_ignored_submodule_is_recorded_all_the_same(
    repository: GitFolder, tmp_path: Path
) -> None:
    inner = new_repository(tmp_path / "inner")
    repository.git("submodule", "--quiet", "add", str(inner.root), "lib")
    repository.commit()
    repository.write("lib/new.py")
    state = code_state(repository.root, repository.root / "trials", ["lib"])
    assert state.changes == ()
    assert state.submodules == {"lib": inner.git("rev-parse", "HEAD")}


@pytest.mark.parametrize(
    "pattern", ["", "/etc", "../x", "a/../../x", ".", "**", "*", "a\0b", "./"]
)
def test_a_pattern_that_git_could_not_use_is_refused(
    repository: GitFolder, pattern: str
) -> None:
    assert pattern_fault(pattern)
    with pytest.raises(ValueError, match=r"is no|is not|leads|whole"):
        changes(repository, pattern)


@pytest.mark.parametrize("pattern", ["a", "a/", "*.py", ":(top)x", "!x", "a b", "[", "ä\n"])
def test_every_other_pattern_is_one_that_git_takes(repository: GitFolder, pattern: str) -> None:
    assert pattern_fault(pattern) is None
    repository.write("deep/new.py")
    assert changes(repository, pattern) == ("?? deep/new.py",)


def test_submodules_are_told_at_all_levels_as_they_are_checked_out(
    repository: GitFolder, tmp_path: Path
) -> None:
    innermost = new_repository(tmp_path / "innermost")
    inner = new_repository(tmp_path / "inner")
    inner.git("submodule", "--quiet", "add", str(innermost.root), "deep")
    inner.commit()
    repository.git("submodule", "--quiet", "add", str(inner.root), "two words")
    repository.git("submodule", "--quiet", "update", "--init", "--recursive")
    repository.commit()
    mine = GitFolder(repository.root / "two words")
    mine.write("mine.py")
    commit = mine.commit()
    assert code_state(repository.root, repository.root).submodules == {
        "two words": commit,
        "two words/deep": innermost.git("rev-parse", "HEAD"),
    }
    repository.git("submodule", "--quiet", "deinit", "--force", "--all")
    assert code_state(repository.root, repository.root).submodules == {}
