"""Run numerical experiments so that no result lies about where it came from.

>>> import mitosis
>>> params = [mitosis.Parameter("low", "noise", 0.1)]
>>> trial = mitosis.run(experiment, params=params)          # doctest: +SKIP

This module holds names and no logic. They are loaded when first used, so that
`import mitosis` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mitosis._loading import load as _load

if TYPE_CHECKING:
    from mitosis import errors as errors
    from mitosis._canonical import canonical as canonical
    from mitosis._canonical import digest as digest
    from mitosis._canonical import register_canonical as register_canonical
    from mitosis._cli import main as main
    from mitosis._history.comparison import Comparison as Comparison
    from mitosis._history.comparison import compare as compare
    from mitosis._history.history import history as history
    from mitosis._history.loading import load as load
    from mitosis._history.loading import load_trial_data as load_trial_data
    from mitosis._history.points import metrics as metrics
    from mitosis._model import Parameter as Parameter
    from mitosis._model import Secret as Secret
    from mitosis._model import Status as Status
    from mitosis._model import Trial as Trial
    from mitosis._recording import current_trial as current_trial
    from mitosis._recording import log as log
    from mitosis._recording import log_figure as log_figure
    from mitosis._recording import log_metric as log_metric
    from mitosis._recording import log_metrics as log_metrics
    from mitosis._recording import log_table as log_table
    from mitosis._recording import open_artifact as open_artifact
    from mitosis._recording import record_data as record_data
    from mitosis._recording import save_artifact as save_artifact
    from mitosis._recording import step as step
    from mitosis._run.parser import parameters_from as parameters_from
    from mitosis._run.recordings import Recording as Recording
    from mitosis._run.recordings import recording as recording
    from mitosis._run.story import run as run
    from mitosis._sweep.result import Sweep as Sweep
    from mitosis._sweep.search import Search as Search
    from mitosis._sweep.search_story import optimize as optimize
    from mitosis._sweep.story import sweep as sweep

__version__ = "0.7.0"

_HOMES = {
    "Comparison": "mitosis._history.comparison",
    "Parameter": "mitosis._model",
    "Recording": "mitosis._run.recordings",
    "Search": "mitosis._sweep.search",
    "Secret": "mitosis._model",
    "Status": "mitosis._model",
    "Sweep": "mitosis._sweep.result",
    "Trial": "mitosis._model",
    "canonical": "mitosis._canonical",
    "compare": "mitosis._history.comparison",
    "current_trial": "mitosis._recording",
    "digest": "mitosis._canonical",
    "history": "mitosis._history.history",
    "load": "mitosis._history.loading",
    "load_trial_data": "mitosis._history.loading",
    "log": "mitosis._recording",
    "log_figure": "mitosis._recording",
    "log_metric": "mitosis._recording",
    "log_metrics": "mitosis._recording",
    "log_table": "mitosis._recording",
    "main": "mitosis._cli",
    "metrics": "mitosis._history.points",
    "open_artifact": "mitosis._recording",
    "optimize": "mitosis._sweep.search_story",
    "parameters_from": "mitosis._run.parser",
    "record_data": "mitosis._recording",
    "recording": "mitosis._run.recordings",
    "register_canonical": "mitosis._canonical",
    "run": "mitosis._run.story",
    "save_artifact": "mitosis._recording",
    "step": "mitosis._recording",
    "sweep": "mitosis._sweep.story",
}

__all__ = [
    "Comparison",
    "Parameter",
    "Recording",
    "Search",
    "Secret",
    "Status",
    "Sweep",
    "Trial",
    "canonical",
    "compare",
    "current_trial",
    "digest",
    "errors",
    "history",
    "load",
    "load_trial_data",
    "log",
    "log_figure",
    "log_metric",
    "log_metrics",
    "log_table",
    "main",
    "metrics",
    "open_artifact",
    "optimize",
    "parameters_from",
    "record_data",
    "recording",
    "register_canonical",
    "run",
    "save_artifact",
    "step",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name == "errors" or name.endswith("Error"):
        errors = _load("mitosis.errors")
        found = errors if name == "errors" else getattr(errors, name, None)
    else:
        found = getattr(_load(_HOMES[name]), name) if name in _HOMES else None
    if found is None:
        msg = f"module 'mitosis' has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
