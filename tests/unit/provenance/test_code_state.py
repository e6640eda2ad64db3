"""What `code_state` says of real repositories."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from mitosis._model import CodeState
from mitosis._provenance import code_state

from .repositories import GitFolder, new_repository


def changes(folder: GitFolder) -> tuple[str, ...]:
    return code_state(folder.root, folder.root / "trials").changes


def test_clean_repository(repository: GitFolder, trials_folder: Path) -> None:
    state = code_state(repository.root, trials_folder)
    assert state == CodeState(
        repository=repository.root,
        commit=repository.git("rev-parse", "HEAD"),
        branch="main",
        remote=None,
        changes=(),
    )


def test_a_file_in_a_sub_folder_leads_to_the_root(repository: GitFolder) -> None:
    file = repository.write("package/deep/module.py")
    repository.commit()
    assert code_state(file, file.parent).repository == repository.root


def test_a_place_may_be_relative(
    repository: GitFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.root)
    state = code_state(Path("experiment.py"), Path("trials"))
    assert state.repository == repository.root
    assert state.changes == ()


def test_a_place_that_is_not_there_counts_as_its_folder(repository: GitFolder) -> None:
    state = code_state(repository.root / "gone/away.py", repository.root / "trials")
    assert state.repository == repository.root


def test_a_modified_file_is_a_change(repository: GitFolder) -> None:
    repository.write("experiment.py", "x = 2\n")
    assert changes(repository) == (" M experiment.py",)


def test_a_staged_file_is_a_change(repository: GitFolder) -> None:
    repository.write("new.py")
    repository.git("add", "new.py")
    assert changes(repository) == ("A  new.py",)


def test_a_deleted_file_is_a_change(repository: GitFolder) -> None:
    (repository.root / "experiment.py").unlink()
    assert changes(repository) == (" D experiment.py",)


def test_a_renamed_file_is_one_change_with_both_names(repository: GitFolder) -> None:
    repository.git("mv", "experiment.py", "trial.py")
    assert changes(repository) == ("R  experiment.py -> trial.py",)


def test_a_conflicted_file_is_a_change(repository: GitFolder) -> None:
    repository.git("switch", "--quiet", "--create", "other")
    repository.write("experiment.py", "x = 2\n")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    repository.write("experiment.py", "x = 3\n")
    repository.commit()
    with pytest.raises(Exception, match="merge"):
        repository.git("merge", "other")
    assert changes(repository) == ("UU experiment.py",)


def test_untracked_files_in_sub_folders_are_named_one_by_one(repository: GitFolder) -> None:
    repository.write("a/b/new.py")
    repository.write("a/other.py")
    assert changes(repository) == ("?? a/b/new.py", "?? a/other.py")


def test_settings_of_the_user_hide_nothing(repository: GitFolder) -> None:
    repository.git("config", "status.showUntrackedFiles", "no")
    repository.git("config", "status.relativePaths", "true")
    repository.git("config", "color.status", "always")
    repository.write("a/new.py")
    state = code_state(repository.root / "a/new.py", repository.root / "trials")
    assert state.changes == ("?? a/new.py",)


def test_ignored_files_are_no_change(repository: GitFolder) -> None:
    repository.write(".gitignore", "data/\n")
    repository.commit()
    repository.write("data/large.csv")
    assert changes(repository) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"two words.py", "two words.py"),
        (b"'single' \"double\".py", "'single' \"double\".py"),
        (b"line\nbreak\ttab.py", r"line\nbreak\ttab.py"),
        (b"\xff\xfe.py", r"\xff\xfe.py"),
        (b"\x1b[31mred.py", r"\x1b[31mred.py"),
        (b"-dash.py", "-dash.py"),
        (b"a -> b.py", "a -> b.py"),
        ("größe 🧬.py".encode(), "größe 🧬.py"),
        ("\u202eright-to-left.py".encode(), r"\u202eright-to-left.py"),
    ],
)
def test_odd_names_are_shown_in_one_line_that_can_be_stored(
    repository: GitFolder, name: bytes, shown: str
) -> None:
    Path(os.fsdecode(os.fsencode(repository.root) + b"/" + name)).write_text("x")
    found = changes(repository)
    assert found == (f"?? {shown}",)
    assert found[0].encode()


def test_a_rename_between_odd_names_keeps_both(repository: GitFolder) -> None:
    repository.write("a b\n.py", "y = 1\n" * 20)
    repository.commit()
    repository.git("mv", "a b\n.py", "c d.py")
    repository.write("z.py")
    assert changes(repository) == (r"R  a b\n.py -> c d.py", "?? z.py")


def test_repository_without_a_commit(tmp_path: Path) -> None:
    folder = new_repository(tmp_path / "new", committed=False)
    folder.write("experiment.py")
    state = code_state(folder.root, folder.root / "trials")
    assert (state.repository, state.commit, state.branch) == (folder.root, None, "main")
    assert state.changes == ("?? experiment.py",)


def test_no_repository(tmp_path: Path) -> None:
    assert code_state(tmp_path, tmp_path / "trials") == CodeState()


def test_a_bare_repository_is_like_none(tmp_path: Path) -> None:
    GitFolder(tmp_path).git("init", "--quiet", "--bare", "bare.git")
    assert code_state(tmp_path / "bare.git", tmp_path / "trials") == CodeState()


def test_a_place_inside_git_s_own_folder_is_like_none(repository: GitFolder) -> None:
    place = repository.root / ".git" / "hooks"
    assert code_state(place, repository.root / "trials") == CodeState()


def test_detached_head_has_no_branch(repository: GitFolder, trials_folder: Path) -> None:
    repository.git("checkout", "--quiet", "--detach")
    state = code_state(repository.root, trials_folder)
    assert state.branch is None
    assert state.commit == repository.git("rev-parse", "HEAD")


def test_a_linked_worktree_is_a_repository_of_its_own(
    repository: GitFolder, tmp_path: Path
) -> None:
    repository.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = GitFolder((tmp_path / "side").resolve())
    side.write("new.py")
    state = code_state(side.root, side.root / "trials")
    assert (state.repository, state.branch) == (side.root, "side")
    assert state.changes == ("?? new.py",)
    assert changes(repository) == ()


@pytest.mark.parametrize("name", ["inside.py", "untracked.py"])
def test_what_changes_in_a_submodule_counts(
    repository: GitFolder, tmp_path: Path, name: str
) -> None:
    inner = new_repository(tmp_path / "inner")
    inner.write("inside.py")
    inner.commit()
    repository.git("submodule", "--quiet", "add", str(inner.root), "lib")
    repository.git("config", "submodule.lib.ignore", "all")
    repository.commit()
    assert changes(repository) == ()
    repository.write(f"lib/{name}", "y = 2\n")
    assert changes(repository) == (" M lib",)


def test_code_behind_a_symbolic_link_is_looked_up_where_it_is(
    repository: GitFolder, tmp_path: Path
) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(repository.root / "experiment.py")
    assert code_state(link, tmp_path).repository == repository.root


def test_nothing_is_written_to_the_repository(repository: GitFolder) -> None:
    os.utime(repository.root / "experiment.py", (1, 1))  # git would refresh its index
    index = repository.root / ".git" / "index"
    before = index.read_bytes()
    assert changes(repository) == ()
    assert index.read_bytes() == before
    repository.git("status")
    assert index.read_bytes() != before


def test_no_process_is_left_behind(repository: GitFolder) -> None:
    before = psutil.Process().children(recursive=True)
    assert changes(repository) == ()
    assert psutil.Process().children(recursive=True) == before


def test_no_file_system_monitor_is_asked(repository: GitFolder, tmp_path: Path) -> None:
    monitor = repository.write(".git/monitor", f"#!/bin/sh\ntouch '{tmp_path}/asked'\n")
    monitor.chmod(0o755)
    repository.git("config", "core.fsmonitor", str(monitor))
    assert changes(repository) == ()
    assert not (tmp_path / "asked").exists()
    repository.git("status")
    assert (tmp_path / "asked").exists()


def test_four_git_processes_tell_it_all(
    repository: GitFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = tmp_path / "events"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(events))
    changes(repository)
    assert events.read_text().count('"event":"start"') == 4


def test_refused_ownership_is_like_no_repository(
    repository: GitFolder, trials_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert code_state(repository.root, trials_folder) == CodeState()
