"""Artifacts that a page can show: small images."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mitosis._wording import shown

if TYPE_CHECKING:  # for annotations only: reading a folder must not load Jupyter
    from mitosis._notebook import Picture

_KINDS = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_MOST_BYTES = 500_000


def small_images(folder: Path, names: Iterable[str]) -> list[str]:
    """Return those of the artifacts that are images and small enough for a page.

    Args:
        folder: of the artifacts.
        names: theirs, as paths below it; links, which may lead anywhere, are no images.
    """
    return [name for name in names if _kind(name) and _is_small_file(folder / name)]


def read_image(folder: Path, name: str) -> Picture | None:
    """Return an artifact that is an image, or None if it cannot be read."""
    from mitosis._notebook import Picture

    try:
        return Picture(shown(name), _kind(name), (folder / name).read_bytes())
    except OSError:
        return None


def _kind(name: str) -> str:
    return _KINDS.get(Path(name).suffix.lower(), "")


def _is_small_file(path: Path) -> bool:
    try:
        is_file = path.is_file() and not path.is_symlink()
        return is_file and path.stat().st_size < _MOST_BYTES
    except OSError:
        return False
