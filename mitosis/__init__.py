"""Run numerical experiments so that no result lies about where it came from.

>>> import mitosis
>>> params = [mitosis.Parameter("low", "noise", 0.1)]
>>> trial = mitosis.run(experiment, params=params)          # doctest: +SKIP

This module holds names and no logic. They are loaded when first used, so that
`import mitosis` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mitosis import errors as errors
    from mitosis._canonical import canonical as canonical
    from mitosis._canonical import digest as digest
    from mitosis._canonical import register_canonical as register_canonical
    from mitosis._cli import main as main
    from mitosis._model import Parameter as Parameter
    from mitosis._model import Secret as Secret
    from mitosis._model import Status as Status
    from mitosis._model import Trial as Trial
    from mitosis._recording import record_data as record_data
    from mitosis._run import run as run

__version__ = "0.7.0"

_HOMES = {
    "Parameter": "mitosis._model",
    "Secret": "mitosis._model",
    "Status": "mitosis._model",
    "Trial": "mitosis._model",
    "canonical": "mitosis._canonical",
    "digest": "mitosis._canonical",
    "main": "mitosis._cli",
    "record_data": "mitosis._recording",
    "register_canonical": "mitosis._canonical",
    "run": "mitosis._run",
}

__all__ = [
    "Parameter",
    "Secret",
    "Status",
    "Trial",
    "canonical",
    "digest",
    "errors",
    "main",
    "record_data",
    "register_canonical",
    "run",
]


def __getattr__(name: str) -> Any:
    if name == "errors" or name.endswith("Error"):
        errors = import_module("mitosis.errors")
        found = errors if name == "errors" else getattr(errors, name, None)
    else:
        found = getattr(import_module(_HOMES[name]), name) if name in _HOMES else None
    if found is None:
        msg = f"module 'mitosis' has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
