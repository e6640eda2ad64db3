"""What is imported before an experiment does it, and what is left to the experiment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from mitosis._notebook.preloading import (
    first_imports,
    installed_imports,
    preload,
    source_files,
)


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


def test_a_module_of_the_users_hides_an_installed_one_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"numpy.py": ""})
    assert statements(tmp_path, "import numpy") == []


def test_the_backend_of_inline_figures_is_never_imported_early(tmp_path: Path) -> None:
    assert statements(tmp_path, "import matplotlib_inline.backend_inline") == []


@pytest.mark.parametrize("text", ["import (", "\0", "import absent_library"])
def test_what_cannot_be_read_or_found_counts_for_nothing(tmp_path: Path, text: str) -> None:
    assert statements(tmp_path, text) == []


def test_a_modules_packages_are_executed_before_it(tmp_path: Path) -> None:
    own = {"own/__init__.py": "raise SystemExit", "own/models/fit.py": "", "train.py": ""}
    write(tmp_path, own)
    path = [str(tmp_path)]
    assert source_files("own.models.fit", path) == [
        tmp_path / "own" / "__init__.py",
        tmp_path / "own" / "models" / "fit.py",
    ]
    assert source_files("own.absent", path) == []
    assert source_files("train.ipynb", path) == []
    assert source_files("elsewhere/train.py", path) == [Path("elsewhere/train.py")]


@pytest.mark.parametrize(
    ("files", "first"),
    [
        ({"pkg/exp.py": "import os, sys, numpy\nimport scipy\nx = 1\nimport click"}, 2),
        ({"pkg/__init__.py": '"""Text."""\nimport numpy', "pkg/exp.py": "import scipy"}, 2),
        (
            {
                "pkg/__init__.py": "import os\nos.environ['A'] = '1'",
                "pkg/exp.py": "import numpy",
            },
            0,
        ),
        ({"pkg/exp.py": "import numpy\nfrom . import own\nimport scipy"}, 1),
        ({"pkg/exp.py": "import numpy, own, scipy", "own.py": ""}, 1),
        ({"pkg/exp.py": "import numpy\nimport absent_library\nimport scipy"}, 1),
        ({"pkg/__init__.py": "import (", "pkg/exp.py": "import numpy"}, 0),
    ],
)
def test_only_what_comes_before_any_code_of_the_users_is_the_same_anywhere(
    tmp_path: Path, files: Mapping[str, str], first: int
) -> None:
    path = [str(write(tmp_path, files)), *sys.path]
    found = first_imports(source_files("pkg.exp", path), path)
    assert found == ["import numpy", "import scipy"][:first]


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
    assert found.said == {"import loud_library", "import warning_library"} == found.unfit
    assert found.words == [(1, b"hello"), (2, b"old")]
    assert found.environment == {"SET_BY_LIBRARY": "1"}
    assert dict(os.environ) == former
    assert "mute_library" in sys.modules


def test_a_library_that_starts_a_thread_is_told(libraries: Path) -> None:
    text = "import threading; threading.Thread(target=threading.Event().wait, args=[9]).start()"
    write(libraries, {"threaded_library.py": text.replace("[9]", "[2]")})
    assert preload(["import threaded_library"]).threaded == {"import threaded_library"}
