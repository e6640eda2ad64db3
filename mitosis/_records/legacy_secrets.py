"""Secrets among what mitosis 0.6 kept in plain text: told, so that no copy keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._records.legacy_trials import LegacyImport
from mitosis._records.legacy_values import Settled, legacy_variant
from mitosis._redaction import LEAST_KNOWN, MARK, has_token, is_secret, redact, redact_code
from mitosis._store.legacy import LegacyDatabase

_DOUBT = "it looks like a secret, which is not kept"


@dataclass(frozen=True)
class Secrets:
    """What must not be written down again.

    Attributes:
        known: texts of values whose arguments are called as secrets are.
    """

    known: frozenset[str] = frozenset()

    def out_of(self, text: str) -> str:
        """Return a text without secrets."""
        return redact(text, self.known)

    def out_of_code(self, text: str) -> str:
        """Return source code, or values as Python shows them, without secrets."""
        return redact_code(self.out_of(text))


def find_secrets(database: LegacyDatabase, trials: Iterable[LegacyImport]) -> Secrets:
    """Return the secrets that a database and the folders of its trials hold by their names."""
    found = {*_locked(database), *(text for trial in trials for text in _shown(trial))}
    return Secrets(frozenset(text for text in found if len(text) >= LEAST_KNOWN))


def without_secrets(trial: LegacyImport, secrets: Secrets) -> LegacyImport:
    """Return a trial with a mark in the place of each secret; its key stays."""
    clean = secrets.out_of
    settled = {p: _settled_without(p, s, secrets) for p, s in trial.settled.items()}
    former = trial.former
    outcome = trial.outcome
    return replace(
        trial,
        settled=settled,
        fault=clean(trial.fault),
        former=replace(
            former,
            variant=clean(former.variant),
            results=former.results and clean(former.results),
            file_name=former.file_name and clean(former.file_name),
        ),
        outcome=replace(outcome, main=_value_without("", outcome.main, secrets)),
        claim=replace(
            trial.claim,
            name_prefix=clean(trial.claim.name_prefix),
            variants=tuple(found.variant for found in settled.values()),
            values={n: _value_without(n, v, secrets) for n, v in trial.claim.values.items()},
        ),
    )


def _settled_without(parameter: str, found: Settled, secrets: Secrets) -> Settled:
    name = secrets.out_of(found.variant.name)
    text = _unquoted(found.text)
    if has_token(text) or is_secret(text, parameter) or secrets.out_of(text) != text:
        return Settled(legacy_variant(parameter, name, MARK), MARK, _DOUBT)
    return replace(found, variant=replace(found.variant, name=name))


def _value_without(name: str, value: Any, secrets: Secrets) -> Any:
    if not isinstance(value, str):
        return value
    return MARK if is_secret(_unquoted(value), name) else secrets.out_of(value)


def _locked(database: LegacyDatabase) -> Iterator[str]:
    for step, argument in database.parameters:
        for text in database.names(step, argument).values():
            if is_secret(_unquoted(text), argument):
                yield _unquoted(text)
                yield _unquoted(_unquoted(text))  # of an expression that is a text


def _shown(trial: LegacyImport) -> Iterator[str]:
    for step in trial.folder.steps if trial.folder else ():
        for argument, value in step.values.items():
            if isinstance(value, str) and is_secret(value, argument):
                yield value


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
