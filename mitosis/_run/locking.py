"""Tracked parameters in the form that is locked."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mitosis._canonical import VERSION, Form, form, script_travels, text_digest
from mitosis._model import Parameter, Variant
from mitosis.errors import NotCanonicalError


@dataclass(frozen=True)
class Lockable:
    """Variants, and what another process needs to write the same texts.

    Attributes:
        script: qualified names in the running script, to the names they were written by.
        registered: types registered by the user that the values hold.
    """

    variants: tuple[Variant, ...] = ()
    script: Mapping[str, str] = field(default_factory=dict)
    registered: tuple[type, ...] = ()


def lockable(parameters: Sequence[Parameter]) -> Lockable:
    """Make every tracked value canonical.

    Raises:
        NotCanonicalError: names all values that cannot be, with the path inside each.
    """
    forms: dict[str, Form] = {}
    script: dict[str, str] = {}
    refused = []
    for parameter in parameters:
        try:
            with script_travels(vouched=_names_the_script(parameter)) as met:
                forms[parameter.arg_name] = form(parameter.vals)
            script |= met.names
        except NotCanonicalError as exc:
            refused.append((f"{parameter.arg_name!r} (variant {parameter.var_name!r})", exc))
    if refused:
        raise _together(refused)
    return Lockable(
        variants=tuple(_variant(p, forms[p.arg_name]) for p in parameters),
        script=script,
        registered=tuple({id(k): k for f in forms.values() for k in f.extensions}.values()),
    )


def _names_the_script(parameter: Parameter) -> bool:
    return any(module is sys.modules["__main__"] for module in parameter.modules or ())


def _variant(parameter: Parameter, form: Form) -> Variant:
    return Variant(
        parameter=parameter.arg_name,
        name=parameter.var_name,
        text=form.text,
        digest=text_digest(form.text),
        version=VERSION,
        former=form.former,
    )


def _together(refused: list[tuple[str, NotCanonicalError]]) -> NotCanonicalError:
    if len(refused) == 1:
        ((subject, error),) = refused
        return NotCanonicalError(faults=error.faults, subject=f"Parameter {subject}")
    faults = [
        (f"{subject}, {path}", why) for subject, error in refused for path, why in error.faults
    ]
    return NotCanonicalError(faults=tuple(faults), subject=f"{len(refused)} parameters")
