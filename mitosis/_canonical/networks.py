"""torch: modules, optimizers and distributions by their state.

The order of parameters, buffers and modules inside counts, for it is the order in which they
are run and optimised. The numbers under which torch files hooks do not: it counts them over
the whole process.
"""

from __future__ import annotations

from typing import Any

from mitosis._canonical.arrays import composed
from mitosis._canonical.objects import attributes, state_of
from mitosis._canonical.registry import Writer, named
from mitosis._canonical.scalars import quoted

_ORDERED = ("_parameters", "_buffers", "_modules")
_HOOKS = frozenset({
    "_backward_hooks", "_backward_pre_hooks", "_forward_hooks", "_forward_hooks_always_called",
    "_forward_hooks_with_kwargs", "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs",
    "_load_state_dict_post_hooks", "_load_state_dict_pre_hooks", "_state_dict_hooks",
    "_state_dict_pre_hooks",
})  # fmt: skip
_ALIKE = ("probs", "logits")
"""What a distribution was given one of, and makes the other from when it is asked."""


@named("torch.Module", since=2)
def write_module(value: Any, writer: Writer) -> str:
    """Write attributes, then parameters, buffers, modules and hooks, those that it has."""
    state = dict(state_of(value))
    inside = [_in_order(name, state.pop(name, None), writer) for name in _ORDERED]
    hooks = _numbered({name: state.pop(name) for name in _HOOKS & state.keys()})
    held = [pair for pair in state.items() if not _says_nothing(*pair)]
    parts = attributes(held + hooks, writer)
    return composed(value, parts + [text for text in inside if text], writer)


@named("torch.Optimizer", since=2)
def write_optimizer(value: Any, writer: Writer) -> str:
    """Write the state of each parameter, the groups, and the parameters in their order."""
    state = value.state_dict()
    parameters = [part for group in value.param_groups for part in group["params"]]
    held = [(name, state[name]) for name in ("param_groups", "state")]
    held += [("defaults", value.defaults), ("params", parameters)]
    return composed(value, attributes(held, writer), writer)


@named("torch.Distribution", since=2)
def write_distribution(value: Any, writer: Writer) -> str:
    """Write a distribution by what it was given, without what it made of that since."""
    state = dict(state_of(value))
    given = state.pop("_param", None)
    if given is not None:
        state = {
            name: part for name, part in state.items() if name not in _ALIKE or part is given
        }
    return composed(value, attributes([*state.items()], writer), writer)


def _in_order(name: str, held: Any, writer: Writer) -> str:
    if not held:
        return ""
    pairs = [f"({quoted(key)}, {writer.form(part, f'.{key}')})" for key, part in held.items()]
    return f"{name.removeprefix('_')}=[{', '.join(pairs)}]"


def _numbered(hooks: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return hooks under their places in the order in which they were registered."""
    numbers = sorted({number for filed in hooks.values() for number in filed})
    place = {number: index for index, number in enumerate(numbers)}
    return [
        (name, {place[number]: hook for number, hook in filed.items()})
        for name, filed in hooks.items()
        if filed
    ]


def _says_nothing(name: str, held: Any) -> bool:
    empty = name == "_non_persistent_buffers_set" and not held
    return empty or (name == "_is_full_backward_hook" and held is None)
