"""The global generators during a block, and after it."""

from __future__ import annotations

import random
import sys

import numpy as np

from mitosis._recording.randomness import Generators


def drawn() -> tuple[float, float]:
    return random.random(), float(np.random.random())


def test_a_block_draws_from_its_seed_and_what_follows_goes_on_as_before() -> None:
    random.seed(1)
    np.random.seed(1)
    undisturbed = [drawn(), drawn()]
    random.seed(1)
    np.random.seed(1)
    seen = [drawn()]
    blocks = []
    for _ in range(2):
        generators = Generators(7)
        generators.begin_for_a_while()
        blocks.append(drawn())
        assert generators.use()["random"] == {"seeded": True, "drawn": True}
        generators.end()
    seen.append(drawn())
    assert seen == undisturbed
    random.seed(7)
    np.random.seed(7)
    assert blocks == [drawn()] * 2


def test_nothing_of_a_block_stays_in_the_process() -> None:
    before = [*sys.meta_path], random.seed, np.random.seed
    generators = Generators(7)
    generators.begin_for_a_while()
    assert random.seed is not before[1]
    generators.end()
    assert ([*sys.meta_path], random.seed, np.random.seed) == before
    generators.end()
