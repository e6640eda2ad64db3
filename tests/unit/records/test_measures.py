"""What a trial measured and kept, told from its folder: in record, row and page."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from mitosis import _curves
from mitosis._layout import TrialFolder
from mitosis._model import Artifact, MetricSummary
from mitosis._recording import Report
from mitosis._records import close_dead, measure, read_record
from mitosis._records.measures import MOST_CURVES, Measured
from mitosis._records.record import write_record
from mitosis._records.sections import sections
from tests.unit.records.trials import Begun, claim

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def folder(tmp_path: Path) -> TrialFolder:
    return TrialFolder(tmp_path)


def log(folder: TrialFolder, *rows: str | dict[str, Any]) -> None:
    texts = [row if isinstance(row, str) else f"{json.dumps(row)}\n" for row in rows]
    folder.metrics.write_text("".join(texts), encoding="utf-8")


def keep(folder: TrialFolder, name: str, content: bytes) -> Path:
    path = folder.artifacts / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_metric_in_short_leaves_out_what_is_no_number(folder: TrialFolder) -> None:
    log(
        folder,
        {"step": 1, "at": 0.1, "loss": 2, "phase": "a"},
        {"step": 2, "at": 0.2, "loss": math.nan, "phase": "b", "ok": True},
        {"step": 3.5, "at": 0.3, "loss": 4.0, "phase": 3},
    )
    metrics = measure(folder).metrics
    assert list(metrics) == ["loss", "ok", "phase"]
    assert metrics["loss"] == MetricSummary(3, 4.0, 3.5, 2.0, 4.0, 3.0)
    assert metrics["ok"] == MetricSummary(1, 1.0, 2.0, 1.0, 1.0, 1.0)
    assert metrics["phase"].points == 1


def test_a_metric_that_is_never_a_number_has_no_extremes(folder: TrialFolder) -> None:
    log(folder, {"step": 0, "loss": math.nan})
    loss = measure(folder).metrics["loss"]
    assert (loss.points, loss.last_step) == (1, 0.0)
    assert all(map(math.isnan, (loss.last, loss.minimum, loss.maximum, loss.mean)))


def test_infinities_are_values(folder: TrialFolder) -> None:
    log(folder, {"step": 0, "x": math.inf}, {"step": 1, "x": -math.inf}, {"step": 2, "x": 1})
    x = measure(folder).metrics["x"]
    assert (x.minimum, x.maximum, x.last) == (-math.inf, math.inf, 1.0)
    assert math.isnan(x.mean)


def test_lines_that_are_no_points_cost_no_other(folder: TrialFolder) -> None:
    whole = [{"step": step, "loss": step} for step in range(3)]
    odd = ["\n", "[1]\n", "3\n", "{\n", '{"step": "a", "loss": 1}\n', '{"loss": 1}\n']
    huge = f'{{"step": 1, "huge": {"9" * 5000}}}\n'
    log(folder, *whole, *odd, huge, whole[0], '{"step": 4, "lo')
    metrics = measure(folder).metrics
    assert metrics["loss"].points == 4
    assert metrics["huge"].maximum == math.inf


def test_a_file_of_any_length_is_read_in_pieces(
    folder: TrialFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mitosis._records.measures._CHUNK_BYTES", 100)
    log(folder, *({"step": step, "loss": step / 7, "größe": 1} for step in range(1000)))
    measured = measure(folder)
    assert measured.metrics["loss"].points == 1000
    assert measured.metrics["loss"].mean == pytest.approx(999 / 14)
    assert len(measured.curves["loss"][0]) == 1000


def test_artifacts_are_told_by_name_size_and_digest(folder: TrialFolder) -> None:
    keep(folder, "b/c.txt", b"abc")
    keep(folder, "a.bin", b"")
    keep(folder, ".a.bin.0123abcd", b"half")
    (folder.artifacts / "link").symlink_to("/etc/hostname")
    assert measure(folder).artifacts == (
        Artifact("a.bin", 0, blake3(b"").hexdigest()),
        Artifact("b/c.txt", 3, blake3(b"abc").hexdigest()),
    )


def test_a_folder_without_measures_has_none(folder: TrialFolder) -> None:
    measured = measure(folder, Report())
    assert measured == Measured(Report())
    assert sections(folder, measured) == []


def test_without_measures_nothing_heavy_is_loaded(folder: TrialFolder) -> None:
    code = (
        "import sys; from pathlib import Path; from mitosis._layout import TrialFolder\n"
        "from mitosis._records import measure\n"
        "from mitosis._records.sections import sections\n"
        "folder = TrialFolder(Path(sys.argv[1])); sections(folder, measure(folder))\n"
        "print(*{'numpy', 'matplotlib', 'nbformat', 'pandas'}.intersection(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder.root)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "\n"


def test_measures_come_back_from_the_record(folder: TrialFolder) -> None:
    log(folder, {"step": 1, "loss": 2.0}, {"step": 2, "loss": math.inf})
    report = Report(main=1, numbers={"main": 1, "worst": math.inf, "ok": True})
    measured = measure(folder, report)
    write_record(folder, claim(), None, Path("x.html"), measured=measured)
    trial = read_record(folder)
    assert trial.numbers == report.numbers
    assert trial.metrics == measured.metrics


def test_a_dead_trial_is_told_with_what_it_had_measured(tmp_path: Path) -> None:
    trial = Begun(tmp_path, claim())
    log(trial.folder, {"step": 1, "loss": 2.0}, '{"step": 2, "lo')
    keep(trial.folder, "plots/a.png", PNG)
    keep(trial.folder, "größe <b>|x.txt", b"x")
    (closed,) = close_dead(tmp_path, trial.store)
    record = json.loads(trial.folder.record.read_text())
    assert record["metrics"]["loss"]["last"] == 2.0
    assert [a["name"] for a in record["artifacts"]] == ["größe <b>|x.txt", "plots/a.png"]
    html = closed.page.read_text(encoding="utf-8")
    place = f"./{trial.folder.root.name}/artifacts"
    assert f'href="{place}/plots/a.png"' in html
    assert f'href="{place}/gr%C3%B6%C3%9Fe%20%3Cb%3E%7Cx.txt"' in html
    assert "größe &lt;b&gt;|x.txt" in html
    assert html.count('<img alt="loss" src="data:image/svg+xml;base64,') == 1
    assert len(re.findall(r'<img src="data:image/png;base64,\S+ alt="plots/a.png"', html)) == 1


@pytest.mark.slow
def test_only_the_first_metrics_are_drawn_and_the_page_says_so(folder: TrialFolder) -> None:
    log(folder, {"step": 0} | {f"m{number}": number for number in range(MOST_CURVES + 3)})
    (section,) = sections(folder, measure(folder))
    assert len(section.pictures) == MOST_CURVES
    assert section.remark.startswith("12 of 15 metrics are drawn; all points are in ")
    assert len(section.rows) == 1 + MOST_CURVES + 3


def test_metrics_that_cannot_be_drawn_are_told_as_numbers(
    folder: TrialFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> str:
        raise MemoryError

    monkeypatch.setattr(_curves, "curves_svg", broken)
    log(folder, {"step": 0, "loss": 0.5})
    (section,) = sections(folder, measure(folder))
    assert section.pictures == []
    assert section.rows[1][:3] == ("loss", "1", "0.5")


def test_large_images_and_many_are_only_listed(folder: TrialFolder) -> None:
    keep(folder, "large.png", PNG + bytes(500_000))
    for number in range(120):
        keep(folder, f"n{number:03}.jpg", b"\xff\xd8")
    (section,) = sections(folder, measure(folder))
    assert [picture.name for picture in section.pictures] == [
        f"n{number:03}.jpg" for number in range(12)
    ]
    assert len(section.rows) == 101
    assert section.remark.startswith("There are 21 more files in ")
