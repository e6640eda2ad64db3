"""What a trial tells of the libraries that its process has loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

_LOOK = """\
import os, numpy
from mitosis._recording.libraries import numeric_libraries
before = dict(os.environ)
print([found["user_api"] for found in numeric_libraries()], dict(os.environ) == before)
"""

_LOAD_ANOTHER = """\
import numpy
from mitosis._recording.libraries import know_loaded, numeric_libraries
know_loaded()
before = numeric_libraries()
import scipy.linalg
from threadpoolctl import threadpool_limits
with threadpool_limits(1):
    after = numeric_libraries()
print(len(before), len(after), {found["num_threads"] for found in after})
"""


def test_to_look_at_them_sets_no_variable_that_the_next_trial_would_record() -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KMP_")}
    assert said(_LOOK, environment) == "['blas'] True\n"


def test_what_is_loaded_after_a_fork_is_seen_and_threads_are_counted_as_they_are() -> None:
    assert said(_LOAD_ANOTHER, dict(os.environ)) == "1 2 {1}\n"


def said(code: str, environment: dict[str, str]) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
