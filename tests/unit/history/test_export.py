"""Tables as files, read back by the programs that they are for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from mitosis._history.export import WRITERS, Export, json_text, require_format, write_table
from mitosis._history.sheet import Cell, Sheet, frame_sheet
from mitosis.errors import ExportError

NASTY = ["=1+1", "a_b & 50% $x$ {y} ^~\\ #", "[x]", "* | <b>", "line\nbreak\x1b[31m", "Ω ü"]


def nasty() -> pd.DataFrame:
    """Return a table with whatever a value may hold."""
    number = len(NASTY)
    return pd.DataFrame(
        {
            "text": NASTY,
            "main": [0.1 + 0.2, float("nan"), float("inf"), -1e-9, 0.0, 5.0],
            "mixed": pd.array([1, "a", None, True, (1, "b"), {"k": 2}], dtype=object),
            "seed": pd.array([2**70, 1, None, 2, 3, 4], dtype=object),
            "some": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
            "started_at": pd.date_range("2026-11-21 18:00", periods=number, tz="UTC"),
        },
        index=pd.Index([f"{i:08x}" for i in range(number)], name="key"),
    )


def written(tmp_path: Path, ending: str, sheet: Sheet | None = None) -> Path:
    path = tmp_path / f"table{ending}"
    frame = nasty()
    write_table(path, Export(lambda: frame, sheet or frame_sheet(frame, "max")))
    return path


def test_csv_has_every_digit_and_text(tmp_path: Path) -> None:
    found = pd.read_csv(written(tmp_path, ".csv"), dtype={"key": str, "mixed": str})
    assert found["text"].tolist() == NASTY
    assert found["main"].tolist()[0] == 0.1 + 0.2
    assert found["started_at"].tolist()[0] == "2026-11-21 18:00:00+00:00"
    assert found["key"].tolist()[0] == "00000000"


def test_json_is_strict_and_has_every_digit(tmp_path: Path) -> None:
    def refuse(constant: str) -> Any:
        raise AssertionError(constant)

    text = written(tmp_path, ".json").read_text(encoding="utf-8")
    rows = json.loads(text, parse_constant=refuse)
    assert [row["text"] for row in rows] == NASTY
    assert [row["main"] for row in rows] == [0.1 + 0.2, None, "inf", -1e-9, 0.0, 5.0]
    assert [row["mixed"] for row in rows] == [1, "a", None, True, [1, "b"], {"k": 2}]
    assert [row["seed"] for row in rows[:3]] == [2**70, 1, None]
    assert rows[0]["started_at"] == "2026-11-21T18:00:00+00:00"
    assert json.loads(json_text(nasty())) == rows


def test_parquet_and_pickle_come_back_as_they_were(tmp_path: Path) -> None:
    parquet = pd.read_parquet(written(tmp_path, ".parquet"))
    assert parquet["main"].equals(nasty()["main"])
    assert parquet["started_at"].tolist() == nasty()["started_at"].tolist()
    assert parquet["mixed"].tolist()[:2] == ["1", "a"]
    assert parquet.index.name == "key"
    for ending in (".pkl", ".pickle", ".pd"):
        pickled = pd.read_pickle(written(tmp_path, ending))
        assert pickled.drop(columns="mixed").equals(nasty().drop(columns="mixed"))


def test_a_sheet_of_excel_has_no_formula_and_no_zone(tmp_path: Path) -> None:
    rows = list(openpyxl.load_workbook(written(tmp_path, ".xlsx"))["trials"].iter_rows())
    titles = [cell.value for cell in rows[0]]
    assert titles[-1] == "started_at (UTC)"
    text = [row[titles.index("text")] for row in rows[1:]]
    assert [cell.data_type for cell in text] == ["s"] * len(NASTY)
    assert text[0].value == "=1+1"
    assert text[4].value == "line\nbreak\ufffd[31m"
    assert rows[1][-1].is_date
    assert rows[1][titles.index("main")].value == pytest.approx(0.1 + 0.2, rel=1e-15)


def test_latex_has_rules_and_escapes_every_text(tmp_path: Path) -> None:
    text = written(tmp_path, ".tex").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0] == r"\begin{tabular}{llrlrrl}"
    assert lines[1] == r"\toprule"
    assert [lines.index(rule) for rule in (r"\midrule", r"\bottomrule")] == [3, 10]
    body = lines[4:10]
    assert all(line.count(" & ") == 6 and line.endswith(r" \\") for line in body)
    expected = r"a\_b \& 50\% \$x\$ \{y\} \textasciicircum{}\textasciitilde{}"
    assert expected in body[1]
    assert "{[}x{]}" in body[2]
    assert r"$-1 \times 10^{-9}$" in body[3]
    assert r"$\mathbf{5}$" in body[5]
    assert "\x1b" not in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX is installed")
def test_latex_compiles(tmp_path: Path) -> None:
    table = written(tmp_path, ".tex").read_text(encoding="utf-8").replace("Ω", "O")
    page = f"\\documentclass{{article}}\\usepackage{{booktabs}}\\begin{{document}}{table}\n"
    (tmp_path / "page.tex").write_text(page + "\\end{document}", encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_markdown_is_a_table_whose_texts_are_texts(tmp_path: Path) -> None:
    text = written(tmp_path, ".md").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) == 2 + len(NASTY)
    bars = [line.replace("\\|", "").count("|") for line in lines]
    assert bars == [8] * len(lines)
    assert r"\* \| \<b\>" in text
    assert "**5**" in text


class Outline(HTMLParser):
    """What a browser makes of a page: its tags and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_html_stands_alone_and_shows_every_text(tmp_path: Path) -> None:
    page = written(tmp_path, ".html").read_text(encoding="utf-8")
    outline = Outline(page)
    assert {"* | <b>", "[x]", NASTY[1], "5"} <= set(outline.texts)
    assert outline.tags.count("b") == 1
    assert outline.tags.count("tr") == 1 + len(NASTY)
    assert not {"script", "link", "img"} & set(outline.tags)
    assert "http" not in page


def test_notes_and_counts_go_where_people_read(tmp_path: Path) -> None:
    cell = Cell("0.5 ± 0.1", r"0.5 \pm 0.1", is_best=True, count="3")
    sheet = Sheet(("model", "a_b"), ((Cell("x"), cell),), notes=("1 group, 50 %",))
    found = {
        ending: written(tmp_path, ending, sheet).read_text(encoding="utf-8")
        for ending in (".tex", ".md", ".html")
    }
    assert r"x & $\mathbf{0.5 \pm 0.1}$ (3) \\" in found[".tex"]
    assert found[".tex"].endswith("% 1 group, 50 %\n")
    assert "**0.5 ± 0.1** (3)" in found[".md"]
    assert found[".md"].endswith("\n\n1 group, 50 %\n")
    assert "<b>0.5 ± 0.1</b> (3)" in found[".html"]
    assert "<p>1 group, 50 %</p>" in found[".html"]


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_a_table_without_rows_can_be_written(tmp_path: Path, ending: str) -> None:
    frame = nasty().iloc[:0]
    path = tmp_path / f"table{ending}"
    write_table(path, Export(lambda: frame, frame_sheet(frame, "min")))
    assert path.stat().st_size


def test_a_former_file_is_replaced_and_endings_have_any_case(tmp_path: Path) -> None:
    path = tmp_path / "Table.CSV"
    path.write_text("former")
    write_table(path, Export(nasty, frame_sheet(nasty())))
    assert path.read_text(encoding="utf-8").startswith("key,text,main")
    assert [p.name for p in tmp_path.iterdir()] == ["Table.CSV"]


@pytest.mark.parametrize("name", ["table.doc", "table", ".csv"])
def test_an_ending_that_says_nothing_is_refused_with_all_that_do(name: str) -> None:
    with pytest.raises(ExportError, match=r"\.csv, \.html, \.json, \.md, \.parquet") as caught:
        require_format(Path(name))
    assert caught.value.file == Path(name)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="No such file or directory"):
        write_table(tmp_path / "none" / "t.csv", Export(nasty, frame_sheet(nasty())))


@pytest.mark.parametrize(
    ("ending", "library"), [(".xlsx", "openpyxl"), (".parquet", "pyarrow"), (".md", "tabulate")]
)
def test_a_library_that_is_missing_is_told_with_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, library: str
) -> None:
    for name in [name for name in sys.modules if name.startswith("openpyxl.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(
        ExportError, match=rf"{library} is not installed: pip install 'mitosis\[export\]'"
    ):
        written(tmp_path, ending)
    assert list(tmp_path.iterdir()) == []
