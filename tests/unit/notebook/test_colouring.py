"""Code in colours: whatever it is, all of it stays, and Python is told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis._notebook.colouring import highlight, tokens

PYTHON = '''@dask.delayed(pure=True)  # lazily
@cached
async def fit(x: int = 0x1F) -> None:
    """Fit
    twice."""
    if x is not None and not x:
        return f"{x!r:>{x}} {{a}} é" + r'\\n' + \\
            "ü" @ matrix
    # é comment
    @property
    class Model: pass
(a
 @ b)
'''


def coloured(code: str) -> list[tuple[str, str]]:
    return [(kind, text) for _, kind, text in tokens(code) if kind]


def test_words_texts_numbers_and_names_are_told_apart() -> None:
    found = coloured(PYTHON)
    assert [text for kind, text in found if kind == "k"] == [
        *("async", "def", "if", "is", "not", "and", "not", "return", "class", "pass")
    ]
    assert [text for kind, text in found if kind == "c"] == ["# lazily", "# é comment"]
    numbers = [text for kind, text in found if kind == "m"]
    assert numbers == ["True", "0x1F", "None", "None"]
    names = "".join(text for kind, text in found if kind == "f")
    assert names == "@dask.delayed@cachedfit@propertyModel"
    texts = "".join(text for kind, text in found if kind == "s")
    assert texts.startswith('"""Fit\n    twice."""f"')
    assert texts.endswith("""r'\\n'"ü\"""")


def test_the_pieces_are_the_whole_code_in_order() -> None:
    pieces = tokens(PYTHON)
    assert "".join(text for _, _, text in pieces) == PYTHON
    assert all(PYTHON.startswith(text, start) for start, _, text in pieces)


def test_a_slice_keeps_the_colours_of_what_it_cuts() -> None:
    code = "text = '''one\ntwo'''\n"
    assert highlight(tokens(code), 0, 13) == 'text = <span class="s">&#39;&#39;&#39;one</span>'
    assert highlight(tokens(code), 14, 22) == '<span class="s">two&#39;&#39;&#39;</span>\n'


@pytest.mark.parametrize("rest", ["!ls 'it", "x = '''", "(", "0_", "  deep\n less", "null \0"])
def test_what_is_no_python_is_kept_as_it_is(rest: str) -> None:
    code = f"def f(): pass\n{rest}\n"
    assert "".join(text for _, _, text in tokens(code)) == code


def test_what_stands_before_a_line_for_a_shell_has_its_colours() -> None:
    assert coloured("def f(): pass\n!echo 'it\n")[:2] == [("k", "def"), ("f", "f")]


def test_endless_code_has_no_colours() -> None:
    code = "x = 1\n" * 20_000
    assert tokens(code) == [(0, "", code)]


@given(
    st.lists(
        st.sampled_from(
            [
                "f'",
                'f"""',
                "{",
                "}",
                "{{",
                "'",
                '"""',
                "\\",
                "\n",
                "\r",
                "\f",
                "\t",
                "  ",
                "@",
                "é",
                "😀",
                "def f",
                "class",
                "x",
                "1",
                "#",
                "!r",
                ":>",
                "(",
                ")",
                "\u2028",
                "\x1c",
            ]
        )
    ).map("".join)
    | st.text()
)
def test_no_character_is_lost_or_doubled(code: str) -> None:
    assert "".join(text for _, _, text in tokens(code)) == code
