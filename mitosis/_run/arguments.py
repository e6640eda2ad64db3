"""From what the caller passed to the arguments of `run`, with all misfits said at once."""

from __future__ import annotations

import operator
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mitosis._canonical import secret_digest
from mitosis._dataclass import dataclass
from mitosis._model import Parameter
from mitosis._redaction import calls_secret, is_secret, redact_text
from mitosis._run.experiment import Experiment
from mitosis._run.secret_values import secret_texts
from mitosis._wording import is_unicode
from mitosis.errors import InvalidArgumentsError, InvalidParameterError

_SEED_BITS = 32
_HARMLESS = 3  # so short a text stands in any name


@dataclass(frozen=True)
class Arguments:
    """All arguments of one call of `run`.

    Attributes:
        parameters: in the order of their argument names, values evaluated.
        seed: the seed of the trial.
        seed_is_generated: whether mitosis chose it.
        passed: arguments beside the parameters: `seed` and `group`, where `run` takes them.
    """

    parameters: tuple[Parameter, ...]
    seed: int
    seed_is_generated: bool
    passed: Mapping[str, Any]

    @property
    def tracked(self) -> tuple[Parameter, ...]:
        """The parameters that are locked and stand in the trial's name."""
        return tuple(p for p in self.parameters if p.track)

    @property
    def names(self) -> tuple[str, ...]:
        """All arguments that are given, as the dict of the notebook has them."""
        return (*self.passed, *(p.arg_name for p in self.parameters))


def bind(
    experiment: Experiment,
    params: Iterable[Parameter],
    untracked: Iterable[Parameter | str],
    seed: int | None,
    group: str | None,
) -> Arguments:
    """Fit what was passed to the signature of the experiment's `run`.

    Raises:
        InvalidParameterError: names, seed or expressions that cannot be used.
        InvalidArgumentsError: missing, unknown and doubled arguments.
    """
    parameters = _merged(experiment, params, untracked)
    _refuse_unusable(parameters, seed, group)
    given = [p.arg_name for p in parameters]
    seed = None if seed is None else operator.index(seed)
    group = None if group is None else str.__str__(group)
    takes_seed = experiment.takes("seed")
    chosen = secrets.randbits(_SEED_BITS) if seed is None else seed
    passed: dict[str, Any] = {}
    if takes_seed and (seed is not None or "seed" not in given):
        passed["seed"] = chosen
    if group is not None:
        passed["group"] = group
    twice = ["seed"] if seed is not None and not takes_seed and "seed" in given else []
    _refuse_misfits(experiment, [*given, *passed, *twice])
    evaluated = evaluate(experiment, sorted(parameters, key=lambda p: p.arg_name))
    named = None if "seed" in passed else _named_seed(evaluated)
    is_generated = seed is None and named is None
    return Arguments(evaluated, chosen if named is None else named, is_generated, passed)


def without_secret_names(arguments: Arguments, key: bytes) -> Arguments:
    """Rename variants whose names tell a secret, as those of expressions do.

    The same secret gets the same name under the same key: `secret-` and eight hexadecimal
    digits.
    """
    renamed = tuple(
        replace(p, var_name=f"secret-{secret_digest(p.var_name, key)[:8]}")
        if _tells_secret(p)
        else p
        for p in arguments.parameters
    )
    return replace(arguments, parameters=renamed)


def _tells_secret(parameter: Parameter) -> bool:
    name = parameter.var_name
    texts = secret_texts(parameter.vals, parameter.arg_name)
    return is_secret(name) or any(
        len(text) > _HARMLESS and (text in name or repr(text)[1:-1] in name) for text in texts
    )


def _merged(
    experiment: Experiment,
    params: Iterable[Parameter],
    untracked: Iterable[Parameter | str],
) -> tuple[Parameter, ...]:
    """Return all parameters under their full names."""
    if isinstance(params, Parameter) or isinstance(untracked, Parameter | str):
        fault = "params and untracked_params are lists: params=[Parameter(...)]"
        raise InvalidParameterError(faults=(fault,))
    untracked = list(untracked)
    words = {item for item in untracked if isinstance(item, str)}
    params = list(params)
    others = [item for item in untracked if not isinstance(item, str)]
    wrong = [item for item in [*params, *others] if not isinstance(item, Parameter)]
    if wrong:
        faults = tuple(
            f"{redact_text(repr(item))} is no mitosis.Parameter(variant, argument, value)"
            for item in wrong
        )
        raise InvalidParameterError(faults=faults)
    params, others = _in_full(experiment, params), _in_full(experiment, others)
    given = {p.arg_name for p in params}
    unknown = {word for word in words if not given.intersection(experiment.full_names(word))}
    if unknown:
        faults = tuple(f"untracked_params names {n!r}, no parameter" for n in sorted(unknown))
        raise InvalidParameterError(faults=faults)
    names = {name for word in words for name in experiment.full_names(word)}
    tracked = [replace(p, track=p.track and p.arg_name not in names) for p in params]
    return (*tracked, *(replace(p, track=False) for p in others))


def _in_full(experiment: Experiment, parameters: Iterable[Parameter]) -> list[Parameter]:
    """Return parameters under the full names of their arguments.

    Raises:
        InvalidParameterError: names all that could be meant for several arguments.
    """
    faults, found = [], []
    for parameter in parameters:
        name = parameter.arg_name
        full = experiment.full_names(name) if isinstance(name, str) else (name,)
        if len(full) > 1:
            faults.append(f"{name!r} could be {' or '.join(map(repr, full))}")
        found.append(replace(parameter, arg_name=full[0]))
    if faults:
        raise InvalidParameterError(faults=tuple(faults))
    return found


def _refuse_unusable(
    parameters: tuple[Parameter, ...], seed: int | None, group: str | None
) -> None:
    faults = [
        f"Parameter({p.var_name!r}, {p.arg_name!r}, ...): {fault}"
        for p in parameters
        for fault in name_faults(p)
    ]
    if seed is not None and not _is_seed(seed):
        faults.append(f"the seed is {seed!r}; it has to be a whole number from 0")
    if group is not None and not (isinstance(group, str) and group and is_unicode(group)):
        faults.append(f"the group is {group!r}; it has to be a text that is not empty")
    elif group is not None and is_secret(group):
        faults.append("the group looks like a secret, and would stand in names of files")
    if faults:
        raise InvalidParameterError(faults=tuple(map(redact_text, faults)))


def name_faults(parameter: Parameter) -> Iterable[str]:
    """Say why no trial takes a parameter under its names."""
    for kind, name in (("variant", parameter.var_name), ("argument", parameter.arg_name)):
        if not isinstance(name, str) or not name:
            yield f"the {kind}'s name is {name!r}; it has to be a text, not empty"
        elif not is_unicode(name):
            yield f"the {kind}'s name holds half of a surrogate pair"
    if parameter.evaluate and not isinstance(parameter.vals, str):
        yield "with evaluate=True the value has to be the text of an expression"


def _is_seed(seed: Any) -> bool:
    try:
        return operator.index(seed) >= 0 and not isinstance(seed, bool)
    except TypeError:
        return False


def _refuse_misfits(experiment: Experiment, given: list[str]) -> None:
    if faults := experiment.interface.faults(given):
        raise InvalidArgumentsError(
            experiment=experiment.name,
            signature=experiment.interface.text,
            faults=tuple(faults),
            missing=experiment.interface.missing(given),
        )


def evaluate(experiment: Experiment, parameters: list[Parameter]) -> tuple[Parameter, ...]:
    """Put values in the place of expressions.

    Raises:
        InvalidParameterError: names all expressions that raised.
    """
    faults, evaluated = [], []
    for parameter in parameters:
        try:
            evaluated.append(_value(experiment, parameter))
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - it may raise anything
            faults.append(_expression_fault(parameter, exc))
    if faults:
        raise InvalidParameterError(faults=tuple(faults))
    return tuple(evaluated)


def _expression_fault(parameter: Parameter, exc: BaseException) -> str:
    """Say which expression raised what; of one for a secret, only that it did."""
    said = f"{type(exc).__name__}: {exc}"
    if calls_secret(parameter.arg_name):
        return f"the expression for {parameter.arg_name!r} raised {type(exc).__name__}"
    return redact_text(
        f"the expression {parameter.vals!r} for {parameter.arg_name!r} raised {said}"
    )


def _value(experiment: Experiment, parameter: Parameter) -> Parameter:
    if not parameter.evaluate:
        return parameter
    namespace = dict(experiment.namespace(parameter.arg_name))
    for module in parameter.modules or ():
        namespace[module.__name__.partition(".")[0]] = __import__(module.__name__)
    value = eval(parameter.vals.strip(), namespace)  # noqa: S307 - the user's own expression
    return replace(parameter, vals=value, evaluate=False)


def _named_seed(parameters: tuple[Parameter, ...]) -> int | None:
    """Return the value of a parameter that is named `seed`, if it can be one."""
    named = [p.vals for p in parameters if p.arg_name == "seed" and _is_seed(p.vals)]
    return operator.index(named[0]) if named else None
