"""Where a recorded block stands, and what stands in it."""

from __future__ import annotations

import linecache
import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mitosis._run.block import Block
from mitosis.errors import InvalidParameterError


def entered(name: str) -> Any:
    return nullcontext(Block.around(sys._getframe(1), name, None))


def test_the_innermost_with_statement_is_the_source() -> None:
    with nullcontext():
        with (
            nullcontext(),
            entered(
                "kmeans",
            ) as block,
        ):
            inner = 1
            assert inner
        outer = 2
    assert outer
    assert block.source.splitlines()[0] == "with ("
    assert block.source.splitlines()[-1] == "    assert inner"
    assert block.files == (Path(__file__).resolve(),)


def test_where_there_is_no_with_statement_the_whole_file_is_the_source() -> None:
    with ExitStack() as stack:
        pass
    block = stack.enter_context(entered("kmeans"))
    assert block.source == Path(__file__).read_text()


def from_cell(source: str, name: str) -> Block:
    text = dedent(source)
    linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
    namespace: dict[str, Any] = {"entered": entered}
    exec(compile(text, name, "exec"), namespace)
    del linecache.cache[name]
    found = namespace["block"]
    assert isinstance(found, Block)
    return found


def test_a_cell_has_a_source_and_the_place_of_its_process() -> None:
    block = from_cell('\nwith entered("a") as block:\n    x = 1\n', "<cell 1>")
    assert block.source == 'with entered("a") as block:\n    x = 1'
    assert (block.file, block.files) == (None, (Path.cwd(),))
    assert block.namespace("k")["x"] == 1


def test_code_that_nobody_can_read_again_stands_nowhere() -> None:
    namespace: dict[str, Any] = {"entered": entered}
    exec('with entered("a") as block: pass', namespace)
    block = namespace["block"]
    assert (block.source, block.files) == ("", (None,))
    (cell,) = block.cells((), ())
    assert cell.source == "# a block in an interactive session"


def test_a_block_in_an_archive_stands_where_that_is(tmp_path: Path) -> None:
    archive = tmp_path / "app.pyz"
    archive.touch()
    block = from_cell('with entered("a") as block: pass', str(archive / "__main__.py"))
    assert (block.file, block.files) == (archive, (archive,))


@pytest.mark.parametrize("name", ["", None, 3, "\ud800"])
def test_a_name_that_is_no_text_is_refused(name: Any) -> None:
    with pytest.raises(InvalidParameterError, match="name is"):
        entered(name)
