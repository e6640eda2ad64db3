"""The environment: the interpreter and the packages that an import would find."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from mitosis._model import Environment

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_NAME = re.compile(r"^Name:[ \t]*(\S+)", re.MULTILINE)
_VERSION = re.compile(r"^Version:[ \t]*(\S+)", re.MULTILINE)
_CONDA = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\.json")
_METADATA_FILES = ("METADATA", "PKG-INFO", "")
"""Of a wheel, of a folder `.egg-info`, and the `.egg-info` that is a file itself."""

_BLOCK_BYTES = 8192

_Mark = tuple[str, int, int]


def environment() -> Environment:
    """Return the interpreter and all installed packages.

    Where a package is installed twice, the first on `sys.path` counts, as it does for an
    import. A package without readable name or version is left out. The answer is kept for
    this process until `sys.path` or one of its folders changes (as an installation does).
    """
    return _environment(tuple(map(_mark, [*sys.path, str(_conda_folder())])))


def environment_json(environment: Environment) -> bytes:
    """Return the text that is stored for an environment: JSON, sorted, one package a line."""
    content: dict[str, str | dict[str, str]] = {
        "python": environment.python,
        "implementation": environment.implementation,
        "packages": dict(environment.packages),
    }
    if environment.conda:  # elsewhere the text stays what it was, and so does its digest
        content["conda"] = dict(environment.conda)
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def environment_digest(environment: Environment) -> str:
    """Return the SHA-256 of the stored text, in hexadecimal digits: the environment's name."""
    return sha256(environment_json(environment)).hexdigest()


def read_environment(path: Path) -> Environment | None:
    """Return a stored environment; None where its file is missing or damaged."""
    try:
        content = json.loads(path.read_bytes())
        return Environment(
            python=str(content["python"]),
            implementation=str(content["implementation"]),
            packages={str(name): str(v) for name, v in content["packages"].items()},
            conda={str(name): str(v) for name, v in content.get("conda", {}).items()},
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _mark(entry: str) -> _Mark:
    try:
        found = os.stat(entry or ".")  # noqa: PTH116 - a dozen for each trial; Path is slower
    except OSError:
        return entry, 0, 0
    return entry, found.st_ino, found.st_mtime_ns


@lru_cache(maxsize=1)
def _environment(_marks: tuple[_Mark, ...]) -> Environment:
    return Environment(
        python=" ".join(sys.version.split()),
        implementation=platform.python_implementation(),
        packages=_packages(),
        conda=_conda_packages(_conda_folder()),
    )


def _conda_folder() -> Path:
    return Path(sys.base_prefix) / "conda-meta"  # also below a venv that conda's Python made


def _conda_packages(folder: Path) -> dict[str, str]:
    """Return what conda has installed, by the names of its files: libraries in C among it."""
    found = map(_CONDA.fullmatch, sorted(file.name for file in folder.glob("*.json")))
    return {each["name"]: f"{each['version']} {each['build']}" for each in found if each}


def _packages() -> dict[str, str]:
    from importlib.metadata import distributions

    packages: dict[str, str] = {}
    doubled = set()
    for name, version in _described(distributions()):
        if packages.setdefault(name, version) != version:
            doubled.add(name)
    return dict(sorted((packages | _resolved(doubled)).items()))


def _described(found: Iterable[Distribution]) -> Iterator[tuple[str, str]]:
    for distribution in found:
        head = _head(distribution)
        name, version = _NAME.search(head), _VERSION.search(head)
        if name and version:
            yield re.sub(r"[-_.]+", "-", name[1]).lower(), version[1]


def _head(distribution: Distribution) -> str:
    """Return the header of a package's metadata, as text.

    `Distribution.metadata` parses all of it as an e-mail, README included, which takes eight
    times as long.
    """
    texts = map(distribution.read_text, _METADATA_FILES)
    try:
        text = _beginning(distribution) or next(filter(None, texts), "")
    except (OSError, UnicodeDecodeError):
        return ""
    return text.partition("\n\n")[0].partition("\r\n\r\n")[0]


def _beginning(distribution: Distribution) -> str:
    """Return the header of a wheel's metadata if it is in the first block; else nothing.

    There are hundreds of packages, and to read the README of each takes three times as long.
    """
    folder = getattr(distribution, "_path", None)  # there is no public name for it
    if not isinstance(folder, Path):  # in an archive
        return ""
    name = f"{folder}/{_METADATA_FILES[0]}"
    with suppress(OSError), open(name, "rb", buffering=0) as file:  # noqa: PTH123 - as in `_mark`
        head, end, _ = file.read(_BLOCK_BYTES).partition(b"\n\n")
        return head.decode() if end else ""
    return ""


def _resolved(names: set[str]) -> dict[str, str]:
    """Return the version that `importlib.metadata` settles on for packages found twice.

    It goes by the names of the metadata folders, so it does not fall for the remains of an
    interrupted installation (`~umpy-1.0.dist-info`).
    """
    from importlib.metadata import PackageNotFoundError, distribution

    resolved: dict[str, str] = {}
    for name in names:
        with suppress(PackageNotFoundError):
            resolved.update(_described([distribution(name)]))
    return resolved
