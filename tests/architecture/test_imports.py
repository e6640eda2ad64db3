"""Who imports what: the layers, and what a process loads before it has to."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from mitosis._cli.commands import COMMANDS
from mitosis._store import Store
from tests.conftest import FreshPython
from tests.unit.store.claims import claim, finish, variant

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
HELP_LOADS = {
    "mitosis",
    "mitosis.__main__",
    "mitosis._cli",
    "mitosis._cli.commands",
    "mitosis._cli.ending",
    "mitosis._dataclass",
    "mitosis._loading",
    "mitosis._messages",
    "mitosis.errors",
    "mitosis.errors.tree",
    "mitosis.errors.trials",
}
HEAVY = [
    "IPython", "blake3", "dill", "git", "ipykernel", "jupyter_client", "matplotlib", "nbclient",
    "nbconvert", "nbformat", "numpy", "pandas", "psutil", "rich", "sqlalchemy", "sqlite3",
    "tomli_w", "zmq",
]  # fmt: skip
NOT_IN_THE_KERNEL = [
    "git",
    "matplotlib",
    "mitosis._model.origin",
    "mitosis._model.trials",
    "mitosis._model.variants",
    "mitosis.errors.calls",
    "mitosis.errors.databases",
    "mitosis.errors.locks",
    "nbclient",
    "nbconvert",
    "numpy",
    "pandas",
    "sqlalchemy",
]


@pytest.mark.slow
@pytest.mark.skipif(not LINT_IMPORTS.exists(), reason="import-linter is not installed")
def test_every_import_contract_is_kept() -> None:
    done = subprocess.run(
        [LINT_IMPORTS, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    assert " 0 broken" in done.stdout


def loaded(fresh_python: FreshPython, code: str) -> set[str]:
    """Return the modules that a new interpreter holds after some code."""
    lines = fresh_python(f"{code}\nimport sys; print('loaded', *sys.modules)").splitlines()
    return set(lines[-1].split()[1:])


def test_help_loads_the_command_line_and_nothing_behind_it(fresh_python: FreshPython) -> None:
    code = (
        "import mitosis.__main__; from mitosis._cli import command; "
        "command(['--help'], standalone_mode=False)"
    )
    modules = loaded(fresh_python, code)
    assert {name for name in modules if name.partition(".")[0] == "mitosis"} == HELP_LOADS
    assert [name for name in HEAVY if name in modules] == []


def test_the_kernel_loads_only_recording_and_what_lies_below(fresh_python: FreshPython) -> None:
    modules = loaded(fresh_python, "import mitosis._recording.session")
    ours = {name for name in modules if name.startswith("mitosis.")}
    below = (
        "_dataclass",
        "_loading",
        "_recording",
        "_canonical",
        "_layout",
        "_plaintext",
        "_datafile",
        "_redaction",
        "_model",
        "errors",
    )
    allowed = tuple(f"mitosis.{layer}" for layer in below)
    assert [name for name in ours if not name.startswith(allowed)] == []
    assert [name for name in NOT_IN_THE_KERNEL if name in modules] == []


def test_a_trial_in_a_kernel_loads_nothing_that_only_others_need(
    fresh_python: FreshPython,
) -> None:
    modules = loaded(fresh_python, "import mitosis; mitosis.run")
    absent = ["dill", "matplotlib", "numpy", "pandas", "scipy"]
    ours = ["_recording.session", "_run.parser", "_run.recordings", "_history.lookup"]
    assert [n for n in [*absent, *(f"mitosis.{n}" for n in ours)] if n in modules] == []


def test_who_claims_a_trial_and_waits_for_it_loads_no_jupyter(
    fresh_python: FreshPython,
) -> None:
    modules = loaded(
        fresh_python,
        "import mitosis._cli.experiments, mitosis._run.story, mitosis._run.posting\n"
        "from mitosis._store import Store",
    )
    jupyter = {"IPython", "ipykernel", "jupyter_client", "nbclient", "nbconvert", "nbformat"}
    pages = {"bs4", "jinja2", "markupsafe", "mistune", "pygments"}
    others = {"matplotlib", "numpy", "pandas", "rich", "scipy", "tornado", "traitlets", "zmq"}
    assert modules & (jupyter | pages | others) == set()
    seldom = [
        "_model.queries", "_model.sweeps", "_records.closing", "_records.plans",
        "_recording.metrics", "_run.chain", "_store.acting", "_store.asking",
        "_store.definitions", "_store.migrations", "_store.purging", "_store.restoring",
    ]  # fmt: skip
    assert [name for name in seldom if f"mitosis.{name}" in modules] == []


LIBRARIES = {
    "IPython", "bs4", "dill", "git", "jinja2", "jupyter_client", "matplotlib", "mistune",
    "nbclient", "nbconvert", "nbformat", "numpy", "pandas", "psutil", "pygments", "rich",
    "scipy", "sqlalchemy", "zmq",
}  # fmt: skip
"""What is slow to import, of all that commands use."""

COMMANDS_LOAD: dict[str, set[str]] = {
    "history -F trials": {"rich"},
    "history -F trials -n 1 --best max": {"rich"},
    "history sine -F trials --archived": {"rich"},
    "history -F trials --columns noise": {"rich", "sqlalchemy"},
    "history -F trials --json": {"numpy", "pandas", "sqlalchemy"},
    "history -F trials --group-by noise": {"numpy", "pandas", "rich", "scipy", "sqlalchemy"},
    "variants -F trials": {"rich", "sqlalchemy"},
    "check -F trials": {"sqlalchemy"},
    "archive KEY -F trials": {"sqlalchemy"},
    "tag KEY paper -F trials": {"sqlalchemy"},
    "note KEY text -F trials": {"sqlalchemy"},
}
"""The libraries that each command may load to answer for one ended trial."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project with one ended trial, and its key."""
    project = tmp_path_factory.mktemp("project")
    (project / "trials").mkdir()
    store, claimed = Store(project / "trials" / "sine.db"), claim(variant())
    store.claim(claimed)
    store.finish(finish(claimed.key))
    return project, claimed.key


def loaded_by(project: Path, words: list[str]) -> set[str]:
    """Return what of the slow libraries a command has loaded, whatever it answered."""
    lines = [
        "import sys, io, contextlib, click",
        "import mitosis.__main__; from mitosis._cli import command",
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):",
        f"    command({words!r})",
        "print(*{name.partition('.')[0] for name in sys.modules})",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return LIBRARIES & set(done.stdout.split())


def test_the_help_of_no_command_loads_a_library(fresh_python: FreshPython) -> None:
    code = f"""
        import contextlib, io, sys
        import mitosis.__main__; from mitosis._cli import command
        from mitosis._cli.commands import COMMANDS
        for name in COMMANDS:
            with contextlib.redirect_stdout(io.StringIO()):
                command([name, "--help"], standalone_mode=False)
            print(name, *{LIBRARIES!r}.intersection(sys.modules))
        """
    assert fresh_python(code).split() == list(COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize("line", COMMANDS_LOAD)
def test_a_command_loads_what_it_needs_and_no_more(
    recorded: tuple[Path, str], line: str
) -> None:
    project, key = recorded
    words = [key if word == "KEY" else word for word in line.split()]
    assert loaded_by(project, words) == COMMANDS_LOAD[line]


def names_for_type_checkers(package: str) -> dict[str, str]:
    """Return name to module, as a package that loads its names late imports them on paper."""
    source = (ROOT / package.replace(".", "/") / "__init__.py").read_bytes()
    return {
        alias.name: str(node.module)
        for block in ast.parse(source).body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize(
    "package", ["mitosis", "mitosis._model", "mitosis._recording", "mitosis.errors"]
)
def test_names_that_are_loaded_late_are_those_that_type_checkers_see(package: str) -> None:
    module, names = import_module(package), names_for_type_checkers(package)
    assert sorted(names) == sorted(module.__all__)
    for name, home in names.items():
        assert getattr(module, name) is getattr(import_module(home), name)


def test_canonical_texts_need_no_library_of_arrays(fresh_python: FreshPython) -> None:
    modules = loaded(fresh_python, "import mitosis; mitosis.digest({'a': [1, 2.5]})")
    absent = ["numpy", "pandas", "scipy", "sqlalchemy", "nbformat", "git", "mitosis._run"]
    assert [name for name in absent if name in modules] == []


@pytest.mark.parametrize("layer", ["_store", "_notebook", "_provenance", "_recording"])
def test_neighbours_do_not_load_each_other(fresh_python: FreshPython, layer: str) -> None:
    modules = loaded(fresh_python, f"import mitosis.{layer}")
    others = {"_store", "_notebook", "_provenance", "_recording", "_run", "_locks", "_cli"}
    assert [name for name in others - {layer} if f"mitosis.{name}" in modules] == []
