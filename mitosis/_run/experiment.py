"""An experiment as it was passed: which kind it is, and whether it may run."""

from __future__ import annotations

from typing import Any

from mitosis._run.function_experiment import describe_function
from mitosis._run.interface import Experiment
from mitosis._run.notebook_experiment import describe_notebook, is_notebook
from mitosis._settings import Settings
from mitosis.errors import NoHypothesisError

__all__ = ["Experiment", "describe", "require_hypothesis"]


def describe(subject: Any, hypothesis: str | None = None) -> Experiment:
    """Check what was passed as an experiment, and describe it.

    Args:
        subject: the experiment; a path is one of a notebook, and a list of functions or
            experiments is one of several steps.
        hypothesis: what it claims, where that is said from outside.

    Raises:
        InvalidExperimentError: it cannot be one; names all faults.
    """
    if isinstance(subject, list | tuple):
        from mitosis._run.chain import describe_chain

        return describe_chain(subject, hypothesis)
    if is_notebook(subject):
        return describe_notebook(subject, hypothesis)
    return describe_function(subject, hypothesis)


def require_hypothesis(experiment: Experiment, settings: Settings) -> None:
    """Make sure that an experiment states a hypothesis, where the settings demand one.

    Raises:
        NoHypothesisError: it states none.
    """
    if settings.require_hypothesis and not experiment.hypothesis:
        raise NoHypothesisError(experiment=experiment.name, file=settings.file)
