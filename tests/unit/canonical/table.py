"""The golden tables: expressions, and the canonical texts and digests of their values.

Run as a script, it prints those that this interpreter gives, as JSON.
"""

from __future__ import annotations

import array
import collections
import datetime as dt
import decimal
import enum
import fractions
import functools
import ipaddress
import json
import math
import operator
import pathlib
import random
import re
import string
import sys
import types
import typing
import uuid
import zoneinfo
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import scipy.sparse
import scipy.special
import scipy.stats
import sklearn.linear_model
import sklearn.pipeline
import sklearn.preprocessing
import sympy
import xarray as xr

from mitosis._canonical import canonical, digest
from tests.unit.canonical import models, samples

HERE = Path(__file__).parent
NAMES: dict[str, Any] = {
    module.__name__: module
    for module in (
        array, collections, dt, decimal, enum, fractions, functools, ipaddress, math, operator,
        pathlib, random, re, scipy, sklearn, string, sympy, types, typing, uuid, zoneinfo,
    )
} | {
    "models": models, "np": np, "nx": nx, "pd": pd, "pl": pl, "samples": samples, "xr": xr,
}  # fmt: skip
Entry = dict[str, str]


def golden() -> dict[str, Entry]:
    """Return text and digest of each expression, as they have to be."""
    found: dict[str, Entry] = json.loads((HERE / "golden.json").read_text(encoding="ascii"))
    return found


def former(edition: int) -> dict[str, str]:
    """Return the texts that an earlier edition gave."""
    file = HERE / f"golden_edition_{edition}.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="ascii"))
    return found


def value_of(expression: str) -> Any:
    """Return the value of an expression of the table."""
    return eval(expression, dict(NAMES))


def texts() -> dict[str, Entry]:
    """Return text and digest as this interpreter gives them."""
    values = {expression: value_of(expression) for expression in golden()}
    return {e: {"text": canonical(v), "digest": digest(v)} for e, v in values.items()}


if __name__ == "__main__":
    json.dump(texts(), sys.stdout)
