"""Can the amplitude of a sine wave be read off its samples?"""

from typing import Any

import numpy as np

import mitosis
from example_project import NO_NOISE, Noise, Signal
from example_project._plots import new_axes, plot_samples, plot_truth, show_figure

name = "sine-exp"

RECORDING_SECONDS = 10.0
SAMPLES_PER_SECOND = 20.0
TOLERANCE = 0.05


def run(
    seed: int, amplitude: float, frequency: float, noise: Noise = NO_NOISE
) -> dict[str, Any]:
    """The maximum of a sampled sine wave equals its amplitude, to within 5 %.

    Refuted where no sample falls on a crest (a frequency of half the sampling
    rate, or so low that the recording ends first) and where noise tops it.

    Args:
        seed: seed of the noise.
        amplitude: amplitude of the wave in V, positive.
        frequency: frequency of the wave in Hz, positive.
        noise: noise added to the samples; none by default.

    Returns:
        `main`: distance between the maximum and the amplitude, in V.
        `maximum`: the largest sample, in V.
        `supported`: whether `main` is at most 5 % of the amplitude.
    """
    time = np.arange(0.0, RECORDING_SECONDS, 1.0 / SAMPLES_PER_SECOND)
    generator = np.random.default_rng(seed)
    samples = noise.added_to(_wave(time, amplitude, frequency), generator)
    for sample, highest in enumerate(np.maximum.accumulate(samples)):
        mitosis.log(step=sample, maximum_so_far=highest)
    maximum = float(samples.max())
    error = abs(maximum - amplitude)
    _plot(time, samples, amplitude, frequency)
    return {
        "main": error,
        "maximum": maximum,
        "supported": error <= TOLERANCE * amplitude,
    }


def _wave(time: Signal, amplitude: float, frequency: float) -> Signal:
    """Return the wave in V at `time` in s, in its shape."""
    wave: Signal = amplitude * np.sin(2 * np.pi * frequency * time)
    return wave


def _plot(time: Signal, samples: Signal, amplitude: float, frequency: float) -> None:
    """Show at most three periods of the wave, around its largest sample."""
    crest = time[samples.argmax()]
    start = max(crest - 1.5 / frequency, 0.0)
    end = min(crest + 1.5 / frequency, RECORDING_SECONDS)
    shown = (time >= start) & (time <= end)
    fine_time = np.linspace(start, end, 1000)
    axes = new_axes("Sampled sine wave", "Time (s)", "Voltage (V)")
    plot_truth(axes, fine_time, _wave(fine_time, amplitude, frequency), "wave")
    plot_samples(axes, time[shown], samples[shown], "samples")
    axes.axhline(amplitude, color="black", linestyle=":", label="amplitude")
    axes.axhline(samples.max(), color="black", linestyle="--", label="maximum")
    show_figure(axes)
