"""What dead processes left behind: taken in, taken away, or left where it may be in use."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from mitosis._layout import TrialFolder
from mitosis._model import Claimed
from mitosis._provenance import runner
from mitosis._records import repair, write_record
from mitosis._store import Store
from tests.unit.records.trials import begin, claim, statuses

DAY = 24 * 3600


def test_a_claim_that_was_never_committed_is_removed(tmp_path: Path) -> None:
    begin(tmp_path).finish()
    ghost = TrialFolder(tmp_path / ".sine-low-2_0123abcd")
    ghost.root.mkdir()
    _claimed_record(ghost, "0123abcd")
    assert repair(tmp_path).removed == (ghost.root.name,)
    assert not ghost.root.exists()


def _claimed_record(folder: TrialFolder, key: str, **fields: Any) -> None:
    write_record(folder, claim(key=key, **fields), Claimed("sine-low-2", 2), Path("x.html"))


def test_a_claim_in_progress_is_left_alone_whether_the_database_is_there_or_not(
    tmp_path: Path,
) -> None:
    begin(tmp_path).finish()
    claimed = TrialFolder(tmp_path / ".sine-low-2_0123abcd")
    claimed.root.mkdir()
    _claimed_record(claimed, "0123abcd", runner=runner())
    for _ in range(2):
        repair(tmp_path)
        assert claimed.record.exists()
        assert list(statuses(Store(tmp_path / "sine.db"))) == ["sine-low-1"]
        (tmp_path / "sine.db").unlink(missing_ok=True)


def test_a_dead_claim_is_taken_in_as_lost_where_the_database_is_gone_too(
    tmp_path: Path,
) -> None:
    trial = begin(tmp_path, is_visible=False)
    trial.store.path.unlink()
    assert repair(tmp_path).closed == ("sine-low-1",)
    assert statuses(trial.store) == {"sine-low-1": "lost"}


def test_output_of_a_claim_that_no_database_knows_is_kept_and_told(tmp_path: Path) -> None:
    begin(tmp_path).finish()
    odd = TrialFolder(tmp_path / ".sine-low-2_0123abcd")
    odd.root.mkdir()
    _claimed_record(odd, "0123abcd")
    odd.results.write_bytes(b"x")
    (left,) = repair(tmp_path).left
    assert left.startswith(".sine-low-2_0123abcd: ")
    assert odd.results.exists()


def test_what_dead_processes_left_behind_is_removed_and_nothing_else(tmp_path: Path) -> None:
    trial = begin(tmp_path).finish()
    (tmp_path / ".values").mkdir()
    old = [
        tmp_path / ".sine.db.schema-1.0123abcd",
        tmp_path / ".values" / ".abc.dill.0123abcd",
        trial.folder.root / ".record.json.0123abcd",
    ]
    new = [tmp_path / name for name in (".x.html.0123abcd", ".hidden", "notes.0123abcd")]
    for path in old + new:
        path.write_text("x")
        moment = time.time() - 2 * DAY
        os.utime(path, (moment, moment))
    os.utime(new[0])
    claimless = tmp_path / ".sine-low-9_0123abcd"
    claimless.mkdir()
    os.utime(claimless, (time.time() - 2 * DAY,) * 2)
    repaired = repair(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in [*old, claimless]}
    assert set(repaired.removed) == names
    assert [path.exists() for path in old + new] == [False] * 3 + [True] * 3
