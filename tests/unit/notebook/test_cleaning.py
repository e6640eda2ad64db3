"""HTML of outputs loads nothing, runs nothing, and stays in its place."""

from __future__ import annotations

import pandas as pd
import pytest

from .pages import HOSTILE, NotebookNode, display, error, figure, page, stdout


@pytest.mark.parametrize(
    "output",
    [
        display(text_html=HOSTILE, text_plain="x"),
        display(text_markdown=HOSTILE + "\n![x](http://example.org/x.png)", text_plain="x"),
        display(text_html=figure("svg"), text_plain="x"),
        display(**{"image_svg+xml": figure("svg")}),
        stdout(HOSTILE),
        error(),
    ],
)
def test_has_no_address_that_a_browser_would_load(output: NotebookNode) -> None:
    made = page(output)

    assert set(made.addresses()) <= {"data:"}
    running = {"script", "iframe", "object", "embed", "base"}
    assert not running & {tag for tag, _ in made.elements}
    assert not [name for _, attrs in made.elements for name in attrs if name.startswith("on")]
    assert [meta["http-equiv"] for meta in made.all("meta") if "http-equiv" in meta] == [
        "Content-Security-Policy"
    ]


def test_keeps_links_that_a_reader_may_follow() -> None:
    made = page(display(text_html=HOSTILE), hypothesis="See [it](https://doi.org/10.1/1).")

    assert [a.get("href") for a in made.all("a")] == ["https://doi.org/10.1/1"] * 2 + [None]


def test_keeps_links_to_files_beside_the_page() -> None:
    made = page(hypothesis="[a](./trial/a%20b.txt) [b](file:///etc/passwd) [c](b.txt)")

    assert [a.get("href") for a in made.all("a")] == ["./trial/a%20b.txt", None, None]


def test_shows_pictures_that_stand_in_a_text() -> None:
    plain, runs = "data:image/svg+xml;base64,PHN2Zy8+", "data:image/svg+xml,<svg onload=x>"
    made = page(hypothesis=f"![a]({plain}) ![b](<{runs}>)")

    assert [image.get("src") for image in made.all("img")] == [plain]


def test_says_what_an_output_had_that_a_record_does_not_run() -> None:
    assert "script" in page(display(text_html=HOSTILE)).text("p.note")
    assert "http://example.org/d.png" in page(display(text_html=HOSTILE)).text("span.note")
    assert not page(display(text_html="<p>plain</p>")).text("p.note")


def test_shows_a_data_frame_as_a_table_without_its_own_style() -> None:
    table = pd.DataFrame({"rmse": [0.1, 0.2]}, index=["ridge", "lasso"])
    markup = f"<div><style scoped>.dataframe td {{ color: red }}</style>{table.to_html()}</div>"

    made = page(display(text_html=markup, text_plain=str(table)))

    assert {"class": "dataframe"} in made.all("table")
    assert "lasso" in made.text("td.") + made.text("th.")
    assert "color: red" not in made.html


def test_keeps_the_style_of_a_styled_data_frame() -> None:
    style = "#T_1 td { background: url(#a); color: red }"

    made = page(display(text_html=f"<style>{style}</style><table id='T_1'><td>1</table>"))

    assert style in made.html


@pytest.mark.parametrize(
    "broken",
    [
        "</div></div></section></main></body></html>",
        "<!-- never closed",
        "<table><tr><td>",
        "<textarea>",
        "<style>p {",
        "<plaintext>",
        "<![broken",
        "<b" * 50,
        "data.csv",
        "<p title='",
        "<object><object><embed></object></object><iframe><script></iframe>",
        "<b>" * 3000,
    ],
)
def test_broken_html_stays_inside_its_output(broken: str) -> None:
    made = page(display(text_html=broken, text_plain="x"), stdout("afterwards"))

    assert made.printed("stdout") == "afterwards"
    assert "{'main': 0.000703}" in made.printed("text")
    assert made.html.rstrip().endswith("</main>\n</body>\n</html>")
