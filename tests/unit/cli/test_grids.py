"""What a command line asks a sweep to vary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitosis import Parameter
from mitosis._cli.grids import asked_grid, split_outside
from mitosis.errors import InvalidParameterError


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("low", ["low"]),
        ("low,high", ["low", "high"]),
        (" low , high ", ["low", "high"]),
        ("[1, 2], (3, 4)", ["[1, 2]", "(3, 4)"]),
        ("{'a': [1, 2], 'b': 3}, None", ["{'a': [1, 2], 'b': 3}", "None"]),
        ("'a,b', \"c,d\"", ["'a,b'", '"c,d"']),
        (r"'a\',b', 'c'", [r"'a\',b'", "'c'"]),
        (r"'a\\', 'c'", [r"'a\\'", "'c'"]),
        ("dict(a=1, b=2), f(x)[1, 2]", ["dict(a=1, b=2)", "f(x)[1, 2]"]),
        ("a),b", ["a)", "b"]),
        ("a,,b", ["a", "", "b"]),
    ],
)
def test_commas_split_outside_of_quotes_and_brackets(text: str, parts: list[str]) -> None:
    assert split_outside(text) == parts


LITERALS = st.recursive(
    st.integers() | st.text() | st.booleans() | st.none() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.slow
@given(st.lists(LITERALS, min_size=1))
def test_literals_joined_by_commas_are_found_again(values: list[object]) -> None:
    assert split_outside(",".join(map(repr, values))) == [repr(value) for value in values]


def test_names_and_expressions_of_one_argument_are_one_list() -> None:
    grid, untracked = asked_grid(
        ["amplitude=low,high", "frequency=*", "+path=here"], ["amplitude=3", "k=1,[2, 3]"]
    )
    assert grid == {
        "amplitude": ["low", "high", Parameter("3", "amplitude", "3", evaluate=True)],
        "frequency": "*",
        "path": ["here"],
        "k": [
            Parameter("1", "k", "1", evaluate=True),
            Parameter("[2, 3]", "k", "[2, 3]", evaluate=True),
        ],
    }
    assert untracked == ("path",)


def test_all_texts_that_are_not_understood_are_told_at_once() -> None:
    with pytest.raises(InvalidParameterError) as caught:
        asked_grid(["amplitude", "=low", "a=low,,high"], ["k="])
    assert len(caught.value.faults) == 4
    assert "'a=low,,high' has to read ARGUMENT=VARIANT,VARIANT,..." in caught.value.faults
