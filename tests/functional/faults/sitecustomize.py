"""Loaded by every interpreter that finds this folder on its path: runner and kernel alike."""

import os

if "FAULT_MODE" in os.environ:
    import fault_points

    fault_points.watch()
