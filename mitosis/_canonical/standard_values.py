"""Values of the standard library without members: numbers, times, paths, patterns, enums.

None of these modules is imported here. Each value is read by the methods and descriptors of
its own class, so that subclasses cannot lie about the payload.
"""

from __future__ import annotations

from itertools import pairwise
from pickle import PicklingError
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.lookup import follow
from mitosis._canonical.objects import payload
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, key_of, named, nameless
from mitosis._canonical.scalars import integer, quoted
from mitosis._canonical.wording import escaped

_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond")


def base_of(value: Any, *keys: str) -> Any:
    """Return the class in a value's lineage that a rule is written for."""
    return next(cls for cls in anatomy.lineage(type(value)) if key_of(cls) in keys)


def read(value: Any, base: Any, name: str) -> Any:
    """Return an attribute as the base class defines it."""
    return anatomy.own(base)[name].__get__(value)


@payload("decimal.Decimal")
def decimal_payload(value: Any, _: Writer) -> list[str]:
    """Read a Decimal with its digits and exponent; NaNs of a kind and payload are one."""
    text = base_of(value, "decimal.Decimal").__str__(value)
    # A context may ask for a small e; no other word of a Decimal holds one.
    return [quoted(text.replace("e", "E"))]


@payload("fractions.Fraction")
def fraction_payload(value: Any, _: Writer) -> list[str]:
    """Read a Fraction."""
    base = base_of(value, "fractions.Fraction")
    return [integer(read(value, base, name)) for name in ("numerator", "denominator")]


@payload("datetime.datetime")
def datetime_payload(value: Any, writer: Writer) -> list[str]:
    """Read local time, fold and zone: equal instants in two zones differ."""
    base, date = base_of(value, "datetime.datetime"), base_of(value, "datetime.date")
    year, month, day = (read(value, date, name) for name in _DATE)
    local = f"{year:04d}-{month:02d}-{day:02d}T{_local_time(value, base)}"
    return [quoted(local), *_clock(value, base, writer)]


@payload("datetime.time")
def time_payload(value: Any, writer: Writer) -> list[str]:
    """Read time, fold and zone."""
    base = base_of(value, "datetime.time")
    return [quoted(_local_time(value, base)), *_clock(value, base, writer)]


@payload("datetime.date")
def date_payload(value: Any, _: Writer) -> list[str]:
    """Read a date."""
    return [quoted(base_of(value, "datetime.date").isoformat(value))]


@payload("datetime.timedelta")
def timedelta_payload(value: Any, _: Writer) -> list[str]:
    """Read a duration."""
    base = base_of(value, "datetime.timedelta")
    return [f"{name}={read(value, base, name)}" for name in ("days", "seconds", "microseconds")]


@payload("datetime.timezone")
def timezone_payload(value: Any, writer: Writer) -> list[str]:
    """Read a fixed offset, and its name if it was given one."""
    base = base_of(value, "datetime.timezone")
    arguments = base.__getinitargs__(value)
    return [writer.form(part, "") for part in arguments]


@payload("zoneinfo.ZoneInfo")
def zone_payload(value: Any, _: Writer) -> list[str]:
    """Read a zone's key; the rules behind it are the machine's."""
    base = base_of(value, "zoneinfo.ZoneInfo")
    key = read(value, base, "key")
    if type(key) is not str or _is_from_file(value, base):
        msg = "a time zone made from a file has no key; use zoneinfo.ZoneInfo(key)"
        raise Refusal(msg)
    return [quoted(key)]


@nameless("pytz.BaseTzInfo")
def write_pytz_zone(value: Any, _: Writer) -> str:
    """Write a zone of pytz with its offset: it makes a class of its own for each zone."""
    offset = value.utcoffset(None) if value.zone is None else getattr(value, "_utcoffset", None)
    return f"pytz.timezone({quoted(str(value.zone))}, {quoted(str(offset))})"


@payload("uuid.UUID")
def uuid_payload(value: Any, _: Writer) -> list[str]:
    """Read a UUID."""
    digits = f"{read(value, base_of(value, 'uuid.UUID'), 'int'):032x}"
    cuts = (0, 8, 12, 16, 20, 32)
    return [quoted("-".join(digits[a:b] for a, b in pairwise(cuts)))]


@payload("pathlib.PurePath")
def path_payload(value: Any, _: Writer) -> list[str]:
    """Read a path as it is written, neither made absolute nor looked up."""
    return [quoted(str.__str__(base_of(value, "pathlib.PurePath").__str__(value)))]


@named("re.Pattern")
def write_pattern(value: Any, writer: Writer) -> str:
    """Write `re.compile('a', flags=34)`."""
    pattern = writer.form(value.pattern, ".pattern")
    return f"re.compile({pattern}, flags={int.__int__(value.flags)})"


@named("enum.Enum")
def write_member(value: Any, writer: Writer) -> str:
    """Write `<pkg.mod.Color.RED: 1>`, or `<pkg.mod.Perm: 6>` for flags without a name."""
    kind = type(value)
    state = anatomy.instance_dict(value)
    held, name = state.get("_value_"), state.get("_name_")
    # Every enum class lists its members, and those that flags made up, by these two names.
    if type(name) is str and dict.get(_listed(kind, "_member_map_"), name) is value:
        tag = f"{writer.name(kind)}.{escaped(name)}"
        # `object()` and lambdas are common values of members, which have a name all the same.
        said = f": {writer.form(held, '.value')}" if writer.can_write(held) else ""
        return f"<{tag}{said}>"
    if dict.get(_listed(kind, "_value2member_map_"), held) is value:
        return f"<{writer.name(kind)}: {writer.form(held, '.value')}>"
    msg = f"not one of the members of {writer.name(kind)}; use one"
    raise Refusal(msg)


def _listed(kind: type, name: str) -> dict[Any, Any]:
    found = follow(kind, name)
    return found if type(found) is dict else {}


def _local_time(value: Any, base: Any) -> str:
    # `isoformat` wants the zone removed, for which a subclass makes a new value of its own.
    hour, minute, second, microsecond = (read(value, base, name) for name in _TIME)
    fraction = f".{microsecond:06d}" if microsecond else ""
    return f"{hour:02d}:{minute:02d}:{second:02d}{fraction}"


def _is_from_file(value: Any, base: Any) -> bool:
    # Then a key is only what the file was called; pickle refuses it for that.
    try:
        base.__reduce__(value)
    except PicklingError:
        return True
    return False


def _clock(value: Any, base: Any, writer: Writer) -> list[str]:
    zone = writer.form(read(value, base, "tzinfo"), ".tzinfo")
    return [f"fold={read(value, base, 'fold')}", f"tz={zone}"]
