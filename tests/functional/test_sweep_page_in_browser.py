"""The page of a sweep in a real browser: offline, at any width, in the dark, of any size."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from mitosis._layout import sweep_page
from mitosis._model import Status
from mitosis._sweep.index_page import write_index
from tests.unit.sweep.planned import grid, row, rows

pytestmark = pytest.mark.browser

HOSTILE = "<img src=http://127.0.0.1:1/x.png onerror=document.title=1>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trials")
    variants = {"k": [2, 4, 8], "a_long_name_of_a_parameter": [HOSTILE, "b" * 90]}
    plan = grid(variants, seeds=range(5), name="both")
    trials = rows(plan, lambda values, point: values["k"] + point)
    reason = f"ValueError: {HOSTILE * 4}"
    trials[3] = row(plan, 3, status=Status.FAILED, reason=reason, html="trial_exp-3.html")
    (folder / "trial_exp-3.html").write_text("<title>the trial</title>")
    return write_index(sweep_page(folder, plan.name), plan, trials)


def open_page(browser: Browser, file: Path, width: int = 1280, scheme: str = "light") -> Page:
    context = browser.new_context(
        offline=True,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(file.as_uri())
    return page


def test_the_page_asks_for_nothing_and_shows_its_pictures(browser: Browser, file: Path) -> None:
    with browser.new_page() as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert page.title() == "Sweep both"
        widths = page.eval_on_selector_all("img", "found => found.map(i => i.naturalWidth)")
        assert len(widths) == 2
        assert min(widths) > 0


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_at_any_width(
    browser: Browser, file: Path, width: int, scheme: str
) -> None:
    page = open_page(browser, file, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
    page.context.close()


def test_a_failed_trial_is_one_click_away(browser: Browser, file: Path) -> None:
    page = open_page(browser, file)
    page.locator("td.name a").click()
    assert page.title() == "the trial"
    page.context.close()


def test_ten_thousand_points_open_at_once(browser: Browser, tmp_path: Path) -> None:
    plan = grid({"rate": [2.0**n for n in range(50)], "depth": range(20)}, seeds=range(10))
    trials = rows(plan, lambda values, point: values["depth"] + point % 7)
    file = write_index(sweep_page(tmp_path, plan.name), plan, trials)
    began = time.monotonic()
    page = open_page(browser, file)
    assert page.locator("tbody tr").count() == 500
    assert time.monotonic() - began < 20
    page.context.close()
