"""Tracked parameters in the form that is locked."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import field

from mitosis._canonical import (
    VERSION,
    Form,
    Met,
    argument_named,
    form,
    script_travels,
    secrets_under,
    text_digest,
)
from mitosis._dataclass import dataclass
from mitosis._model import Parameter, Variant
from mitosis.errors import NotCanonicalError


@dataclass(frozen=True)
class Lockable:
    """Variants, and what another process needs to write the same texts.

    Attributes:
        script: qualified names in the running script, to the names they were written by.
        registered: types registered by the user that the values hold.
        key: what secrets were digested with, if anything was to be.
        secret: the arguments whose values hold secrets.
        secrets: these secrets, as texts.
    """

    variants: tuple[Variant, ...] = ()
    script: Mapping[str, str] = field(default_factory=dict)
    registered: tuple[type, ...] = ()
    key: bytes | None = field(default=None, repr=False)
    secret: frozenset[str] = frozenset()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


def lockable(parameters: Sequence[Parameter], key: bytes | None = None) -> Lockable:
    """Make every tracked value canonical.

    Args:
        parameters: the tracked ones.
        key: what secrets are digested with; without one, the caller's `secrets_under` counts.

    Raises:
        NotCanonicalError: names all values that cannot be, with the path inside each.
    """
    forms: dict[str, Form] = {}
    script: dict[str, str] = {}
    refused = []
    with secrets_under(key) if key else nullcontext(Met()) as met:
        for parameter in parameters:
            try:
                forms[parameter.arg_name], names = _form(parameter)
                script |= names
            except NotCanonicalError as exc:
                subject = f"{parameter.arg_name!r} (variant {parameter.var_name!r})"
                refused.append((subject, exc))
    if refused:
        raise _together(refused)
    return Lockable(
        variants=tuple(_variant(p, forms[p.arg_name]) for p in parameters),
        script=script,
        registered=tuple({id(k): k for f in forms.values() for k in f.extensions}.values()),
        key=key,
        secret=frozenset(name for name, written in forms.items() if written.is_secret),
        secrets=frozenset(met.texts),
    )


def _form(parameter: Parameter) -> tuple[Form, Mapping[str, str]]:
    vouched = _names_the_script(parameter)
    with argument_named(parameter.arg_name), script_travels(vouched=vouched) as met:
        return form(parameter.vals), met.names


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
