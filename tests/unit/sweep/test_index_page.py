"""The page of a sweep: what stands on it, and how it stays small and harmless."""

from __future__ import annotations

import json
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mitosis._layout import environment_file, is_own, sweep_page
from mitosis._model import Status
from mitosis._model.sweeps import SweepPlan, SweepRow
from mitosis._sweep import index_page
from mitosis._sweep.index_page import IndexPage, write_index
from tests.unit.sweep.planned import grid, row, rows

HOSTILE = "<script>alert('x')</script>\"><img src=http://evil.example/>\x1b[2J"


class Content(HTMLParser):
    """What stands on a page: its text, its links, its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.links: dict[str, str] = {}
        self.elements: list[str] = []
        self.titles: list[str] = []
        self._href = ""
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self._href = dict(attrs).get("href") or ""
        self.titles += [value for name, value in attrs if name == "title" and value]

    def handle_endtag(self, tag: str) -> None:
        self._href = ""

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"
        if self._href:
            self.links[self._href] = data


def written(folder: Path, plan: SweepPlan, trials: list[SweepRow]) -> str:
    return write_index(sweep_page(folder, plan.name), plan, trials).read_text("utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder = tmp_path_factory.mktemp("trials")
    packages = {"python": "3.11.9", "implementation": "CPython", "packages": {"numpy": "2.4"}}
    environment = environment_file(folder, "e" * 64)
    environment.parent.mkdir()
    environment.write_text(json.dumps(packages))
    argv = ("mitosis", "sweep", "kmeans", "-p", "method=*")
    facts = {"environment": "e" * 64, "argv": argv, "group": "night"}
    plan = grid({"k": [2, 4], "method": ["a", "b"]}, seeds=[0, 1], name="both", **facts)
    trials = rows(plan, lambda values, point: values["k"] * 10 + point)
    trials[7] = row(plan, 7, status=Status.FAILED, reason="ValueError: no", name="exp-7")
    return Content(written(folder, plan, trials))


def test_the_page_says_what_when_and_how_it_ended(page: Content) -> None:
    for said in (
        "1 of 8 without success 8 points, 7 succeeded, 1 failed",
        "lowest main 20 kmeans-2-a-0 highest main 46 kmeans-4-b-6",
        "points 8 = 2 k \N{MULTIPLICATION SIGN} 2 method \N{MULTIPLICATION SIGN} 2 seeds",
        "ran 2026-11-21 12:00 to 12:00 UTC, 16 s of trials",
        "commit 3f9a2c713f group night",
        "command mitosis sweep kmeans -p 'method=*'",
        "packages CPython 3.11.9, 1 package, listed below",
        "numpy 2.4",
        "Without success trial k method seed status exp-7 ValueError: no 4 b 1 failed",
    ):
        assert said in page.text


def test_every_trial_is_linked_with_its_seed(page: Content) -> None:
    assert len(page.links) == 8
    assert page.links["trial_kmeans-2-a-1.html"] == "1"
    assert page.links["trial_exp-7.html"] == "1 (failed)"
    assert "kmeans-2-a-1: succeeded, main = 21" in page.titles


def test_there_is_a_picture_for_each_parameter_and_a_table_of_two(page: Content) -> None:
    assert page.elements.count("img") == 2
    assert "k \\ method a b 2 20.50 ± 0.71 22.50 ± 0.71 4 44.50 ± 0.71 46" in page.text


def test_names_and_reasons_stay_text(tmp_path: Path) -> None:
    plan = grid({HOSTILE: [HOSTILE, "b"]}, seeds=[1], name=HOSTILE, experiment=HOSTILE)
    trials = [
        row(plan, 0, HOSTILE, name=HOSTILE, html=f"trial_{HOSTILE}.html"),
        row(plan, 1, status=Status.FAILED, reason=HOSTILE, html="javascript:alert(1)"),
    ]
    html = written(tmp_path, plan, trials)
    page = Content(html)
    assert "script" not in page.elements
    assert "img" not in page.elements
    assert "\x1b" not in html
    assert not [link for link in page.links if ":" in link or link.startswith("/")]
    assert "url(" not in html
    assert [path.name for path in tmp_path.iterdir()] == [sweep_page(tmp_path, HOSTILE).name]


@pytest.mark.slow
def test_ten_thousand_points_make_a_small_page(tmp_path: Path) -> None:
    plan = grid({"rate": [1.5**n for n in range(100)], "depth": range(50)}, seeds=[0, 1])
    trials = rows(plan, lambda values, point: values["depth"] + point % 7)
    for point in range(0, 10_000, 20):
        trials[point] = row(
            plan, point, status=Status.FAILED, reason="ValueError: " + "n" * 900
        )
    html = written(tmp_path, plan, trials)
    page = Content(html)
    assert len(html) < 1_000_000
    assert len(page.links) <= 2200
    assert "4,500 more rows are not shown" in page.text
    assert "400 more are not listed here" in page.text


def test_an_unfinished_sweep_says_so(tmp_path: Path) -> None:
    plan = grid({"k": [1, 2, 3]})
    trials = [row(plan, 0), row(plan, 1, status=Status.RUNNING)]
    page = Content(written(tmp_path, plan, trials))
    assert (
        "1 of 3 ended 3 points, 1 running, 1 succeeded, 1 without a trial As of " in page.text
    )
    assert page.links["trial_kmeans-2-1.html"] == "point 1 (running)"


def test_without_numbers_there_is_no_picture(tmp_path: Path) -> None:
    plan = grid({"k": [1, 2]})
    page = Content(written(tmp_path, plan, rows(plan, lambda values, point: "converged")))
    assert "img" not in page.elements
    assert "1 1 converged point 0" in page.text
    nothing = Content(written(tmp_path, plan, []))
    assert "0 of 2 ended 2 points, 2 without a trial" in nothing.text


def test_a_page_is_not_written_too_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = grid({"k": [1]})
    reads: list[float] = []

    def read() -> list[SweepRow]:
        reads.append(time.monotonic())
        return []

    monkeypatch.setattr(index_page, "_FIRST_SECONDS", 0.05)
    monkeypatch.setattr(index_page, "_BETWEEN_SECONDS", 0.05)
    monkeypatch.setattr(index_page, "_RESTS_PER_WORK", 0.0)
    page = IndexPage(tmp_path, plan, read)
    page.tick()
    assert not page.path.exists()
    deadline = time.monotonic() + 20
    while len(reads) < 3 and time.monotonic() < deadline:
        page.tick()
    assert page.path.exists()
    assert reads[1] - reads[0] >= 0.05
    assert reads[2] - reads[1] >= 0.05


def test_the_page_is_known_as_our_own(tmp_path: Path) -> None:
    assert is_own(sweep_page(tmp_path, "a/b"), tmp_path)
    assert not is_own(tmp_path / "sweep.html", tmp_path)
