"""numpy: arrays by content, scalars by dtype, generators by state.

numpy is never imported here: whoever holds one of its values has imported it. What counts of
an array is dtype, shape and values in C order; memory layout and padding do not, all NaNs are
one. Texts are the same under numpy 1 and 2.
"""

from __future__ import annotations

import sys
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.array_digest import digest_values
from mitosis._canonical.lookup import leads_to
from mitosis._canonical.objects import attributes, state_of
from mitosis._canonical.references import singleton
from mitosis._canonical.refusal import Refusal
from mitosis._canonical.registry import Writer, key_of, named
from mitosis._canonical.scalars import integer, quoted
from mitosis._canonical.wording import row

_PREVIEWED = 6
_KINDS = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}
_UFUNC_HOMES = ("numpy", "scipy.special")
_BASES = frozenset({"numpy.ndarray", "numpy.MaskedArray", "numpy.generic"})


@named("numpy.ndarray")
def write_array(value: Any, writer: Writer) -> str:
    """Write `numpy.ndarray(dtype='<f8', shape=(3,), blake3='...', preview=[...])`."""
    plain = _numpy().ndarray.view(value, _numpy().ndarray)
    parts = array_parts(plain, writer)
    if key_of(type(value)) != "numpy.memmap":
        parts += attributes(state_of(value, _BASES), writer)
    return composed(value, parts, writer)


@named("numpy.MaskedArray")
def write_masked(value: Any, writer: Writer) -> str:
    """Write data (also what is masked, for it can be read), mask and fill value."""
    np = _numpy()
    state = anatomy.instance_dict(value)
    data = np.ndarray.view(value, np.ndarray)
    parts = array_parts(data, writer)
    mask = np.broadcast_to(np.asarray(np.ma.getmaskarray(value)), data.shape)
    parts.append(f"mask={writer.form(mask, '.mask')}")
    fill = _fill_value(state.get("_fill_value"), data.dtype, writer)
    parts.append(f"fill_value={writer.form(fill, '.fill_value')}")
    parts.append(f"hardmask={bool(state.get('_hardmask', False))}")
    return composed(value, parts, writer)


@named("numpy.generic")
def write_scalar(value: Any, writer: Writer) -> str:
    """Write `numpy.float64(0.1)`: the dtype's name, and the value as Python writes it."""
    # A subclass may override what a scalar says of itself, but not what it is as an array.
    plain = _numpy().generic.__array__(value)
    if plain.dtype.kind not in "biufcSUmM":
        return composed(value, array_parts(plain, writer), writer)
    if plain.dtype.kind in "SU":
        name, text = _text(value, plain[()], writer)
    else:
        name, text = _scalar(plain[()], plain.dtype)
    if anatomy.home(type(value)).startswith("numpy"):
        return f"numpy.{name}({text})"
    parts = [f"numpy.{name}({text})", *attributes(state_of(value, _BASES), writer)]
    return composed(value, parts, writer)


@named("numpy.dtype")
def write_dtype(value: Any, writer: Writer) -> str:
    """Write `numpy.dtype('<f8')`."""
    return f"numpy.dtype({dtype_text(value, writer)})"


@named("numpy.finfo", "numpy.iinfo", since=2)
def write_limits(value: Any, writer: Writer) -> str:
    """Write `numpy.finfo('<f8')`: the limits of a dtype follow from it."""
    return composed(value, [dtype_text(_numpy().dtype(value.dtype), writer)], writer)


@named("numpy.ufunc")
def write_ufunc(value: Any, _: Writer) -> str:
    """Write `<function numpy.add>`."""
    name = value.__name__
    for home in _UFUNC_HOMES:
        if leads_to(home, name, value):
            return f"<function {home}.{name}>"
    msg = "a ufunc that is not numpy's or scipy's; define a function in a module"
    raise Refusal(msg)


@named("numpy.Generator")
def write_generator(value: Any, writer: Writer) -> str:
    """Write a generator with the state of its bit generator."""
    return f"{writer.name(type(value))}({writer.form(value.bit_generator, '.bit_generator')})"


@named("numpy.BitGenerator")
def write_bit_generator(value: Any, writer: Writer) -> str:
    """Write the state, and how often it has spawned: it decides what is spawned next."""
    parts = [f"state={writer.form(value.state, '.state')}"]
    seeds = getattr(value, "seed_seq", None) or getattr(value, "_seed_seq", None)
    spawned = getattr(seeds, "n_children_spawned", 0)
    if spawned:
        parts.append(f"spawned={spawned}")
    return f"{writer.name(type(value))}({', '.join(parts)})"


@named("numpy.RandomState")
def write_random_state(value: Any, writer: Writer) -> str:
    """Write the state; numpy's global generator, which the system seeds, by name."""
    known = singleton(value)
    if known is not None:
        return known
    state = writer.form(value.get_state(legacy=False), ".state")
    return f"{writer.name(type(value))}(state={state})"


@named("numpy.SeedSequence")
def write_seeds(value: Any, writer: Writer) -> str:
    """Write entropy, key, size and children of a seed sequence."""
    return f"{writer.name(type(value))}(state={writer.form(value.state, '.state')})"


def composed(value: Any, parts: list[str], writer: Writer) -> str:
    """Return `pkg.Foo(a, b=1)` from the texts of what an instance of `pkg.Foo` holds."""
    return f"{writer.name(type(value))}({', '.join(parts)})"


def array_parts(value: Any, writer: Writer) -> list[str]:
    """Return dtype, shape and content of an exact ndarray as texts of arguments."""
    head = [f"dtype={dtype_text(value.dtype, writer)}", f"shape={shape_text(value.shape)}"]
    if value.dtype.hasobject or value.dtype.kind == "T":
        held = value.reshape(-1).tolist()
        return [*head, f"values={writer.form(held, '')}"]
    return [*head, f"blake3='{digest_values(value)}'", f"preview={_preview(value)}"]


def dtype_text(dtype: Any, writer: Writer) -> str:
    """Return a dtype with its fields, but without offsets and padding."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return f"({dtype_text(base, writer)}, {shape_text(shape)})"
    if dtype.names is not None:
        fields = [_field(name, *dtype.fields[name], writer=writer) for name in dtype.names]
        return f"[{', '.join(fields)}]"
    if dtype.kind == "T":
        return _strings(dtype, writer)
    return quoted(dtype.str)


def shape_text(shape: tuple[int, ...]) -> str:
    """Return lengths as Python writes a tuple of them."""
    return row([repr(int(length)) for length in shape])


def _field(name: str, dtype: Any, _offset: int, title: Any = None, *, writer: Writer) -> str:
    label = quoted(name)
    if title is not None and writer.since(2):
        label = f"({writer.form(title, '.titles')}, {label})"
    return f"({label}, {dtype_text(dtype, writer)})"


def _strings(dtype: Any, writer: Writer) -> str:
    """Return a dtype of strings of any length, with what stands for a missing one."""
    options = {
        name: getattr(dtype, name) for name in ("coerce", "na_object") if hasattr(dtype, name)
    }
    if options.get("coerce") is True:
        del options["coerce"]
    if not options:
        return quoted("StringDType")
    if not writer.since(2):
        missing = options.get("na_object")
        return quoted("StringDType" if missing is None else f"StringDType({missing!r:.20})")
    texts = [f"{name}={writer.form(held, f'.{name}')}" for name, held in options.items()]
    return f"numpy.dtypes.StringDType({', '.join(texts)})"


def _fill_value(known: Any, dtype: Any, writer: Writer) -> Any:
    np = _numpy()
    fill = np.asarray(np.ma.default_fill_value(dtype) if known is None else known)
    # Pickling turns the default into a number of numpy's choice of type.
    if fill.dtype != dtype and (known is None or writer.since(2)):
        return fill.astype(dtype)
    return fill


def _preview(value: Any) -> str:
    first = value.reshape(-1)[:_PREVIEWED] if value.flags.c_contiguous else _first(value)
    texts = [_element(held) for held in first] if value.dtype.names is None else []
    if value.size > len(texts):
        texts.append("...")
    return f"[{', '.join(texts)}]"


def _first(value: Any) -> list[Any]:
    return [value[place] for place in zip(*_places(value.shape), strict=True)]


def _places(shape: tuple[int, ...]) -> list[list[int]]:
    np = _numpy()
    count = min(_PREVIEWED, int(np.prod(shape, dtype=object)))
    return [axis.tolist() for axis in np.unravel_index(range(count), shape)] if count else []


def _element(value: Any) -> str:
    if value.dtype.kind == "V":
        return quoted(value.tobytes())
    if value.dtype.kind == "M":
        return quoted(str(_numpy().datetime_as_string(value)))
    return (
        str(int(value.view("i8")))
        if value.dtype.kind == "m"
        else _scalar(value, value.dtype)[1]
    )


def _scalar(value: Any, dtype: Any) -> tuple[str, str]:
    """Return name of the type and text of the value."""
    kind = dtype.kind
    if kind in "mM":
        return _instant(value, dtype)
    if kind in "SU":
        return ("bytes_", quoted(bytes(value))) if kind == "S" else ("str_", quoted(str(value)))
    name = _KINDS[kind] + ("" if kind == "b" else str(8 * dtype.itemsize))
    return name, _number(value, kind, dtype.itemsize)


def _text(value: Any, shown: Any, writer: Writer) -> tuple[str, str]:
    """Return name and text of a string scalar, with the NULs at its end that numpy hides."""
    name, short = _scalar(shown, shown.dtype)
    is_bytes = shown.dtype.kind == "S"
    whole = quoted(bytes.__getitem__(value, slice(None)) if is_bytes else str.__str__(value))
    return name, whole if whole == short or writer.since(2) else short


def _number(value: Any, kind: str, size: int) -> str:
    if kind == "c":
        parts = (_real(part, size // 2) for part in (value.real, value.imag))
        return f"complex({', '.join(parts)})"
    if kind == "f":
        return _real(value, size)
    return str(bool(value)) if kind == "b" else integer(int(value))


def _real(value: Any, size: int) -> str:
    """Return the shortest digits that are this value and no other of its type."""
    np = _numpy()
    if size == 8 or not np.isfinite(value):
        return repr(float(value))
    if size > 8:
        return str(np.format_float_scientific(value, unique=True, trim="0"))
    kind = {2: np.float16, 4: np.float32}[size]
    exact = float(value)
    digits = (float(f"{exact:.{count}g}") for count in range(1, 18))
    return repr(next(short for short in digits if _equals(kind, short, exact)))


def _equals(kind: Any, short: float, exact: float) -> bool:
    with _numpy().errstate(all="ignore"):
        return bool(kind(short) == exact)


def _instant(value: Any, dtype: Any) -> tuple[str, str]:
    np = _numpy()
    unit, count = np.datetime_data(dtype)
    step = unit if count == 1 else f"{count}{unit}"
    if dtype.kind == "M":
        return "datetime64", f"{quoted(str(np.datetime_as_string(value)))}, '{step}'"
    number = value.view("i8")
    missing = number == np.iinfo("i8").min
    return "timedelta64", f"{quoted('NaT') if missing else int(number)}, '{step}'"


def _numpy() -> Any:
    return sys.modules["numpy"]
