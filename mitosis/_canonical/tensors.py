"""torch: tensors by content, and the generators that fill them.

torch is never imported here. What counts of a tensor is its class, dtype, shape, values,
layout (dense or a kind of sparse), device and whether it asks for gradients. Strides, shared
storage, gradients and the graph behind a tensor do not: none of these is part of a pickle,
but for strides and storage, which are memory layout.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Any

from mitosis._canonical import anatomy
from mitosis._canonical.arrays import array_parts, composed, shape_text
from mitosis._canonical.objects import attributes
from mitosis._canonical.registry import Writer, named
from mitosis._canonical.scalars import quoted

_AS_INTEGERS = {1: "uint8", 2: "int16"}
"""Integers of as many bytes as a kind of float that numpy does not know."""

_INDICES = {
    "sparse_csr": ("crow_indices", "col_indices"),
    "sparse_bsr": ("crow_indices", "col_indices"),
    "sparse_csc": ("ccol_indices", "row_indices"),
    "sparse_bsc": ("ccol_indices", "row_indices"),
}


@named("torch.Tensor", since=2)
def write_tensor(value: Any, writer: Writer) -> str:
    """Write `torch.Tensor(dtype='float32', shape=(2,), blake3='...', preview=[...])`."""
    torch = _torch()
    with getattr(torch._C, "DisableTorchFunctionSubclass", nullcontext)():  # noqa: SLF001 - torch documents it
        plain = torch.Tensor.detach(value)
        asks = bool(torch.Tensor.requires_grad.__get__(value))
        hooks = torch.Tensor._backward_hooks.__get__(value)  # noqa: SLF001 - pickle takes them
    parts = [f"dtype={_name(plain.dtype)}", f"shape={shape_text(tuple(plain.shape))}"]
    parts += _content(plain, writer)
    if plain.device.type != "cpu":
        parts.append(f"device={quoted(str(plain.device))}")
    if asks:
        parts.append("requires_grad=True")
    if hooks:
        parts.append(f"hooks={writer.form(list(hooks.values()), '._backward_hooks')}")
    return composed(value, parts + _added(value, writer), writer)


@named("torch.Generator", since=2)
def write_generator(value: Any, writer: Writer) -> str:
    """Write device and state."""
    state = writer.form(value.get_state(), ".get_state()")
    return composed(value, [f"device={quoted(str(value.device))}", f"state={state}"], writer)


def _added(value: Any, writer: Writer) -> list[str]:
    return attributes([*anatomy.instance_dict(value).items()], writer)


def _content(plain: Any, writer: Writer) -> list[str]:
    layout = str(plain.layout).removeprefix("torch.")
    if plain.device.type == "meta":
        return []
    if plain.is_quantized:
        return [
            *_scale(plain, writer),
            f"values={writer.form(plain.int_repr(), '.int_repr()')}",
        ]
    if layout == "strided":
        return _dense(plain, writer)
    if layout == "sparse_coo":
        return [f"layout='{layout}'", *_inside(plain.coalesce(), ("indices", "values"), writer)]
    return [f"layout='{layout}'", *_inside(plain, (*_INDICES[layout], "values"), writer)]


def _dense(plain: Any, writer: Writer) -> list[str]:
    """Return digest and preview of values in C order, all NaNs alike."""
    torch = _torch()
    plain = plain.cpu().resolve_conj().resolve_neg().contiguous()
    if not _is_foreign(plain.dtype):
        return array_parts(plain.numpy(), writer)[2:]
    shown = plain.to(torch.float32)
    kind = getattr(torch, _AS_INTEGERS[plain.element_size()])
    integers = plain.view(kind).clone()
    integers[shown.isnan()] = torch.tensor(float("nan")).to(plain.dtype).view(kind)
    digest = array_parts(integers.numpy(), writer)[2]
    return [digest, array_parts(shown.numpy(), writer)[3]]


def _is_foreign(dtype: Any) -> bool:
    """Tell whether numpy has no such type: the short floats beside half precision."""
    return bool(dtype.is_floating_point) and str(dtype).removeprefix("torch.") not in (
        "float16",
        "float32",
        "float64",
    )


def _inside(plain: Any, names: tuple[str, ...], writer: Writer) -> list[str]:
    held = [(name, getattr(plain, name)()) for name in names]
    return [f"{name}={writer.form(part, f'.{name}()')}" for name, part in held]


def _scale(plain: Any, writer: Writer) -> list[str]:
    scheme = plain.qscheme()
    by_channel = "channel" in str(scheme)
    names = (
        ("q_per_channel_scales", "q_per_channel_zero_points", "q_per_channel_axis")
        if by_channel
        else ("q_scale", "q_zero_point")
    )
    return [f"scheme={_name(scheme)}", *_inside(plain, names, writer)]


def _name(thing: Any) -> str:
    """Return `'float32'` of `torch.float32`."""
    return quoted(str(thing).removeprefix("torch."))


def _torch() -> Any:
    return sys.modules["torch"]
