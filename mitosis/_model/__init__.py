"""The frozen dataclasses that layers hand each other. No files, no SQL, no Jupyter.

They are loaded when first used: a kernel needs few of them, and they are slow to make.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_MODULES = {
    "annotations": ["Annotation", "Mark"],
    "inputs": ["DataFile", "Secret"],
    "measures": ["Artifact", "MetricSummary"],
    "queries": [
        "Comparison",
        "Condition",
        "Either",
        "Every",
        "Field",
        "FieldNames",
        "Kind",
        "Opposite",
        "Order",
        "Query",
    ],
    "origin": ["Checkout", "CodeState", "Environment", "Machine", "Runner"],
    "sweeps": [
        "Given",
        "PlannedArgument",
        "PlannedPoint",
        "PlannedVariant",
        "SweepPlan",
        "SweepRow",
        "SweepState",
    ],
    "trials": [
        "Claim",
        "Claimed",
        "Finish",
        "FormerTrial",
        "Outcome",
        "PRUNED",
        "Places",
        "RecordedTrial",
        "RunningTrial",
        "Status",
        "SweepPoint",
        "Usage",
    ],
    "trial": ["Trial", "TrialReader"],
    "variants": ["Act", "Action", "Conflict", "Lock", "LockName", "Parameter", "Variant"],
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = list(_HOMES)

if TYPE_CHECKING:
    from mitosis._model.annotations import Annotation as Annotation
    from mitosis._model.annotations import Mark as Mark
    from mitosis._model.inputs import DataFile as DataFile
    from mitosis._model.inputs import Secret as Secret
    from mitosis._model.measures import Artifact as Artifact
    from mitosis._model.measures import MetricSummary as MetricSummary
    from mitosis._model.origin import Checkout as Checkout
    from mitosis._model.origin import CodeState as CodeState
    from mitosis._model.origin import Environment as Environment
    from mitosis._model.origin import Machine as Machine
    from mitosis._model.origin import Runner as Runner
    from mitosis._model.queries import Comparison as Comparison
    from mitosis._model.queries import Condition as Condition
    from mitosis._model.queries import Either as Either
    from mitosis._model.queries import Every as Every
    from mitosis._model.queries import Field as Field
    from mitosis._model.queries import FieldNames as FieldNames
    from mitosis._model.queries import Kind as Kind
    from mitosis._model.queries import Opposite as Opposite
    from mitosis._model.queries import Order as Order
    from mitosis._model.queries import Query as Query
    from mitosis._model.sweeps import Given as Given
    from mitosis._model.sweeps import PlannedArgument as PlannedArgument
    from mitosis._model.sweeps import PlannedPoint as PlannedPoint
    from mitosis._model.sweeps import PlannedVariant as PlannedVariant
    from mitosis._model.sweeps import SweepPlan as SweepPlan
    from mitosis._model.sweeps import SweepRow as SweepRow
    from mitosis._model.sweeps import SweepState as SweepState
    from mitosis._model.trial import Trial as Trial
    from mitosis._model.trial import TrialReader as TrialReader
    from mitosis._model.trials import PRUNED as PRUNED
    from mitosis._model.trials import Claim as Claim
    from mitosis._model.trials import Claimed as Claimed
    from mitosis._model.trials import Finish as Finish
    from mitosis._model.trials import FormerTrial as FormerTrial
    from mitosis._model.trials import Outcome as Outcome
    from mitosis._model.trials import Places as Places
    from mitosis._model.trials import RecordedTrial as RecordedTrial
    from mitosis._model.trials import RunningTrial as RunningTrial
    from mitosis._model.trials import Status as Status
    from mitosis._model.trials import SweepPoint as SweepPoint
    from mitosis._model.trials import Usage as Usage
    from mitosis._model.variants import Act as Act
    from mitosis._model.variants import Action as Action
    from mitosis._model.variants import Conflict as Conflict
    from mitosis._model.variants import Lock as Lock
    from mitosis._model.variants import LockName as LockName
    from mitosis._model.variants import Parameter as Parameter
    from mitosis._model.variants import Variant as Variant
else:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
