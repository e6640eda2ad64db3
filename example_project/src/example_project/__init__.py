"""Three experiments, and the variants of their parameters.

Each parameter has a dict of its own name here: `{name of the variant: value}`.
Variants that take a large package to build live in their experiment's module,
so that importing this one stays fast.
"""

import importlib
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

import mitosis

Signal: TypeAlias = npt.NDArray[np.float64]

this_module = importlib.import_module(__name__)


@dataclass(frozen=True)
class Noise:
    """White Gaussian noise that is a given fraction as strong as the signal.

    Args:
        relative_std: standard deviation of the noise, divided by the root mean
            square of the signal (dimensionless).
    """

    relative_std: float

    def added_to(self, signal: Signal, generator: np.random.Generator) -> Signal:
        """Return a noisy copy of `signal`, in its shape and unit."""
        strength = np.sqrt(np.mean(signal**2))
        noise = generator.normal(0.0, self.relative_std * strength, signal.shape)
        return signal + noise


NO_NOISE = Noise(0.0)


@dataclass(frozen=True)
class Preparation:
    """What is done to the features before a model sees them.

    Args:
        components: how many principal components replace the features; None keeps
            the features.
        standardised: whether each of them then gets zero mean and unit variance.
    """

    components: int | None = None
    standardised: bool = False


amplitude = {"low": 0.5, "medium": 2.0, "high": 10.0}  # V

frequency = {"drift": 0.01, "slow": 0.35, "fast": 3.2, "nyquist": 10.0}  # Hz

noise = {
    "none": mitosis.Parameter("none", "noise", NO_NOISE, [this_module]),
    "weak": mitosis.Parameter("weak", "noise", Noise(0.01), [this_module]),
    "moderate": mitosis.Parameter("moderate", "noise", Noise(0.05), [this_module]),
    "strong": mitosis.Parameter("strong", "noise", Noise(0.2), [this_module]),
}

preparation = {
    "raw": Preparation(),
    "standardised": Preparation(standardised=True),
    "ten_components": Preparation(components=10, standardised=True),
    "two_components": Preparation(components=2, standardised=True),
}
