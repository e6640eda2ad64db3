"""Which code, which environment, which machine: what a trial's record says about its origin.

This layer looks and never touches: nothing here writes a file, and git is run without its
optional locks. GitPython, psutil and importlib.metadata are imported when first needed, so
importing this layer costs next to nothing.
"""

from __future__ import annotations

from mitosis._provenance.host import machine, runner
from mitosis._provenance.packages import environment, environment_digest, environment_json
from mitosis._provenance.person import person
from mitosis._provenance.repository import code_state, require_committed

__all__ = [
    "code_state",
    "environment",
    "environment_digest",
    "environment_json",
    "machine",
    "person",
    "require_committed",
    "runner",
]
