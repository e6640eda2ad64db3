"""Python on the pages runs, or at least compiles; sessions print what the pages say."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from .pages import ROOT, blocks, pages
from .sessions import has_session, replay, rewritten, scrubbed, steps

TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages()}


@pytest.mark.parametrize("page", [p for p, text in TEXTS.items() if ">>> " in text])
def test_examples_print_what_the_page_says(page: str) -> None:
    found = [b for b in blocks(TEXTS[page]) if b.kind == "python" and ">>> " in b.text]
    parser = doctest.DocTestParser()
    examples = []
    for block in found:
        part = parser.get_examples(block.text, page)
        for example in part:
            example.lineno += block.line - 1
        examples += part
    test = doctest.DocTest(examples, {"__name__": "__main__"}, page, page, 0, None)
    failed, attempted = doctest.DocTestRunner().run(test)
    assert attempted
    assert not failed


@pytest.mark.parametrize("page", [p for p, text in TEXTS.items() if "```python" in text])
def test_python_compiles(page: str) -> None:
    for block in blocks(TEXTS[page]):
        if block.kind == "python" and ">>> " not in block.text:
            compile("\n" * (block.line - 1) + block.text, page, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p, text in TEXTS.items() if has_session(text)])
def test_a_session_prints_what_the_page_says(page: str, tmp_path: Path) -> None:
    text = TEXTS[page]
    outputs = replay(text, tmp_path)
    found = [step for b in blocks(text) if b.kind == "console" for step in steps(b)]
    assert len(outputs) == len(found)
    assert scrubbed(rewritten(text, outputs)) == scrubbed(text)
