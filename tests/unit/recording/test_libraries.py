"""What a trial tells of the libraries that its process has loaded."""

from __future__ import annotations

import os
import subprocess
import sys

_LOOK = """\
import os, numpy
from mitosis._recording.libraries import numeric_libraries
before = dict(os.environ)
print([found["user_api"] for found in numeric_libraries()], dict(os.environ) == before)
"""


def test_to_look_at_them_sets_no_variable_that_the_next_trial_would_record() -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("KMP_")}
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert looked.stdout == "['blas'] True\n"
