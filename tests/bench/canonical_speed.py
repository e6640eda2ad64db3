"""What a digest costs beside the hash of the same buffer, and beside what others take.

Run it with `make bench`. All of a group take turns, so that a noisy machine is noisy for each;
the figures are ratios of best times, for the best is what the machine's other work spoils
least.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from blake3 import blake3

import mitosis

ROUNDS = 9
NUMBERS = 32 << 20
GROUPS, SCALARS = 100, 100


def nested_configuration() -> dict[str, Any]:
    """Return 10,000 scalars in 100 groups: numbers, texts, flags, missing values."""
    return {
        f"section_{group}": {
            f"option_{place}": [place * 0.1, place, f"value {place}", place % 2 == 0, None][
                place % 5
            ]
            for place in range(SCALARS)
        }
        for group in range(GROUPS)
    }


def best_seconds(contenders: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Time each in turn, several times over, and return the best of each."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, call in contenders.items():
            started = time.perf_counter()
            call()
            found[name].append(time.perf_counter() - started)
    return {name: min(seconds) for name, seconds in found.items()}


def tell(title: str, seconds: dict[str, float], bytes_each: int = 0) -> None:
    """Print each beside ours."""
    print(f"\n{title}")
    ours = seconds["mitosis.digest"]
    for name, each in seconds.items():
        rate = f"  {bytes_each / each / 1e9:5.1f} GB/s" if bytes_each else ""
        print(f"  {name:34} {each * 1e3:8.1f} ms{rate}  {each / ours:5.2f} x ours")


def arrays() -> None:
    """Digest 256 MB of numbers, and the same with gaps in memory, NaNs, whole numbers."""
    numbers = np.random.default_rng(0).normal(size=NUMBERS)
    buffer = numbers.view("u1").data
    tell(
        "256 MB of float64, contiguous",
        best_seconds(
            {
                "mitosis.digest": lambda: mitosis.digest(numbers),
                "blake3, one thread": lambda: blake3(buffer).digest(),
                "blake3, all processors": lambda: blake3(
                    buffer, max_threads=blake3.AUTO
                ).digest(),
                **_of_others(numbers),
            }
        ),
        numbers.nbytes,
    )
    gaps = numbers.copy()
    gaps[::1000] = np.nan
    whole = numbers.view("i8")
    for title, array in (("with NaNs", gaps), ("as int64", whole)):
        call = {"mitosis.digest": lambda array=array: mitosis.digest(array)}
        tell(f"256 MB {title}", best_seconds(call), array.nbytes)  # type: ignore[arg-type] # a lambda's default


def configurations() -> None:
    """Digest a nested configuration of 10,000 scalars."""
    value = nested_configuration()
    contenders = {"mitosis.digest": lambda: mitosis.digest(value), **_of_others(value)}
    tell("10,000 scalars in nested dicts", best_seconds(contenders))


def _of_others(value: Any) -> dict[str, Callable[[], object]]:
    """Return what other tools take for the same, as far as they are installed."""
    found: dict[str, Callable[[], object]] = {}
    try:
        import joblib

        found["joblib.hash"] = lambda: joblib.hash(value)
    except ImportError:
        print("joblib is not installed")
    try:
        from dask.tokenize import tokenize

        found["dask's tokenize"] = lambda: tokenize(value, ensure_deterministic=True)
    except ImportError:
        print("dask is not installed")
    return found


if __name__ == "__main__":
    configurations()
    arrays()
