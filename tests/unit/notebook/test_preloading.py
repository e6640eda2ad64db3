"""What is imported before an experiment does it, and what is left to the experiment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from mitosis._notebook.preloading import installed_imports, module_file, preload


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return folder


def statements(folder: Path, text: str) -> list[str]:
    """Return what is imported early for an experiment of this code."""
    write(folder, {"experiment.py": text})
    return installed_imports([folder / "experiment.py"], [str(folder), *sys.path])


def test_installed_libraries_are_found_and_pythons_own_are_not(tmp_path: Path) -> None:
    text = '''
        """An experiment."""
        from __future__ import annotations
        import os, numpy, matplotlib.pyplot as plt
        from scipy import optimize
        from collections.abc import Mapping
        '''
    assert statements(tmp_path, text) == [
        "import numpy",
        "import matplotlib.pyplot",
        "from scipy import optimize",
    ]


def test_code_before_an_import_may_change_it_so_that_import_is_left_alone(
    tmp_path: Path,
) -> None:
    text = "import numpy\nnumpy.seterr(all='raise')\nimport scipy"
    assert statements(tmp_path, text) == ["import numpy"]


def test_modules_of_the_users_are_followed_and_never_imported(tmp_path: Path) -> None:
    own = {"own/__init__.py": "raise SystemExit", "own/model.py": "import numpy\n1/0"}
    write(tmp_path, own)
    assert statements(tmp_path, "from own.model import Model\nimport scipy") == [
        "import scipy",
        "import numpy",
    ]
    assert "own" not in sys.modules
    assert module_file("own.model", [str(tmp_path)]) == tmp_path / "own" / "model.py"


def test_a_module_of_the_users_hides_an_installed_one_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"numpy.py": ""})
    assert statements(tmp_path, "import numpy") == []


def test_the_backend_of_inline_figures_is_never_imported_early(tmp_path: Path) -> None:
    assert statements(tmp_path, "import matplotlib_inline.backend_inline") == []


@pytest.mark.parametrize("text", ["import (", "\0", "import absent_library"])
def test_what_cannot_be_read_or_found_counts_for_nothing(tmp_path: Path, text: str) -> None:
    assert statements(tmp_path, text) == []


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_library_that_says_something_on_import_is_told(libraries: Path) -> None:
    files = {
        "mute_library.py": "import os; os.environ['SET_BY_LIBRARY'] = '1'",
        "loud_library.py": "import os; os.write(1, b'hello')",
        "warning_library.py": "import os; os.write(2, b'old')",
        "broken_library.py": "raise ValueError",
    }
    write(libraries, files)
    former = dict(os.environ)
    found = preload([f"import {name.removesuffix('.py')}" for name in files])
    assert found.said == {"import loud_library", "import warning_library"}
    assert found.environment == {"SET_BY_LIBRARY": "1"}
    assert dict(os.environ) == former
    assert "mute_library" in sys.modules


def test_a_library_that_starts_a_thread_is_told(libraries: Path) -> None:
    text = "import threading; threading.Thread(target=threading.Event().wait, args=[9]).start()"
    write(libraries, {"threaded_library.py": text.replace("[9]", "[2]")})
    assert preload(["import threaded_library"]).threaded == {"import threaded_library"}
