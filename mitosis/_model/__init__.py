"""The frozen dataclasses that layers hand each other. No files, no SQL, no Jupyter."""

from mitosis._model.origin import (
    Checkout,
    CodeState,
    DataFile,
    Environment,
    Machine,
    Runner,
)
from mitosis._model.trials import (
    Claim,
    Claimed,
    Finish,
    FormerTrial,
    Outcome,
    Places,
    RecordedTrial,
    RunningTrial,
    Status,
    Trial,
    Usage,
)
from mitosis._model.variants import (
    Act,
    Action,
    Conflict,
    Lock,
    LockName,
    Parameter,
    Variant,
)

__all__ = [
    "Act",
    "Action",
    "Checkout",
    "Claim",
    "Claimed",
    "CodeState",
    "Conflict",
    "DataFile",
    "Environment",
    "Finish",
    "FormerTrial",
    "Lock",
    "LockName",
    "Machine",
    "Outcome",
    "Parameter",
    "Places",
    "RecordedTrial",
    "Runner",
    "RunningTrial",
    "Status",
    "Trial",
    "Usage",
    "Variant",
]
