"""Values that cannot be locked, or do not get from runner to kernel and back."""

from __future__ import annotations

import re
from typing import ClassVar

from mitosis.errors.tree import MitosisError, error, listed

_INSIDE_AN_OBJECT = re.compile(r"\.(?!__)\w+(?:\[|\.|$)")


@error
class NotCanonicalError(MitosisError, TypeError):
    """No text could identify a value: it would differ elsewhere, or stand for other values.

    Attributes:
        faults: one `(path, reason)` for each offender, e.g.
            `("$['solver'].callback", "a lambda has no importable name")`.
        subject: what the value is, e.g. `'variant "low" of parameter "noise"'`.
    """

    slug: ClassVar[str] = "not-canonical"
    faults: tuple[tuple[str, str], ...]
    subject: str = "The value"

    def _compose(self) -> str:
        facts = tuple(f"{path}: {reason}" for path, reason in self.faults)
        message = f"{self.subject} cannot be locked:\n{listed(facts)}"
        if any(_INSIDE_AN_OBJECT.search(path) for path, _ in self.faults):
            message += (
                "\nA class of your own can define `__mitosis_canonical__` to say what "
                "identifies its objects."
            )
        return message


@error
class RegistrationError(MitosisError, TypeError):
    """`mitosis.register_canonical` was given a type that it cannot take."""

    slug: ClassVar[str] = "registration"
    kind: str
    reason: str

    def _compose(self) -> str:
        return (
            f"{self.kind} cannot be registered: {self.reason}.\n"
            "Register a class of your own or of a library that mitosis has no rule for, once."
        )


@error
class NotPicklableError(MitosisError, TypeError):
    """A value cannot be pickled, so it cannot travel to the kernel."""

    slug: ClassVar[str] = "not-picklable"
    faults: tuple[str, ...]

    def _compose(self) -> str:
        return (
            f"Nothing was run, because dill cannot pickle:\n{listed(self.faults)}\n"
            "Pass what is needed to build the value (a path, a configuration) and build it in "
            "the experiment."
        )


@error
class UnpicklingError(MitosisError, TypeError):
    """A pickled value could not be restored in the kernel. Raised there, so the trial fails."""

    slug: ClassVar[str] = "unpickling"
    what: str
    reason: str

    def _compose(self) -> str:
        return (
            f"{self.what} could not be unpickled in the kernel: {self.reason}\n"
            "Define its class in a module that can be imported, and name that module: "
            "Parameter(..., modules=[module])."
        )


@error
class ValueChangedError(MitosisError, RuntimeError):
    """A parameter is not in the kernel what was locked. Raised there, so the trial fails.

    Attributes:
        differences: one `(path, locked, arrived)` for each place where the two differ; a
            path starts with the argument's name, e.g. `config['lr']`.
    """

    slug: ClassVar[str] = "value-changed"
    differences: tuple[tuple[str, str, str], ...]

    def _compose(self) -> str:
        facts = tuple(
            f"{path}\n    locked   {locked}\n    arrived  {arrived}"
            for path, locked, arrived in self.differences
        )
        return (
            "A value changed on its way to the kernel, so the experiment was not run:\n"
            f"{listed(facts)}\n"
            "Mend how its class is pickled (`__reduce__`, `__getstate__`, `__setstate__`), or "
            "pass what is needed to build the value, and build it in the experiment."
        )


@error
class InvalidResultsError(MitosisError, TypeError):
    """The experiment's `run` returned something other than a dict with the key "main".

    Attributes:
        is_notebook: whether the experiment is a notebook, which has no `run`.
        step: which step of it, where another follows that one; else empty.
    """

    slug: ClassVar[str] = "invalid-results"
    experiment: str
    reason: str
    is_notebook: bool = False
    step: str = ""

    def _compose(self) -> str:
        if self.step:
            return (
                f"Step {self.step!r} of experiment {self.experiment!r} {self.reason}. "
                'It has to return a dict; what it holds as "data" is handed on.'
            )
        if self.is_notebook:
            return (
                f"Notebook {self.experiment!r} {self.reason}. It has to give a value in a cell "
                'tagged main, or a dict `results` with the key "main".'
            )
        return (
            f"run() of experiment {self.experiment!r} {self.reason}. "
            'It has to return a dict with at least the key "main".'
        )
