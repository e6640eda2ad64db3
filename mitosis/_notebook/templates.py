"""Where the templates of pages come from, and where they are kept once compiled."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for annotations only: it takes long to import
    from jinja2 import Environment
    from jinja2.bccache import Bucket


def templates_in(folder: Path) -> Environment:
    """Return the templates in a folder, and in that alone.

    No template or setting of the user's Jupyter reaches a record. To compile a template takes
    longer than to write a page with it, so it is kept where Python keeps compiled modules.
    """
    from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader

    class Compiled(FileSystemBytecodeCache):
        """Does without a file that it cannot read or write."""

        def load_bytecode(self, bucket: Bucket) -> None:
            with suppress(Exception):  # whatever is wrong with it: it is made anew
                super().load_bytecode(bucket)

        def dump_bytecode(self, bucket: Bucket) -> None:
            if not sys.dont_write_bytecode:
                with suppress(OSError):
                    Path(self.directory).mkdir(parents=True, exist_ok=True)
                    super().dump_bytecode(bucket)

    place = Path(cache_from_source(str(folder / "any.py"))).parent
    compiled = Compiled(str(place), f"%s.{sys.implementation.cache_tag}.jinja")
    return Environment(
        autoescape=True, loader=FileSystemLoader(folder), bytecode_cache=compiled
    )
