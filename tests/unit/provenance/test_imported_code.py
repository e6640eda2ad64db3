"""Which files an experiment imports, and from which work trees."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import types
from pathlib import Path

import pytest
from blake3 import blake3

from mitosis._model import Checkout, CodeState
from mitosis._provenance import code_state, imported_code
from mitosis._provenance.imports import loaded_files

from .repositories import GitFolder, new_repository


def digest(path: Path) -> str:
    return blake3(path.read_bytes()).hexdigest()


def told(folder: GitFolder, *files: Path) -> CodeState:
    trials = folder.root / "trials"
    return imported_code(code_state(folder.root, trials), files, trials)


def test_files_of_the_repository_are_digested_tracked_or_not(repository: GitFolder) -> None:
    repository.write(".gitignore", "made.py\n")
    files = [repository.root / "experiment.py", repository.write("made.py", "made = 1\n")]
    state = told(repository, *files)
    assert state.modules == {"experiment.py": digest(files[0]), "made.py": digest(files[1])}
    assert state.checkouts == ()


def test_a_file_that_is_not_there_is_passed_over(repository: GitFolder) -> None:
    archive = repository.root / "archive.zip" / "inside.py"
    assert told(repository, repository.root / "gone.py", archive).modules == {}


@pytest.mark.parametrize(
    "name", [".venv/lib/python3.11/site-packages/x/y.py", ".venv/bin/tool", "c/lib/tool.py"]
)
def test_what_is_installed_inside_the_repository_is_left_out(
    repository: GitFolder, name: str
) -> None:
    repository.write(".venv/pyvenv.cfg")
    repository.write("c/conda-meta/history")
    assert told(repository, repository.write(name)) == code_state(
        repository.root, repository.root
    )


def test_python_s_own_modules_libraries_and_mitosis_are_left_out(repository: GitFolder) -> None:
    import _decimal
    import email

    import mitosis

    found = [Path(str(m.__file__)) for m in (_decimal, email, pytest, mitosis)]
    platlib = Path(sysconfig.get_path("platlib")) / "blake3" / "__init__.py"
    state = told(repository, *found, platlib, Path(sys.prefix) / "bin" / "pytest")
    assert (state.modules, state.checkouts) == ({}, ())


def test_mitosis_is_told_where_it_is_the_experiment_s_repository() -> None:
    root = Path(__file__).parents[3]
    file = root / "mitosis" / "errors" / "tree.py"
    state = imported_code(CodeState(repository=root.resolve()), [file], root)
    assert state.modules == {"mitosis/errors/tree.py": digest(file)}


def test_an_editable_checkout_is_told_with_commit_and_changes(
    repository: GitFolder, tmp_path: Path
) -> None:
    lib = new_repository(tmp_path / "lib")
    lib.git("remote", "add", "origin", "https://me:secret@example.org/lib.git")
    file = lib.write("src/lib/model.py")
    commit = lib.commit()
    lib.write("src/lib/new.py")
    assert told(repository, file, repository.root / "experiment.py").checkouts == (
        Checkout(
            name="lib",
            commit=commit,
            branch="main",
            remote="https://example.org/lib.git",
            changes=("?? src/lib/new.py",),
            modules={"src/lib/model.py": digest(file)},
        ),
    )


def test_a_checkout_that_is_only_linked_to_from_an_installation_counts(
    repository: GitFolder, tmp_path: Path
) -> None:
    lib = new_repository(tmp_path / "lib")
    file = lib.write("lib/model.py")
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "lib").symlink_to(lib.root / "lib")
    state = told(repository, site / "lib" / "model.py")
    assert [c.modules for c in state.checkouts] == [{"lib/model.py": digest(file)}]


def test_files_outside_of_git_count_to_the_folder_they_are_imported_from(
    repository: GitFolder, tmp_path: Path
) -> None:
    loose = GitFolder(tmp_path / "loose")
    loose.write("package/__init__.py")
    file = loose.write("package/deep/__init__.py")
    assert told(repository, file).checkouts == (
        Checkout(name="loose", modules={"package/deep/__init__.py": digest(file)}),
    )


def test_a_submodule_is_part_of_the_repository(repository: GitFolder, tmp_path: Path) -> None:
    inner = new_repository(tmp_path / "inner")
    repository.git("submodule", "--quiet", "add", str(inner.root), "lib")
    repository.commit()
    state = told(repository, repository.root / "lib" / "experiment.py")
    assert state.submodules == {"lib": inner.git("rev-parse", "HEAD")}
    assert list(state.modules) == ["lib/experiment.py"]
    assert state.checkouts == ()


def test_another_clone_inside_the_repository_is_a_checkout(repository: GitFolder) -> None:
    repository.write(".gitignore", "vendor/\n")
    repository.commit()
    clone = new_repository(repository.root / "vendor" / "clone")
    (checkout,) = told(repository, clone.root / "experiment.py").checkouts
    assert (checkout.name, checkout.commit) == ("clone", clone.git("rev-parse", "HEAD"))


def test_a_linked_worktree_is_another_checkout(repository: GitFolder, tmp_path: Path) -> None:
    repository.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    (checkout,) = told(repository, tmp_path / "side" / "experiment.py").checkouts
    assert (checkout.name, checkout.branch) == ("side", "side")


def test_a_path_through_a_link_leads_to_the_same_module(
    repository: GitFolder, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(repository.root)
    state = told(repository, tmp_path / "link" / "experiment.py")
    assert list(state.modules) == ["experiment.py"]


def test_what_was_read_before_the_trial_stays_and_new_modules_are_added(
    repository: GitFolder, tmp_path: Path
) -> None:
    lib = new_repository(tmp_path / "lib")
    files = [repository.root / "experiment.py", lib.root / "experiment.py"]
    before = told(repository, *files)
    repository.write("experiment.py", "x = 2\n")
    later = [repository.write("more.py"), lib.write("more.py")]
    after = imported_code(before, [*files, *later], repository.root / "trials")
    assert after.modules == {**before.modules, "more.py": digest(later[0])}
    (checkout,) = after.checkouts
    assert checkout.changes == before.checkouts[0].changes == ()
    assert set(checkout.modules) == {"experiment.py", "more.py"}
    assert imported_code(after, files, repository.root / "trials") == after


def test_odd_names_are_told_in_one_line(repository: GitFolder) -> None:
    file = Path(os.fsdecode(os.fsencode(repository.root) + b"/\xff\n.py"))
    file.write_text("x = 1\n")
    assert list(told(repository, file).modules) == [r"\xff\n.py"]


def test_outside_of_git_modules_are_told_all_the_same(tmp_path: Path) -> None:
    file = GitFolder(tmp_path / "loose").write("experiment.py")
    state = imported_code(CodeState(), [file], tmp_path)
    assert [c.name for c in state.checkouts] == ["loose"]
    assert state.modules == {}


class _Lazy(types.ModuleType):
    def __getattr__(self, name: str) -> object:
        raise RuntimeError("loaded too soon")


def test_odd_things_among_the_modules_do_no_harm(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    odd = {"a": _Lazy("a"), "b": None, "c": 3, "d": types.ModuleType("d"), "e": _Lazy("e")}
    vars(odd["d"])["__file__"] = None
    vars(odd["e"])["__file__"] = str(tmp_path / "e.py")
    for name, module in odd.items():
        monkeypatch.setitem(sys.modules, f"odd_{name}", module)
    found = loaded_files()
    assert str(tmp_path / "e.py") in found
    assert __file__ in found
    assert all(Path(file).is_absolute() for file in found)


def test_a_program_s_own_script_is_a_module_too(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from mitosis._provenance.imports import loaded_files\nprint(loaded_files())\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        check=True,
        capture_output=True,
        text=True,
    )
    assert repr(str(script)) in done.stdout
