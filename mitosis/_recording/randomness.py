"""The generators that `random`, numpy and torch keep for the whole process.

They are seeded when the trial begins or as soon as their library is imported, and again right
before the experiment runs. Afterwards their states tell which of them it drew from.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial, wraps
from hashlib import sha256
from typing import Any

from mitosis._dataclass import dataclass
from mitosis._recording.forking import at_fork


@dataclass(frozen=True)
class Source:
    """A global generator.

    Attributes:
        name: as people call it.
        module: it is there when this module is loaded.
        seed: seeds it, given the module.
        state: returns its state, given the module, in a form that can be compared, and None
            where it is not in use.
        reseeder: name of the module's function that seeds it from the system's entropy where
            it is called without a seed; empty if there is none.
        fresh_state: returns, given the module, the state before the first draw, for a generator
            that nobody saw begin.
        keep: returns, given the module, what puts it back as it is now.
    """

    name: str
    module: str
    seed: Callable[[Any, int], object]
    state: Callable[[Any], object]
    reseeder: str = "seed"
    fresh_state: Callable[[Any], object] = lambda _: None
    keep: Callable[[Any], Callable[[], object]] = lambda _: lambda: None


class Generators:
    """The global generators of a trial's kernel.

    Args:
        seed: of all of them; None leaves them alone.
    """

    def __init__(self, seed: int | None) -> None:
        self._seed = seed
        self._states: dict[str, object] = {}
        self._seeded: set[str] = set()
        self._reseeded: set[str] = set()
        self._watched: dict[str, tuple[Any, Any, Any]] = {}
        self._kept: list[Callable[[], object]] = []
        self._arrivals = _Arrivals(self._start)
        self._forks = 0

    def begin(self) -> None:
        """Seed all that are there, and each other as soon as its library is imported.

        In a forked process, Python itself seeds `random` from the system's entropy. There it is
        seeded again, from the seed and the number of the fork.
        """
        self._start_all()
        sys.meta_path.insert(0, self._arrivals)
        at_fork(before=self._count_fork, in_child=self._seed_fork)

    def begin_for_a_while(self) -> None:
        """Do what `begin` does, until `end` puts all of them back as they are now."""
        for source in _SOURCES:
            if module := sys.modules.get(source.module):
                with suppress(Exception):  # half a library: it is not seeded either
                    self._kept.append(source.keep(module))
        self.begin()

    def end(self) -> None:
        """Leave the generators alone from now on, in the states that were kept."""
        self._seed = None
        with suppress(ValueError):  # the experiment took it away
            sys.meta_path.remove(self._arrivals)
        for module, original, noticing in self._watched.values():
            if getattr(module, original.__name__, None) is noticing:
                setattr(module, original.__name__, original)
        for put_back in self._kept:
            put_back()

    def seed_globals(self, seed: int) -> None:
        """Seed all that are there, so that what follows starts at exactly this seed."""
        self._seed = seed
        self._start_all()

    def _count_fork(self) -> None:
        self._forks += 1

    def _seed_fork(self) -> None:
        if self._seed is not None:
            told = sha256(f"{self._seed} {self._forks}".encode()).digest()
            self._seed, self._forks = int.from_bytes(told[:8]), 0
            sys.modules["random"].seed(self._seed)

    def use(self) -> dict[str, dict[str, bool | None]]:
        """Return of each that is there whether it was seeded, and whether it was drawn from.

        One that the experiment seeded anew counts as drawn from too. None stands for unknown:
        an experiment may take away the finder that notices what is imported.
        """
        return {source.name: use for source in _SOURCES if (use := self._use(source))}

    def _use(self, source: Source) -> dict[str, bool | None]:
        module = sys.modules.get(source.module)
        if module is None:
            return {}
        state = source.state(module)
        if state is None:
            return {}
        known = self._states.get(source.name) or source.fresh_state(module)
        drawn = None if known is None else state != known
        return {"seeded": self._is_seeded(source), "drawn": drawn}

    def _is_seeded(self, source: Source) -> bool:
        return source.name in self._seeded and source.name not in self._reseeded

    def _start_all(self) -> None:
        for source in _SOURCES:
            self._start(source)

    def _start(self, source: Source) -> None:
        module = sys.modules.get(source.module)
        if module is None:
            return
        try:
            if self._seed is not None:
                source.seed(module, self._seed)
                self._seeded.add(source.name)
                self._reseeded.discard(source.name)
            self._states[source.name] = source.state(module)
            self._watch(source, module)
        except Exception:  # noqa: BLE001 - half a library may be there: then it is told as unseeded
            self._seeded.discard(source.name)

    def _watch(self, source: Source, module: Any) -> None:
        """Notice where a generator is seeded from entropy: its state does not show it."""
        if source.reseeder and source.name not in self._watched:
            name = source.reseeder
            original = getattr(module, name)
            noticing = self._noticing(original, source)
            self._watched[source.name] = module, original, noticing
            # Locks know it by its place, as they know the function that it stands for.
            noticing.__module__, noticing.__qualname__ = module.__name__, name
            setattr(module, name, noticing)

    def _noticing(self, original: Callable[..., Any], source: Source) -> Callable[..., Any]:
        @wraps(original)
        def seed(*args: Any, **options: Any) -> Any:
            given = [*args[:1], *(options[name] for name in ("a", "seed") if name in options)]
            if given in ([], [None]):
                self._reseeded.add(source.name)
            else:
                self._reseeded.discard(source.name)
            return original(*args, **options)

        return seed


def unseeded_warnings(use: dict[str, dict[str, bool | None]]) -> list[str]:
    """Say which generators a trial drew from that nothing had seeded."""
    return [
        f"the experiment drew from the global generator of {name}, which was not seeded: its "
        "result may not come again; seed it from `seed`, and import its library at the top of "
        "the module"
        for name, facts in use.items()
        if facts["drawn"] and not facts["seeded"]
    ]


class _Arrivals:
    """Stands first among the finders, to know when a library has been imported."""

    def __init__(self, arrived: Callable[[Source], None]) -> None:
        self._arrived = arrived
        self._awaited = {source.module for source in _SOURCES}

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:
        if name not in self._awaited:
            return None
        self._awaited.remove(name)
        spec = self._found_by_others(name, path, target)
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader.exec_module = partial(self._load, spec.loader.exec_module)
        return spec

    def _found_by_others(self, name: str, path: Sequence[str] | None, target: Any) -> Any:
        others = (finder for finder in sys.meta_path if finder is not self)
        specs = (finder.find_spec(name, path, target) for finder in others)
        return next((spec for spec in specs if spec is not None), None)

    def _load(self, load: Callable[[Any], None], module: Any) -> None:
        del module.__spec__.loader.exec_module
        load(module)
        for source in _SOURCES:
            if source.module == module.__name__:
                self._arrived(source)


def _numpy_state(module: Any) -> object:
    return _frozen(module.get_state(legacy=False))


def _frozen(state: Any) -> object:
    """Return a state of numpy's, dicts with arrays in them, as it can be compared."""
    if isinstance(state, dict):
        return tuple((name, _frozen(held)) for name, held in sorted(state.items()))
    return state.tobytes() if hasattr(state, "tobytes") else state


def _torch_state(module: Any) -> object:
    return bytes(module.get_rng_state().tolist())


def _cuda_state(module: Any) -> object:
    """Return None where CUDA is not in use, and no bytes as long as nothing was drawn."""
    if not module.cuda.is_initialized():
        return None
    drawn = b""
    for generator in module.cuda.default_generators:
        drawn += _drawn_state(generator, generator.initial_seed())
    return drawn


def _cuda_kept(module: Any) -> Callable[[], object]:
    if not module.cuda.is_initialized():
        return lambda: None
    return partial(module.cuda.set_rng_state_all, module.cuda.get_rng_state_all())


def _drawn_state(generator: Any, seed: int) -> bytes:
    fresh = type(generator)(generator.device).manual_seed(seed)
    state = bytes(generator.get_state().tolist())
    return b"" if state == bytes(fresh.get_state().tolist()) else state


def _fresh_torch_state(module: Any) -> object:
    fresh = module.Generator().manual_seed(module.initial_seed())
    return bytes(fresh.get_state().tolist())


_SOURCES = (
    Source(
        "random",
        "random",
        lambda m, seed: m.seed(seed),
        lambda m: m.getstate(),
        keep=lambda m: partial(m.setstate, m.getstate()),
    ),
    Source(
        "numpy.random",
        "numpy.random",
        lambda m, seed: m.seed(seed % 2**32),
        _numpy_state,
        keep=lambda m: partial(m.set_state, m.get_state(legacy=False)),
    ),
    Source(
        "torch",
        "torch",
        lambda m, seed: m.manual_seed(seed % 2**63),
        _torch_state,
        fresh_state=_fresh_torch_state,
        keep=lambda m: partial(m.set_rng_state, m.get_rng_state()),
    ),
    Source(
        "torch.cuda",
        "torch",
        lambda m, seed: m.cuda.manual_seed_all(seed % 2**63),
        _cuda_state,
        reseeder="",
        fresh_state=lambda _: b"",
        keep=_cuda_kept,
    ),
)
