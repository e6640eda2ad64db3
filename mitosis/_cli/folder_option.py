"""The option that says which trials folder is meant, for all commands that look into one."""

from __future__ import annotations

from pathlib import Path

import click

folder_option = click.option(
    "-F",
    "--folder",
    type=click.Path(path_type=Path),
    help="The trials folder. Default: the one in [tool.mitosis], else trials in the "
    "repository's root.",
)
