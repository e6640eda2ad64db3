"""A virtual environment of its own for each tool, kept in the user's cache and used again.

The tools come from PyPI, mitosis itself from this checkout. They do not share an environment,
for their dependencies differ and a package more costs each of them time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
OURS, PUBLISHED, PAPERMILL, MLFLOW = "mitosis", "mitosis 0.6.1", "papermill", "MLflow"
_LIBRARIES = ("numpy", "matplotlib")
REQUIREMENTS = {
    OURS: (str(CHECKOUT), *_LIBRARIES),
    PUBLISHED: ("mitosis==0.6.1", *_LIBRARIES),
    PAPERMILL: ("papermill", "nbconvert", "ipykernel", *_LIBRARIES),
    MLFLOW: ("mlflow", *_LIBRARIES),
}
_KEPT_OUT = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "MPLBACKEND")


@cache
def programs(tool: str) -> Path:
    """Return the folder of a tool's programs; install the tool if it is not there yet.

    This checkout is installed anew, as a wheel: as users have it, and without what others
    change in it meanwhile.
    """
    folder = _cache() / tool.replace(" ", "-").lower()
    stamp = folder / "requirements.txt"
    wanted = "\n".join([sys.version, *REQUIREMENTS[tool]])
    is_there = stamp.exists() and stamp.read_text(encoding="utf-8") == wanted
    if not is_there:
        venv.create(folder, with_pip=True, clear=True)
    if not is_there or tool == OURS:
        print(f"installing {tool} ...", file=sys.stderr)
        install = [str(folder / "bin" / "pip"), "install", "--quiet", *REQUIREMENTS[tool]]
        subprocess.run(install, check=True, stderr=subprocess.PIPE)
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"


def versions() -> str:
    """Return what is compared, in one line."""
    return ", ".join(
        f"{tool} {_version(tool)}" if tool != PUBLISHED else tool for tool in REQUIREMENTS
    )


def surroundings(**more: str) -> dict[str, str]:
    """Return environment variables as a user has them, who tunes nothing."""
    kept = {name: value for name, value in os.environ.items() if name not in _KEPT_OUT}
    return kept | {"MLFLOW_DISABLE_TELEMETRY": "true"} | more


def _version(tool: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({tool.lower()!r}))"
    python = str(programs(tool) / "python")
    return subprocess.check_output([python, "-c", code], text=True).strip()


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "mitosis-bench"
