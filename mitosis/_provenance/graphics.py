"""Graphics processors and their drivers, as the system tells them without a library.

Places: NVIDIA's driver writes `/proc/driver/nvidia`, the kernel's graphics drivers
`/sys/class/drm`. Inside of some virtual machines (WSL) only `nvidia-smi` knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from mitosis._provenance.asking import said

_ROOT = Path("/")
_NVIDIA_SMI = ("nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader")
_AMD = "0x1002"
_VERSION = re.compile(r"\b\d{3,}\.\d+(?:\.\d+)*\b")
_MODEL = re.compile(r"^Model:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_CARD = re.compile(r"card\d+")


@cache
def gpus(root: Path = _ROOT) -> tuple[str, ...]:
    """Return name and driver of each graphics processor that can compute.

    Args:
        root: where `proc` and `sys` are.
    """
    return (*(_nvidia(root / "proc/driver/nvidia") or _nvidia_smi()), *_amd(root / "sys"))


def _nvidia(driver: Path) -> tuple[str, ...]:
    version = _VERSION.search(_text(driver / "version"))
    told = f", driver {version[0]}" if version else ""
    models = [_MODEL.search(_text(place)) for place in _numbered(driver, "gpus/*/information")]
    return tuple(f"{model[1]}{told}" for model in models if model)


def _nvidia_smi() -> Iterator[str]:
    for line in said(_NVIDIA_SMI).splitlines():
        name, comma, version = line.rpartition(", ")
        if comma:
            yield f"{name}, driver {version}"


def _amd(system: Path) -> Iterator[str]:
    version = _text(system / "module/amdgpu/version")
    told = f", driver amdgpu {version}" if version else ", driver amdgpu"
    for card in _numbered(system, "class/drm/card*"):
        device = card / "device"
        if _CARD.fullmatch(card.name) and _text(device / "vendor") == _AMD:
            name = _text(device / "product_name") or f"AMD {_text(device / 'device')}"
            yield f"{name}{told}"


def _numbered(place: Path, pattern: str) -> list[Path]:
    """Return what fits, card 10 after card 9."""
    return sorted(place.glob(pattern), key=lambda path: (len(str(path)), str(path)))


def _text(place: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return place.read_text().strip()
    return ""
