"""A trial's page in a real browser: offline, folding, at any width, on paper."""

from __future__ import annotations

import base64
import io
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page, sync_playwright

from mitosis._notebook.page import to_html

pytestmark = pytest.mark.browser


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


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    """Yield a server's socket that nobody should ever connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        yield server


def address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def was_called(server: socket.socket) -> bool:
    try:
        caller, _ = server.accept()
    except TimeoutError:
        return False
    caller.close()
    return True


def display(mime: str, data: Any) -> Any:
    return new_output("display_data", data={mime: data, "text/plain": "an output"})


def stream(name: str, text: str) -> Any:
    return new_output("stream", name=name, text=text)


def png(width_inches: float) -> str:
    figure = Figure(figsize=(width_inches, 4))
    figure.subplots().plot(np.sin(np.linspace(0, 20, 500)))
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return base64.b64encode(file.getvalue()).decode()


def trial(*outputs: Any) -> str:
    """Return the page of a failed trial with long names, lines and tables, and ``outputs``."""
    numbers = pd.DataFrame(np.linspace(0, 1, 120).reshape(4, 30)).add_prefix("feature_")
    title = f"# {'sine-exp' * 9}\n\nIt holds.\n\n| | |\n|:--|:--|\n| commit | {'3f9a' * 10} |\n"
    source = "".join(f"x_{i} = {i}  # {'a long remark ' * 12}\n" for i in range(500))
    cells = [
        new_markdown_cell(title, metadata={"tags": ["title"]}),
        new_code_cell(f"values = {list(range(300))}", metadata={"tags": ["parameters"]}),
        new_markdown_cell(f"```python\n{source}```", metadata={"tags": ["source"]}),
        new_code_cell(
            "results = run()",
            metadata={"tags": ["run"]},
            outputs=[
                stream("stdout", "".join(f"step {i}\n" for i in range(2000))),
                stream("stderr", "a warning " * 40),
                display("image/png", png(14)),
                display("text/html", numbers.to_html()),
                *outputs,
                new_output("error", ename="E", evalue="x" * 300, traceback=["y" * 300]),
            ],
        ),
    ]
    facts = {
        "title": "sine-exp-" + "low" * 40,
        "status": "failed",
        "reason": "ValueError: " + "z" * 200,
        "main": "",
        "duration": "1.2 s",
        "debug": True,
    }
    return to_html(new_notebook(cells=cells, metadata={"mitosis": facts}))


def open_page(browser: Browser, file: Path, html: str, width: int = 1280) -> Page:
    """Open the page as a file, without a network, and note whatever it asks for."""
    file.write_text(html, encoding="utf-8")
    page = browser.new_context(
        offline=True, viewport={"width": width, "height": 900}
    ).new_page()
    page.goto(file.as_uri())
    return page


def requests_of(browser: Browser, file: Path, html: str) -> list[str]:
    file.write_text(html, encoding="utf-8")
    # Not offline: whatever got out would reach the stranger.
    with browser.new_page() as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri(), wait_until="commit")
        page.wait_for_timeout(1200)
        assert page.url == file.as_uri()
        return [url for url in asked if not url.startswith("data:")]


def greedy(url: str) -> str:
    """Return HTML that tries to load from ``url`` in many ways."""
    return f"""
    <img src="{url}/1.png"><img srcset="{url}/2.png 2x"><script src="{url}/3.js"></script>
    <script>fetch("{url}/4"); new Image().src = "{url}/5"; new WebSocket("{url}/6")</script>
    <link rel="stylesheet" href="{url}/7.css"><link rel="prefetch" href="{url}/8">
    <style>@import url({url}/9.css); @font-face {{ font-family: f; src: url({url}/10.woff) }}
    p {{ font-family: f; background: url({url}/11.png) }}
    div {{ background: image-set("{url}/12.png" 1x) }}</style>
    <p style="background-image: url({url}/13.png)">text</p>
    <object data="{url}/15"></object><embed src="{url}/16"><audio src="{url}/19"></audio>
    <video autoplay src="{url}/17.mp4" poster="{url}/18.png"></video>
    <svg><image href="{url}/20.png"/><use href="{url}/21.svg#a"/></svg>
    """


def navigating(url: str) -> str:
    """Return HTML that leaves for ``url`` or connects to it in ways that no policy stops.

    (Chromium connects for a frame before it asks the policy.)
    """
    return f"""
    <link rel="preconnect" href="{url}"><link rel="dns-prefetch" href="{url}">
    <meta http-equiv="refresh" content="0;url={url}/22"><script>location = "{url}/23"</script>
    <iframe src="{url}/14"></iframe>
    <iframe srcdoc="<script>parent.location = '{url}/24'</script>"></iframe>
    """


def test_asks_for_nothing_but_itself_whatever_outputs_contain(
    browser: Browser, tmp_path: Path, stranger: socket.socket
) -> None:
    url = address(stranger)
    wishes = greedy(url) + navigating(url)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}/25.png"/></svg>'
    html = trial(
        display("text/html", wishes),
        display("text/markdown", f"![picture]({url}/26.png)\n\n{wishes}"),
        display("image/svg+xml", svg),
        display("application/javascript", f"fetch('{url}/27')"),
    )

    asked = requests_of(browser, tmp_path / "trial.html", html)

    assert asked == [(tmp_path / "trial.html").as_uri()]
    assert not was_called(stranger)


def test_policy_alone_keeps_out_what_cleaning_would_miss(
    browser: Browser, tmp_path: Path, stranger: socket.socket
) -> None:
    html = trial().replace("</main>", greedy(address(stranger)) + "</main>")

    requests_of(browser, tmp_path / "trial.html", html)

    assert not was_called(stranger)


def test_stranger_would_notice_a_call(
    browser: Browser, tmp_path: Path, stranger: socket.socket
) -> None:
    html = f'<!DOCTYPE html><img src="{address(stranger)}/1.png">'

    asked = requests_of(browser, tmp_path / "other.html", html)

    assert len(asked) == 2
    assert was_called(stranger)


def test_folded_output_opens_and_closes_by_click(browser: Browser, tmp_path: Path) -> None:
    with open_page(browser, tmp_path / "trial.html", trial()) as page:
        head, tail = page.locator(".stdout > pre").all()
        middle = page.locator(".stdout details pre")
        assert head.inner_text().strip().endswith("step 11")
        assert tail.inner_text().strip().endswith("step 1999")
        assert not middle.is_visible()

        page.get_by_text("Show all 2,000 lines").click()
        assert middle.is_visible()
        assert len(middle.inner_text().strip().split("\n")) == 2000 - 24

        page.get_by_text("Show fewer").click()
        assert not middle.is_visible()


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_folded_source_opens_by_keyboard_alone(
    browser: Browser, tmp_path: Path, key: str
) -> None:
    with open_page(browser, tmp_path / "trial.html", trial()) as page:
        summary = page.locator("summary", has_text="Source of the experiment (500 lines)")
        for _ in range(20):
            page.keyboard.press("Tab")
            if summary.evaluate("element => element === document.activeElement"):
                break

        page.keyboard.press(key)
        assert page.get_by_text("x_499").is_visible()

        page.keyboard.press(key)
        assert not page.get_by_text("x_499").is_visible()


def test_is_told_to_a_screen_reader_in_headings_and_named_regions(
    browser: Browser, tmp_path: Path
) -> None:
    with open_page(browser, tmp_path / "trial.html", trial()) as page:
        headings = page.get_by_role("heading").all_inner_texts()
        assert headings[1:] == ["Parameters", "Source of the experiment (500 lines)", "Run"]
        assert page.get_by_role("region", name="Status").count() == 1
        assert page.get_by_role("region", name="Traceback").count() == 1
        assert page.get_by_role("img", name="Figure 1").count() == 1


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("opened", [False, True])
def test_never_scrolls_sideways(
    browser: Browser, tmp_path: Path, width: int, opened: bool
) -> None:
    with open_page(browser, tmp_path / "trial.html", trial(), width) as page:
        if opened:
            for summary in page.locator("summary").all():
                summary.click()

        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_stay_on_white_and_text_stands_out(
    browser: Browser, tmp_path: Path, scheme: Any
) -> None:
    with open_page(browser, tmp_path / "trial.html", trial()) as page:
        page.emulate_media(color_scheme=scheme)
        style = "element => [getComputedStyle(element).color, getComputedStyle(element)."
        ink, paper = page.locator("body").evaluate(style + "backgroundColor]")
        _, behind = page.locator("figure img").evaluate(style + "backgroundColor]")

    assert behind == "rgb(255, 255, 255)"
    assert abs(brightness(ink) - brightness(paper)) > 180


def brightness(color: str) -> float:
    return float(np.mean([int(part) for part in re.findall(r"\d+", color)[:3]]))


def test_prints_ten_thousand_lines_on_few_sheets(browser: Browser, tmp_path: Path) -> None:
    html = trial(stream("stdout", "".join(f"{i} {'word ' * 30}\n" for i in range(10_000))))
    with open_page(browser, tmp_path / "trial.html", html) as page:
        pdf = page.pdf(prefer_css_page_size=True)

    assert 1 < len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 6
    a4 = re.findall(rb"/MediaBox\s*\[\s*0 0 (59[45][\d.]*) (84[12][\d.]*)", pdf)
    assert a4, "not A4"
