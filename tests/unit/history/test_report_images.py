"""Images that trials kept, side by side on the page of a comparison."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import mitosis
from tests.unit.records.trials import Begun, begin, variant

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = "<script>alert('x')&\x1b.png"


def kept(folder: Path, number: int, files: dict[str, bytes]) -> Begun:
    trial = begin(folder, variant(f"v{number}", str(number)), key=f"{number:08}")
    for name, content in files.items():
        path = trial.folder.artifacts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return trial.finish()


def page(*trials: Begun) -> str:
    folder = trials[0].trials_folder
    comparison = mitosis.compare(*(t.key for t in trials), trials_folder=folder)
    return comparison.to_html(folder / "report.html").read_text()


def blocks(html: str) -> dict[str, list[str | None]]:
    """Return what stands side by side under each heading: an image's address, or nothing."""
    found = re.findall(r'<h2>([^<]*)</h2>\n<div class="grid">\n(.*?)\n</div>', html, re.DOTALL)
    parts = {title: body.split("<section>")[1:] for title, body in found}
    return {title: [_shown(part) for part in each] for title, each in parts.items()}


def _shown(part: str) -> str | None:
    source = re.search(r'<img src="([^"]*)"', part)
    assert source or '<p class="note">&ndash;</p>' in part
    return source and source[1]


def data(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def test_images_of_one_name_stand_side_by_side_and_a_gap_is_a_dash(tmp_path: Path) -> None:
    first = kept(
        tmp_path,
        1,
        {"plots/a.png": b"one", "b.svg": SVG, "c.WEBP": b"w", "d.gif": b"g", "notes.txt": b"t"},
    )
    second = kept(tmp_path, 2, {"plots/a.png": b"two", "e.jpg": b"j"})
    html = page(first, second)
    assert blocks(html) == {
        "b.svg": [data("svg+xml", SVG), None],
        "c.WEBP": [data("webp", b"w"), None],
        "d.gif": [data("gif", b"g"), None],
        "plots/a.png": [data("png", b"one"), data("png", b"two")],
        "e.jpg": [None, data("jpeg", b"j")],
    }
    assert 'alt="plots/a.png"' in html
    assert "<svg" not in html
    assert "not shown" not in html


def test_names_of_images_are_escaped(tmp_path: Path) -> None:
    html = page(kept(tmp_path, 1, {HOSTILE: b"one"}), kept(tmp_path, 2, {}))
    assert "<script" not in html
    assert "\x1b" not in html
    assert "<section>\n<h2>&lt;script&gt;alert(&#39;x&#39;)&amp;\\x1b.png</h2>" in html


def test_large_images_and_links_are_not_shown(tmp_path: Path) -> None:
    first = kept(tmp_path, 1, {"large.png": bytes(500_000), "small.png": bytes(499_999)})
    (tmp_path / "private.png").write_bytes(b"private")
    (first.folder.artifacts / "link.png").symlink_to(tmp_path / "private.png")
    assert list(blocks(page(first, kept(tmp_path, 2, {})))) == ["small.png"]


def test_many_images_end_somewhere_and_the_page_says_how_many_more(tmp_path: Path) -> None:
    files = {f"{number:02}.png": b"%d" % number for number in range(12)}
    html = page(*(kept(tmp_path, number, files) for number in range(4)))
    shown = blocks(html)
    assert list(shown) == [f"{number:02}.png" for number in range(8)]
    assert [len(each) for each in shown.values()] == [4] * 7 + [2]
    assert "18 more pictures are not shown." in html
