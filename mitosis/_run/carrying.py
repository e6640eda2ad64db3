"""A trial carried out by whoever has its work: another process, or another machine.

Everything between a trial's claim and its row happens here, and no database is ever opened.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from mitosis import _layout
from mitosis._model import Outcome, Places
from mitosis._notebook import Ending
from mitosis._provenance import environment_json
from mitosis._records import read_record, write_record
from mitosis._records.page_repair import is_stale, mend_page
from mitosis._run.company import Company, Listener, Stops, nobody, silent
from mitosis._run.course import Course
from mitosis._run.parcel import left_warnings, pack, too_large
from mitosis._run.site import sees_folder, settled
from mitosis._run.trial import conduct
from mitosis._run.watch import Signals
from mitosis._run.work import Done, Work


def carry(
    work: Work,
    stops: Stops | None = None,
    on_text: Listener = silent,
    over: Callable[[], object] = nobody,
) -> Done:
    """Run a claimed trial here, and record its end in its folder, whatever that is.

    Where the trial's folder cannot be seen from here, it runs in a temporary one, which is
    handed back whole with how it ended. Where it has run already, and only nobody came to say
    so, nothing is run.

    Args:
        work: the trial.
        stops: who may end it. Default: signals that this process gets, in its main thread.
        on_text: called with stream name and text as the experiment prints it. Default: none.
        over: called as in `Company`. Default: nobody.

    Raises:
        WorkerCodeError: this is another place than the sweep's, and has other code.
    """
    if former := _ended(work):
        return former
    work = settled(work)
    if stops is not None:
        return _carried(work, Company(stops, lambda: work.earlier, on_text, over=over))
    with Signals() as signals:
        done = _carried(work, Company(signals, lambda: work.earlier, on_text, over=over))
        signals.forget()
    return done


def _carried(work: Work, company: Company) -> Done:
    if sees_folder(work):
        return conduct(Course(work), company).done
    return _elsewhere(work, company)


def _ended(work: Work) -> Done | None:
    """Return the end of a trial that a former worker has written, before it died."""
    if not work.folder.record.exists():
        return None
    trial = read_record(work.folder)
    if trial.claim.key != work.key or not trial.finish or not trial.outcome:
        return None
    if is_stale(work.trials_folder, trial):
        mend_page(work.trials_folder, trial)
        trial = read_record(work.folder)
    assert trial.finish, "it had one before"
    return Done(trial.finish, _ending(trial.finish.outcome))


def _ending(outcome: Outcome) -> Ending:
    usage = outcome.usage
    return Ending(
        status=outcome.status,
        reason=outcome.reason,
        traceback=outcome.traceback,
        wall_seconds=usage.wall_seconds or 0.0,
        cpu_seconds=usage.cpu_seconds,
        peak_memory_bytes=usage.peak_memory_bytes,
    )


def _elsewhere(work: Work, company: Company) -> Done:
    """Run a trial in a temporary folder, and return it packed."""
    place = Path(mkdtemp(prefix="mitosis-"))
    work = _claimed_in(place, work)
    host = work.claim.worker.host if work.claim.worker else ""
    is_kept = False
    try:
        warn = partial(left_warnings, host=host)
        course = Course(work)
        done = conduct(course, replace(company, warn=warn)).done
        environment, page = environment_json(work.environment), place / done.finish.places.html
        is_kept = bool(too_large(course.folder))
        return replace(done, packed=pack(course.folder, page, environment))
    finally:
        if not is_kept:
            shutil.rmtree(place, ignore_errors=True)


def _claimed_in(place: Path, work: Work) -> Work:
    """Return a trial as if it had been claimed in a folder that is nobody else's."""
    work = replace(work, trials_folder=place)
    folder = _layout.make_trial_folder(place, work.folder_stem, work.key)
    page = _layout.free_page(*work.page_name)
    write_record(folder, work.claim, work.claimed, page)
    return replace(work, places=Places(work.folder.root.name, page.name))
