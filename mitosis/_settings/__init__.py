"""What a project sets in `[tool.mitosis]` of its `pyproject.toml`."""

from mitosis._settings.notebooks import NOTEBOOK_ENDINGS, is_notebook_path
from mitosis._settings.settings import (
    Settings,
    default_lock_file,
    default_trials_folder,
    find_settings,
    repository_root,
)

__all__ = [
    "NOTEBOOK_ENDINGS",
    "Settings",
    "default_lock_file",
    "default_trials_folder",
    "find_settings",
    "is_notebook_path",
    "repository_root",
]
