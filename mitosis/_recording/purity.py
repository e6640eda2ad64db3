"""Whether an earlier trial of the same variants, seed, code and data had the same result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._layout import TrialFolder
from mitosis._recording.closeness import Closeness, closeness, differing_keys
from mitosis._recording.digests import Digests
from mitosis._recording.pickles import read_pickle
from mitosis._recording.report import Report, shortened
from mitosis._recording.step_files import read_step_calls

_ABSENT = "(absent)"
_MOST = 10
_MOST_BYTES = 1 << 30
_NOT_COMPARED = Closeness(is_close=False)


@dataclass(frozen=True)
class Purity:
    """How a trial's results compare with those of an earlier one.

    Attributes:
        compared_with: the earlier trial's name.
        verdict: "same"; "noise" where only floats differ, by less than the tolerance; or
            "different".
        differences: key, result then and result now of each that differs, main first; of
            results that differ by noise too.
        largest_relative: the largest relative difference of two floats, where all that differ
            do so by noise.
        not_compared: keys of results that have no digest in one of the trials.
        remark: why it could not be found out more exactly; empty if it could.
        other_packages: whether the earlier trial ran with other packages or another Python.
        steps: name and call of each step that returned something else for the same input, the
            first call of each.
    """

    compared_with: str
    verdict: str = "same"
    differences: Sequence[Sequence[str]] = ()
    largest_relative: float | None = None
    not_compared: Sequence[str] = ()
    remark: str = ""
    other_packages: bool = False
    steps: Sequence[tuple[str, int]] = ()


def purity(
    results: Mapping[Any, Any],
    digests: Digests,
    data: Mapping[str, str],
    earlier: Sequence[Mapping[str, Any]],
    folder: TrialFolder | None = None,
) -> Purity | None:
    """Compare results with those of the newest earlier trial that had the same data.

    Args:
        results: what the experiment returned.
        digests: of these results.
        data: path to digest of each input file.
        earlier: trials that succeeded with the same variants, seed and code, newest first, as
            dicts with `name`, `folder`, `results_digest`, `data` and `other_packages`.
        folder: the trial's own, whose steps are compared, too.

    Returns:
        How they compare; None if there is nothing to compare with.
    """
    same_data = (trial for trial in earlier if dict(trial["data"]) == dict(data))
    trial = next(same_data, None)
    if trial is None:
        return None
    steps = _changed_steps(folder, trial) if folder else ()
    if digests.all is not None and trial["results_digest"] == digests.all:
        return Purity(trial["name"], steps=steps)
    found = _compare(results, digests, trial)
    others = bool(trial.get("other_packages"))
    return replace(found, other_packages=others, steps=steps) if found else None


def _changed_steps(
    folder: TrialFolder, trial: Mapping[str, Any]
) -> tuple[tuple[str, int], ...]:
    """Return the first call of each step that has another output for the same input.

    Calls with the same input may differ among each other: then the first is compared with the
    first, and so on.
    """
    then = _outputs(read_step_calls(TrialFolder(Path(trial["folder"]))))
    found: dict[str, int] = {}
    for which, (output, call) in _outputs(read_step_calls(folder)).items():
        if which in then and then[which][0] != output:
            found.setdefault(which[0], call)
    return tuple(found.items())


def _outputs(
    calls: Sequence[Mapping[str, Any]],
) -> dict[tuple[str, str, int], tuple[str, int]]:
    """Return digest of the output and number of each call, by step, input and occurrence.

    They stand in the order in which they ended: what a step calls itself comes before it.
    """
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for call in calls:
        inputs, output = call.get("inputs"), call.get("output")
        if inputs and output:
            found[call["step"], inputs, seen[call["step"], inputs]] = output, call["call"]
            seen[call["step"], inputs] += 1
    return found


def _compare(
    results: Mapping[Any, Any], digests: Digests, trial: Mapping[str, Any]
) -> Purity | None:
    folder, name = TrialFolder(Path(trial["folder"])), trial["name"]
    report = Report.read(folder.report)
    then = report.digests
    unknown = [key for key in digests.of if None in (digests.of[key], then.get(key, ""))]
    differing = [key for key in differing_keys(then, digests.of) if key not in unknown]
    if not then:
        return _by_digest(name, digests, trial)
    if not differing:
        return Purity(name, not_compared=unknown) if len(unknown) < len(digests.of) else None
    old, remark = _read(folder.results)
    if remark:
        shown = {str(key): shortened(value) for key, value in results.items()}
        pairs = [
            _told_apart(
                key,
                (report.results.get(key, _ABSENT), shown.get(key, _ABSENT)),
                (then.get(key), digests.of.get(key)),
            )
            for key in differing
        ]
        return Purity(name, "different", pairs, not_compared=unknown, remark=remark)
    now = {str(key): value for key, value in results.items()}
    of = {key: (then.get(key), digests.of.get(key)) for key in differing}
    return _by_value(name, of, (old, now), unknown)


def _by_digest(name: str, digests: Digests, trial: Mapping[str, Any]) -> Purity | None:
    if digests.all is None or trial["results_digest"] is None:
        return None
    return Purity(name, "different", remark="the report of the earlier trial is not there")


def _read(path: Path) -> tuple[dict[str, Any], str]:
    """Return earlier results, and why that could not be done."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return {}, "the earlier results are too large to be read again"
        return {str(key): value for key, value in read_pickle(path).items()}, ""
    except Exception as exc:  # noqa: BLE001 - unpickling runs code of any kind
        return {}, f"the earlier results could not be read: {type(exc).__name__}: {exc}"


def _by_value(
    name: str,
    differing: Mapping[str, tuple[str | None, str | None]],
    results: tuple[Mapping[str, Any], Mapping[str, Any]],
    unknown: Sequence[str],
) -> Purity:
    then, now = results
    found: list[tuple[str, str, str]] = []
    largest, is_noise, remark = 0.0, True, ""
    for key, of in differing.items():
        compared = _NOT_COMPARED
        if key in then and key in now:
            try:
                compared = closeness(then[key], now[key])
            except Exception as exc:  # noqa: BLE001 - whatever a value raises that is looked at
                remark = f"{key!r} could not be looked at: {type(exc).__name__}: {exc}"
        is_noise &= compared.is_close
        largest = max(largest, compared.largest_relative)
        found.append(_told_apart(key, (_shown(then, key), _shown(now, key)), of, compared))
    if is_noise and largest == 0.0:
        return Purity(name, not_compared=unknown)
    verdict = "noise" if is_noise else "different"
    return Purity(name, verdict, found, largest if is_noise else None, unknown, remark)


def _told_apart(
    key: str,
    shown: tuple[str, str],
    digests: tuple[str | None, str | None],
    compared: Closeness = _NOT_COMPARED,
) -> tuple[str, str, str]:
    """Return key, result then and result now, so that the two are not the same text."""
    if shown[0] != shown[1]:
        return key, *shown
    if compared.then != compared.now:
        return f"{key}{compared.place}", compared.then, compared.now
    then, now = (f"{shown[0]} (digest {str(digest)[:12]})" for digest in digests)
    return key, then, now


def _shown(results: Mapping[str, Any], key: str) -> str:
    return shortened(results[key]) if key in results else _ABSENT


def told(purity: Purity) -> str:
    """Say how the results compare: a sentence, then what they were and are; "" if the same."""
    steps = [_told_step(*step) for step in purity.steps[:_MOST]]
    if purity.verdict == "same":
        sentence = f"the results are those of {purity.compared_with}, but"
        return "\n".join([sentence, *steps]) if steps else ""
    if purity.verdict == "noise":
        return (
            f"the results differ from those of {purity.compared_with} by floating-point noise "
            f"only, relatively by {purity.largest_relative:.1e} at most"
        )
    sentence = (
        f"the results are others than those of {purity.compared_with}, which had the same "
        "variants, seed, code and data"
    )
    if purity.other_packages:
        sentence += ", but other packages"
    facts = [
        f"    {key}\n        then  {then}\n        now   {now}"
        for key, then, now in purity.differences[:_MOST]
    ]
    if len(purity.differences) > _MOST:
        facts.append(f"    ... and {len(purity.differences) - _MOST} more results")
    if purity.remark:
        facts.append(f"    {purity.remark}")
    return "\n".join([sentence, *steps, *facts])


def _told_step(name: str, call: int) -> str:
    which = f" (call {call})" if call else ""
    return f"    step {name!r}{which} returned something else for the same input"
