"""Where the variants of an experiment stand that a script has passed."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType
from typing import Any

from mitosis._run.experiment import Experiment
from mitosis._run.variants import Lookup, Spaces, lookup_in, module_spaces, places


def lookup_for(subject: Any, described: Experiment) -> Lookup:
    """Return what looks variants up in the modules that an experiment is defined in.

    Args:
        subject: the experiment as it was passed: a module, an object, a function, a notebook,
            or a list of these.
        described: the same.
    """
    if isinstance(subject, list | tuple):
        steps = [_spaces(each) for each in subject]
        own = tuple(space for spaces in steps for space in spaces)
        names = steps if described.step_names else []
        return lookup_in(places(described, own, names))
    return lookup_in(places(described, _spaces(subject)))


def _spaces(subject: Any) -> Spaces:
    """Return what the module holds that an experiment is, or whose function it runs."""
    if isinstance(subject, ModuleType):
        return module_spaces(subject)
    for found in (subject, getattr(subject, "run", None), type(subject)):
        if inspect.isroutine(found) or inspect.isclass(found):
            module = sys.modules.get(found.__module__ or "")
            if module is not None:
                return module_spaces(module)
    return ()
