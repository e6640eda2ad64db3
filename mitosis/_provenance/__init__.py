"""Which code, which environment, which machine: what a trial's record says about its origin.

This layer looks and never touches: nothing here writes a file, and git is run without its
optional locks. psutil and importlib.metadata are imported when first needed, so importing this
layer costs next to nothing.
"""

from __future__ import annotations

from mitosis._provenance.capture import capture
from mitosis._provenance.changing import changed_files, changed_modules, environment_changes
from mitosis._provenance.history import code_difference, committed_files
from mitosis._provenance.host import machine
from mitosis._provenance.imports import imported_code
from mitosis._provenance.packages import (
    environment,
    environment_digest,
    environment_json,
    read_environment,
)
from mitosis._provenance.pathspecs import pattern_fault
from mitosis._provenance.person import person
from mitosis._provenance.process import can_be_judged, is_gone, runner
from mitosis._provenance.repository import code_state, require_committed
from mitosis._provenance.watching import CodeWatch

__all__ = [
    "CodeWatch",
    "can_be_judged",
    "capture",
    "changed_files",
    "changed_modules",
    "code_difference",
    "code_state",
    "committed_files",
    "environment",
    "environment_changes",
    "environment_digest",
    "environment_json",
    "imported_code",
    "is_gone",
    "machine",
    "pattern_fault",
    "person",
    "read_environment",
    "require_committed",
    "runner",
]
