"""Many trials of one experiment: what they have in common is looked at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mitosis import _layout
from mitosis._dataclass import dataclass
from mitosis._model import Parameter, Variant
from mitosis._notebook.preloading import installed_imports
from mitosis._provenance import CodeWatch
from mitosis._run.arguments import Arguments, bind, without_secret_names
from mitosis._run.assignment import Undertaking, make_up
from mitosis._run.claiming import Origin, Place
from mitosis._run.experiment import Experiment, describe
from mitosis._run.locking import lockable
from mitosis._run.options import Options
from mitosis._run.secret_key import find_key
from mitosis._run.story import Ground, Request, refuse_inside_trial, runnable
from mitosis._settings import Settings
from mitosis._store import Store
from mitosis.errors import CodeChangedError


@dataclass(frozen=True)
class Campaign:
    """Many trials of one experiment, claimed one after another by this process.

    What a trial costs here does not depend on how many there are: folders and packages are
    looked through when the campaign begins, and code only as far as it may have changed.

    Attributes:
        store: the database that the trials are claimed in.
        libraries: the statements in the experiment's files that import what is installed.
    """

    experiment: Experiment
    request: Request
    ground: Ground
    store: Store
    libraries: tuple[str, ...]
    _watch: CodeWatch
    _taken: frozenset[str]

    @classmethod
    def begin(
        cls,
        experiment: Any,
        request: Request,
        options: Options,
        settings: Settings | None = None,
    ) -> Campaign:
        """Make sure that trials of an experiment may run, and write what dead ones left undone.

        Args:
            experiment: as `run` takes it.
            request: of it count the group, the trials folder, and which arguments are
                untracked; the rest is said of each trial.
            options: how all trials are kept. There is no debug mode.
            settings: default: those of the experiment's project.

        Raises:
            MitosisError: as `run` before it starts anything, but for arguments.
        """
        refuse_inside_trial(str(getattr(experiment, "name", "")))
        described = describe(experiment, options.hypothesis)
        ground = runnable(described, request, options, settings)
        folder, ignored = ground.place.trials_folder, ground.place.settings.ignore_changes
        watch = CodeWatch(ground.origin.code, folder, ignored)
        store = Store(ground.place.database(described, ground.options))
        _layout.make_trials_folder(folder)
        make_up(ground.place, store)
        return cls(
            experiment=described,
            request=request,
            ground=ground,
            store=store,
            libraries=_libraries(described),
            _watch=watch,
            _taken=_layout.taken_stems(folder),
        )

    @property
    def place(self) -> Place:
        """Where the experiment stands, and where the trials go."""
        return self.ground.place

    @property
    def options(self) -> Options:
        """How the trials are kept, with what the settings say."""
        return self.ground.options

    @property
    def origin(self) -> Origin:
        """Code, packages, machine and process, as they were when it began."""
        return self.ground.origin

    def arguments(self, params: Sequence[Parameter], seed: int | None = None) -> Arguments:
        """Fit parameters to the experiment; see `bind` for what that raises."""
        untracked, group = self.request.untracked_params, self.request.group
        return bind(self.experiment, params, untracked, seed, group)

    def variants(self, params: Sequence[Parameter]) -> tuple[Variant, ...]:
        """Return tracked parameters in the form in which they are locked.

        Raises:
            NotCanonicalError: names all values that have no such form.
        """
        key = find_key(self.place.trials_folder).value
        named = without_secret_names(self.arguments(params), key)
        return lockable(named.tracked, key).variants

    def undertaking(self, params: Sequence[Parameter], seed: int | None = None) -> Undertaking:
        """Return a trial that is to be claimed; what dead ones left undone has been done."""
        return Undertaking(
            self.experiment,
            self.arguments(params, seed),
            *self.ground,
            is_taken=lambda stem, _key: stem in self._taken,
        )

    @contextmanager
    def looking_at_code(self) -> Iterator[Callable[[], None]]:
        """Have git look at the code while something else is done, and yield who waits for it.

        That makes sure that the code is what it was when the campaign began.

        Raises:
            CodeChangedError: it is not; names what differs.
            NoRepositoryError: git does not answer any more.
        """
        with self._watch.looking() as changes:
            yield lambda: self._refuse(changes())

    def _refuse(self, changes: tuple[str, ...]) -> None:
        if changes:
            repository = self.origin.code.repository or self.place.source
            raise CodeChangedError(repository=repository, changes=changes)


def _libraries(experiment: Experiment) -> tuple[str, ...]:
    files = [file for file in experiment.files if file]
    path = [*map(str, experiment.import_folders), *(e for e in sys.path if isinstance(e, str))]
    return tuple(installed_imports(files, path))
