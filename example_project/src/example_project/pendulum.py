"""Can a pendulum's equation of motion be recovered from a recording of its angle?

The method is sparse regression of the vector field, after S. L. Brunton,
J. L. Proctor and J. N. Kutz, "Discovering governing equations from data by sparse
identification of nonlinear dynamical systems", PNAS 113 (2016), 3932-3937.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.integrate import solve_ivp  # type: ignore[import-untyped]  # has no types
from scipy.signal import savgol_filter  # type: ignore[import-untyped]  # has no types

from example_project import NO_NOISE, Noise, Signal
from example_project._plots import (
    new_axes,
    plot_estimate,
    plot_samples,
    plot_truth,
    show_figure,
)
from example_project._tables import show_table

name = "pendulum-identification"

RECORDING_SECONDS = 20.0
SAMPLES_PER_SECOND = 50.0
SMOOTHING_SAMPLES = 25
SMOOTHING_ORDER = 4
SMALLEST_CONTRIBUTION = 0.02
ESCAPE_ANGLE_RAD = 20.0
TOLERANCE = 0.05

TERMS: dict[str, Callable[[Signal, Signal], Signal]] = {
    "angle": lambda angle, _: angle,
    "velocity": lambda _, velocity: velocity,
    "angle^3": lambda angle, _: angle**3,
    "angle^2 velocity": lambda angle, velocity: angle**2 * velocity,
    "angle velocity^2": lambda angle, velocity: angle * velocity**2,
    "velocity^3": lambda _, velocity: velocity**3,
    "sin(angle)": lambda angle, _: np.sin(angle),
    "sin(2 angle)": lambda angle, _: np.sin(2 * angle),
    "velocity |velocity|": lambda _, velocity: velocity * np.abs(velocity),
}


@dataclass(frozen=True)
class Pendulum:
    """A rigid pendulum, let go at rest.

    Args:
        start_angle_rad: where it is let go; 0 is hanging down.
        damping_per_s: viscous torque per angular velocity and moment of inertia.
        length_m: distance of the mass from the pivot.
        gravity_m_per_s2: acceleration of free fall.
    """

    start_angle_rad: float
    damping_per_s: float = 0.2
    length_m: float = 1.0
    gravity_m_per_s2: float = 9.81

    def coefficients(self) -> dict[str, float]:
        """Return the factor of each term of the angular acceleration."""
        return {
            "sin(angle)": -self.gravity_m_per_s2 / self.length_m,
            "velocity": -self.damping_per_s,
        }


system = {
    "small_swing": Pendulum(start_angle_rad=0.2),
    "wide_swing": Pendulum(start_angle_rad=1.5),
    "near_top": Pendulum(start_angle_rad=3.0),
    "damped": Pendulum(start_angle_rad=3.0, damping_per_s=0.8),
}

library = {
    "linear": ("angle", "velocity"),
    "cubic": (
        "angle",
        "velocity",
        "angle^3",
        "angle^2 velocity",
        "angle velocity^2",
        "velocity^3",
    ),
    "sine": ("velocity", "sin(angle)", "sin(2 angle)", "velocity |velocity|"),
}


def run(
    seed: int, system: Pendulum, library: Sequence[str], noise: Noise = NO_NOISE
) -> dict[str, Any]:
    """Sparse regression recovers a pendulum's acceleration to within 5 %.

    It is given a noisy recording of the angle, 20 s long with 50 samples per
    second, and the terms that the acceleration may consist of. Refuted where
    those terms cannot express the true one, and where noise hides it.

    Args:
        seed: seed of the noise.
        system: the pendulum that is recorded.
        library: names of the candidate terms, from `TERMS`.
        noise: noise added to the angle; none by default.

    Returns:
        `main`: root mean square error of the recovered angular acceleration along
            the true motion, divided by the true one's root mean square
            (dimensionless).
        `coefficients`: factor of each candidate term, in powers of rad and s; 0.0
            for those that were dropped.
        `followed_seconds`: how long the motion computed from the recovered
            acceleration stays within 10 % of the start angle from the true one.
        `supported`: whether `main` is at most 0.05.
    """
    time = np.arange(0.0, RECORDING_SECONDS, 1.0 / SAMPLES_PER_SECOND)
    angle, velocity = motion(system.coefficients(), system.start_angle_rad, time)
    recording = noise.added_to(angle, np.random.default_rng(seed))
    coefficients = sparse_regression(library, *_derivatives(recording))
    recovered_angle, _ = motion(coefficients, system.start_angle_rad, time)

    true_acceleration = sum_of_terms(system.coefficients(), angle, velocity)
    recovered_acceleration = sum_of_terms(coefficients, angle, velocity)
    error = _rms(recovered_acceleration - true_acceleration) / _rms(true_acceleration)

    contributions = _contributions(system, coefficients, angle, velocity)
    show_table(contributions.round(3))
    _plot_contributions(contributions)
    _plot_motion(time, angle, recording, recovered_angle)
    return {
        "main": error,
        "coefficients": coefficients,
        "followed_seconds": _followed_seconds(time, angle, recovered_angle),
        "supported": error <= TOLERANCE,
    }


def sum_of_terms(coefficients: dict[str, float], angle: Signal, velocity: Signal) -> Signal:
    """Return the angular acceleration in rad/s^2 that the terms add up to.

    Args:
        coefficients: factor of each term, by its name in `TERMS`.
        angle: in rad, of any shape.
        velocity: in rad/s, of the same shape.
    """
    acceleration = np.zeros_like(angle)
    for term, coefficient in coefficients.items():
        acceleration += coefficient * TERMS[term](angle, velocity)
    return acceleration


def motion(
    coefficients: dict[str, float], start_angle_rad: float, time: Signal
) -> tuple[Signal, Signal]:
    """Return angle (rad) and velocity (rad/s) at `time` (s, shape (n,)), from rest.

    Both have shape (n,), and are NaN from where the angle leaves +-20 rad, which
    a badly recovered acceleration can make it do.
    """

    def rates(_: float, state: Signal) -> Signal:
        angle, velocity = state[:1], state[1:]
        return np.concatenate([velocity, sum_of_terms(coefficients, angle, velocity)])

    def inside(_: float, state: Signal) -> float:
        return ESCAPE_ANGLE_RAD - abs(float(state[0]))

    inside.terminal = True  # type: ignore[attr-defined]  # how solve_ivp wants it
    span, start = (time[0], time[-1]), [start_angle_rad, 0.0]
    solution = solve_ivp(rates, span, start, t_eval=time, events=inside, rtol=1e-8, atol=1e-10)
    states = np.full((2, time.size), np.nan)
    states[:, : solution.t.size] = solution.y
    return states[0], states[1]


def sparse_regression(
    terms: Sequence[str], angle: Signal, velocity: Signal, acceleration: Signal
) -> dict[str, float]:
    """Fit the acceleration with few of the terms, by thresholded least squares.

    A term is dropped when its share in the acceleration (root mean square) is
    below `SMALLEST_CONTRIBUTION`; the others are fitted anew, until none is dropped.

    Args:
        terms: names of the candidate terms, from `TERMS`.
        angle: in rad, shape (n,).
        velocity: in rad/s, shape (n,).
        acceleration: in rad/s^2, shape (n,).
    """
    columns = np.column_stack([TERMS[term](angle, velocity) for term in terms])
    shares = np.sqrt(np.mean(columns**2, axis=0)) / _rms(acceleration)
    factors = np.zeros(len(terms))
    kept = np.full(len(terms), True)
    for _ in terms:
        factors[kept] = np.linalg.lstsq(columns[:, kept], acceleration)[0]
        kept = np.abs(factors) * shares >= SMALLEST_CONTRIBUTION
        factors[~kept] = 0.0
    return dict(zip(terms, factors.tolist(), strict=True))


def _derivatives(recording: Signal) -> tuple[Signal, Signal, Signal]:
    """Return smoothed angle (rad), velocity (rad/s) and acceleration (rad/s^2).

    Local polynomials smooth and differentiate at once (Savitzky and Golay 1964).
    The half windows at both ends, where they are poor, are left out.
    """
    edge = SMOOTHING_SAMPLES // 2
    angle, velocity, acceleration = (
        savgol_filter(
            recording,
            SMOOTHING_SAMPLES,
            SMOOTHING_ORDER,
            deriv=order,
            delta=1.0 / SAMPLES_PER_SECOND,
        )[edge:-edge]
        for order in range(3)
    )
    return angle, velocity, acceleration


def _rms(signal: Signal) -> float:
    """Return the root mean square, in the signal's unit."""
    return float(np.sqrt(np.mean(signal**2)))


def _followed_seconds(time: Signal, angle: Signal, recovered_angle: Signal) -> float:
    """Return how long the recovered angle stays within 10 % of the start angle."""
    near = np.abs(recovered_angle - angle) <= 0.1 * abs(angle[0])
    return float(time[-1] if near.all() else time[near.argmin()])


def _contributions(
    system: Pendulum, coefficients: dict[str, float], angle: Signal, velocity: Signal
) -> pd.DataFrame:
    """Return what each term adds to the true and the recovered acceleration.

    That is its factor times its root mean square along the true motion, in
    rad/s^2, so that terms of different units can be compared.
    """
    true = system.coefficients()
    rows = {
        term: [
            _rms(TERMS[term](angle, velocity)) * factors.get(term, 0.0)
            for factors in (true, coefficients)
        ]
        for term in TERMS
        if term in true or term in coefficients
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["true", "recovered"])


def _plot_contributions(contributions: pd.DataFrame) -> None:
    """Show true and recovered contributions as pairs of bars."""
    x_label = "Contribution to the angular acceleration (rad/s$^2$)"
    axes = new_axes("Terms of the equation of motion", x_label, "Term")
    position = np.arange(len(contributions))
    true, recovered = contributions["true"], contributions["recovered"]
    axes.barh(position - 0.2, true, 0.4, color="0.6", edgecolor="black", label="true")
    axes.barh(
        position + 0.2,
        recovered,
        0.4,
        color="white",
        edgecolor="black",
        hatch="///",
        label="recovered",
    )
    axes.axvline(0.0, color="black", linewidth=0.8)
    axes.set_yticks(position, list(contributions.index))
    axes.invert_yaxis()
    show_figure(axes)


def _plot_motion(
    time: Signal, angle: Signal, recording: Signal, recovered_angle: Signal
) -> None:
    """Show the true motion, every tenth recorded angle and the recovered motion."""
    axes = new_axes("Motion of the pendulum", "Time (s)", "Angle (rad)")
    plot_truth(axes, time, angle, "true")
    plot_samples(axes, time[::10], recording[::10], "recorded")
    plot_estimate(axes, time, recovered_angle, "recovered")
    largest = 1.2 * np.abs(recording).max()
    axes.set_ylim(-largest, largest)
    show_figure(axes)
