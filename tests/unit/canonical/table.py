"""The golden table: expressions, and the canonical texts of their values.

Run as a script, it prints the texts that this interpreter gives, as JSON.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import functools
import json
import math
import operator
import pathlib
import random
import re
import sys
import types
import uuid
import zoneinfo
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mitosis._canonical import canonical
from tests.unit.canonical import samples

GOLDEN = Path(__file__).with_name("golden.json")
NAMES: dict[str, Any] = {
    module.__name__: module
    for module in (
        collections, dt, decimal, enum, fractions, functools, math, operator, pathlib,
        random, re, types, uuid, zoneinfo,
    )
} | {"np": np, "pd": pd, "samples": samples}  # fmt: skip


def golden() -> dict[str, str]:
    """Return the texts as they have to be."""
    found: dict[str, str] = json.loads(GOLDEN.read_text(encoding="ascii"))
    return found


def value_of(expression: str) -> Any:
    """Return the value of an expression of the table."""
    return eval(expression, dict(NAMES))


def texts() -> dict[str, str]:
    """Return the texts as this interpreter gives them."""
    return {expression: canonical(value_of(expression)) for expression in golden()}


if __name__ == "__main__":
    json.dump(texts(), sys.stdout)
