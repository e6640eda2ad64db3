"""Classes that lie, raise or never end: none can fool, stop or hang the canonical form."""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import decimal
import functools
import typing
import zoneinfo
from collections.abc import Iterator
from multiprocessing import shared_memory
from pathlib import Path
from typing import Any, cast

import pytest

from mitosis._canonical import canonical, digest, form
from mitosis.errors import NotCanonicalError
from tests.unit.canonical import liars, samples

HERE = liars.__name__


@pytest.mark.parametrize("answer", [liars.fail, liars.leave])
@pytest.mark.parametrize("method", liars.METHODS)
@pytest.mark.parametrize("base", liars.PAYLOADS)
def test_a_hostile_method_is_not_asked(base: type, method: str, answer: Any) -> None:
    kind = liars.make(base, method, answer)
    one, other = liars.PAYLOADS[base]
    assert canonical(kind(one)) == canonical(kind(one))
    assert len({canonical(v) for v in (kind(one), kind(other), one)}) == 3


def test_a_hidden_dict_is_read_all_the_same() -> None:
    assert canonical(liars.HiddenDict(3)) == f"{HERE}.HiddenDict(held=3)"
    value = liars.HiddenSlots(3)
    value.more = 4  # type: ignore[attr-defined] # it is a slot
    assert canonical(value) == f"{HERE}.HiddenSlots(held=3, more=4)"


def test_attributes_of_one_name_are_told_apart_by_where_they_are() -> None:
    derived: Any = vars(liars.Shadowing)["a"]
    base: Any = vars(liars.Shadowed)["a"]
    in_derived, in_base, in_dict = (liars.Shadowing() for _ in range(3))
    derived.__set__(in_derived, 1)
    base.__set__(in_base, 1)
    in_dict.__dict__["a"] = 1
    assert [canonical(value) for value in (in_derived, in_base, in_dict)] == [
        f"{HERE}.Shadowing(a=1)",
        f"{HERE}.Shadowing(**{{(<class {HERE}.Shadowed>, 'a'): 1}})",
        f"{HERE}.Shadowing(**{{('__dict__', 'a'): 1}})",
    ]


def test_a_time_that_is_made_from_more_is_read_past_its_class() -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    value = liars.Label("x", 2020, 1, 2, 3, 4, 5, 6, tzinfo=berlin, fold=1)
    assert canonical(value) == (
        f"{HERE}.Label('2020-01-02T03:04:05.000006', fold=1, "
        "tz=zoneinfo.ZoneInfo('Europe/Berlin'), label='x')"
    )
    assert (
        canonical(liars.Hour("y", 3)) == f"{HERE}.Hour('03:00:00', fold=0, tz=None, label='y')"
    )


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime.min,  # noqa: DTZ901 - as `isoformat` writes it
        dt.datetime(2020, 1, 2, 3, 4, 5, 6),  # noqa: DTZ001 - as `isoformat` writes it
    ],
)
def test_a_time_is_written_as_isoformat_does(value: dt.datetime) -> None:
    assert canonical(value).startswith(f"datetime.datetime({value.isoformat()!r},")
    assert canonical(value.time()).startswith(f"datetime.time({value.time().isoformat()!r},")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (liars.Unreadable(), r"its state cannot be read \(Mute\)"),
        (liars.Leaving(), r"its state cannot be read \(SystemExit"),
        (liars.Endless(), "what its __reduce__ yields does not end"),
        (liars.Bottomless(), "nested deeper than 150 levels"),
        (super(liars.HiddenSlots, liars.HiddenSlots(1)), "part of running code"),
        (asyncio.Lock(), "a lock of threads belongs to one process"),
        (asyncio.Queue(), "a lock of threads belongs to one process"),
    ],
)
def test_what_cannot_be_read_is_refused_not_crashed(value: Any, reason: str) -> None:
    with pytest.raises(NotCanonicalError, match=reason):
        canonical([value])


def test_shared_memory_is_refused() -> None:
    shared = shared_memory.SharedMemory(create=True, size=1)
    try:
        with pytest.raises(NotCanonicalError, match="memory outside of Python"):
            canonical(shared)
    finally:
        shared.close()
        shared.unlink()


@pytest.fixture
def lying() -> Iterator[None]:
    yield
    liars.Fickle.lying = False


def entries(count: int = 2) -> list[tuple[Any, int]]:
    return [(liars.Fickle(number), number) for number in range(count)]


@pytest.mark.parametrize(
    "kind", [dict, collections.OrderedDict, collections.Counter, list, set]
)
@pytest.mark.usefixtures("lying")
def test_keys_that_begin_to_lie_change_no_text(kind: Any) -> None:
    pairs = entries()
    value = (
        kind({*dict(pairs)}) if kind is set else kind(pairs if kind is list else dict(pairs))
    )
    before = canonical(value)
    liars.Fickle.lying = True
    assert canonical(value) == before


@pytest.mark.usefixtures("lying")
def test_an_ordered_dict_that_its_keys_lead_astray_is_refused() -> None:
    value = collections.OrderedDict(entries(9))
    liars.Fickle.lying = True
    with pytest.raises(NotCanonicalError, match="cannot be found in it again"):
        canonical(value)


def test_order_after_moving_to_the_end_is_the_one_that_counts() -> None:
    moved = collections.OrderedDict(a=1, b=2)
    moved.move_to_end("a")
    assert canonical(moved) == canonical(collections.OrderedDict(b=2, a=1))


def test_a_state_from_a_class_method_is_read() -> None:
    assert canonical(liars.OwnState(3)) == f"{HERE}.OwnState(kind='OwnState')"


def test_private_methods_have_names() -> None:
    assert canonical(liars.Private.mine()) == f"<function {HERE}.Private.__mine>"


def test_a_member_is_known_by_its_name_if_its_value_has_no_text() -> None:
    assert canonical([*liars.Unique]) == (
        f"[<{HERE}.Unique.ONE>, <{HERE}.Unique.OTHER>, <{HERE}.Unique.CALLED>, "
        f"<{HERE}.Unique.NAMED: functools.partial(func=<function operator.add>, args=(1,), "
        "keywords={})>]"
    )


def test_fields_of_other_letters_stay_in_ascii() -> None:
    value = liars.Umlauts(1, 2)
    assert canonical(value) == rf"{HERE}.Umlauts(\xe4=1, \xf6=2)"
    assert len(digest(value)) == 64


def test_false_fields_of_a_tuple_are_not_believed() -> None:
    assert canonical(liars.PosingFields([2])) == f"{HERE}.PosingFields((2,))"


def test_a_context_of_decimals_changes_no_text() -> None:
    value = decimal.Decimal("1E+10")
    with decimal.localcontext() as context:
        context.capitals, context.prec = 0, 1
        assert canonical(value) == "decimal.Decimal('1E+10')"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (collections.OrderedDict(a=1).pop, dict.pop.__get__(collections.OrderedDict(a=1))),
        (True.__repr__, int.__repr__.__get__(True)),
        (tuple[int, str], next(iter(cast(Any, tuple[int, str])))),
        (typing.ForwardRef("A"), typing.ForwardRef("B")),
        (str.maketrans, bytes.maketrans),
    ],
)
def test_near_references_keep_apart(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


def test_annotated_types_have_one_text_in_each_python() -> None:
    assert canonical(typing.Annotated[int, 1]) == (
        "typing._AnnotatedAlias(by=<function operator.getitem>, "
        "args=(<class typing.Annotated>, (<class int>, 1)))"
    )


def test_a_zone_read_from_a_file_is_refused_whatever_it_is_called(tmp_path: Path) -> None:
    header = b"TZif" + bytes(16) + bytes([0, 0, 0, 0] * 4) + b"\0\0\0\1\0\0\0\4"
    (tmp_path / "zone").write_bytes(header + bytes(6) + b"UTC\0")
    with (tmp_path / "zone").open("rb") as file:
        zone = zoneinfo.ZoneInfo.from_file(file, key="Europe/Berlin")
    with pytest.raises(NotCanonicalError, match="a time zone made from a file"):
        canonical(zone)


def test_a_partial_that_a_wrapper_describes_is_its_own() -> None:
    described = functools.partial(samples.plus, 1)
    functools.update_wrapper(described, samples.plus)
    assert canonical(described) != canonical(functools.partial(samples.plus, 1))


def test_what_edition_1_confused_keeps_its_text_there() -> None:
    hidden = form(int.__repr__.__get__(True))
    assert hidden.text == "method(<function builtins.int.__repr__>, True)"
    assert hidden.former == {1: "method('__repr__', True)"}
    unpacked = form(next(iter(cast(Any, tuple[int]))))
    assert unpacked.text == "types.GenericAlias(<class tuple>, (<class int>,), unpacked=True)"
    assert unpacked.former == {1: "types.GenericAlias(<class tuple>, (<class int>,))"}
    assert form(True.__repr__).former == {}
