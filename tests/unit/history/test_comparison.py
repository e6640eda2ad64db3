"""What differs between trials, on the terminal, as a table and as a page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mitosis
from mitosis import errors
from mitosis._history.comparison_text import comparison_text, letters
from mitosis._history.parameter_rows import parameter_rows
from mitosis._model import CodeState, DataFile, MetricSummary
from tests.unit.records.trials import NOON, Begun, begin, variant

HOSTILE = "<script>alert('x')</script>\x1b[2J\u202e"
ESCAPED = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\\x1b[2J\\u202e"


def code(commit: str, **modules: str) -> CodeState:
    return CodeState(Path("waves"), commit * 40, "main", None, modules=modules)


@pytest.fixture
def low(tmp_path: Path) -> Begun:
    text = "{'lr': 0.1, 'deep': {'n': [1, 2]}}"
    trial = begin(tmp_path, variant("low", text), key="aaaa1111", code=code("a", m="1"))
    return told(trial.finish(), numbers={"main": 1.5, "loss": 0.25}, metrics=0.5)


@pytest.fixture
def high(tmp_path: Path) -> Begun:
    text = "{'lr': 0.2, 'deep': {'n': [1, 3]}}"
    data = (DataFile("waves.csv", "d" * 64, 1234, NOON),)
    trial = begin(
        tmp_path,
        variant("high", text),
        key="bbbb2222",
        code=code("a", m="1"),
        data=data,
        seed=8,
    )
    return told(trial.finish(), numbers={"main": 2.5, "loss": 0.25}, metrics=0.125)


def told(trial: Begun, numbers: Mapping[str, float], metrics: float) -> Begun:
    """Have the record tell results and a metric, as a kernel's report makes it do."""
    record = json.loads(trial.folder.record.read_bytes())
    summary = asdict(MetricSummary(2, metrics, 1.0, 0.0, 1.0, 0.5))
    record |= {"numbers": numbers, "metrics": {"m": summary}, "main": numbers["main"]}
    record["results"] = {name: str(number) for name, number in numbers.items()}
    trial.folder.record.write_text(json.dumps(record))
    return trial


def items(comparison: mitosis.Comparison) -> dict[tuple[str, str], list[Any]]:
    table = comparison.table
    keys = [(str(section), str(item)) for section, item in table.index.tolist()]
    return dict(zip(keys, table.to_numpy().tolist(), strict=True))


def test_only_what_differs_is_told_down_to_the_place(low: Begun, high: Begun) -> None:
    comparison = mitosis.compare(low.key, high.key, trials_folder=low.trials_folder)
    assert items(comparison) == {
        ("parameters", "noise['deep']['n'][1]"): [2, 3],
        ("parameters", "noise['lr']"): [0.1, 0.2],
        ("variants", "noise"): ["low", "high"],
        ("results", "main"): [1.5, 2.5],
        ("metrics", "m"): [0.5, 0.125],
        ("trial", "seed"): [7, 8],
        ("data", "waves.csv"): [None, "d" * 64],
    }
    assert list(comparison.table.columns) == [low.name, high.name]
    assert comparison.table.index.names == ["section", "item"]


def test_all_shows_what_is_the_same_too(low: Begun, high: Begun) -> None:
    everything = mitosis.compare(low.key, high.key, all=True, trials_folder=low.trials_folder)
    table = items(everything)
    assert table["results", "loss"] == [0.25, 0.25]
    assert table["code", "m"] == ["1", "1"]
    assert table["trial", "key"] == [low.key, high.key]
    assert ("hardware", "processor") in table


def test_where_nothing_differs_that_is_said(tmp_path: Path) -> None:
    first, second = begin(tmp_path).finish(), begin(tmp_path).finish()
    comparison = mitosis.compare(first.key, second.key, trials_folder=tmp_path)
    assert comparison.table.empty
    assert "Nothing differs" in repr(comparison)
    assert "Nothing differs" in comparison._repr_html_()


def test_a_trial_that_is_named_twice_counts_once(low: Begun, high: Begun) -> None:
    names: list[str | Path] = [low.key, low.name, high.key, low.page]
    comparison = mitosis.compare(*names, trials_folder=low.trials_folder)
    assert [trial.key for trial in comparison.trials] == [low.key, high.key]


def test_the_terminal_has_columns_and_long_values_in_lines(low: Begun, high: Begun) -> None:
    comparison = mitosis.compare(low.key, high.key, trials_folder=low.trials_folder)
    text = comparison_text(comparison, 60)
    assert max(map(len, text.splitlines())) <= 60
    assert re.search(r"^A  aaaa1111  succeeded  sine-low-1$", text, re.MULTILINE)
    assert re.search(r"^  noise\['lr'\] +0\.1 +0\.2$", text, re.MULTILINE)
    assert re.search(r"^  noise +low +high$", text, re.MULTILINE)


def test_values_stand_below_their_trials_where_names_are_short(tmp_path: Path) -> None:
    trials = [begin(tmp_path, variant(f"v{n}", n, parameter="k")).finish() for n in "12"]
    comparison = mitosis.compare(*(t.key for t in trials), trials_folder=tmp_path)
    lines = comparison_text(comparison, 80).splitlines()
    heading = next(line for line in lines if line.startswith("parameters"))
    row = lines[lines.index(heading) + 1]
    assert (heading.index("A"), heading.index("B")) == (row.index("1"), row.index("2"))


@pytest.mark.slow
def test_thirty_trials_fit_too(tmp_path: Path) -> None:
    trials = [begin(tmp_path, variant(str(n), str(n % 3))).finish() for n in range(30)]
    comparison = mitosis.compare(*(t.key for t in trials), trials_folder=tmp_path)
    text = comparison_text(comparison, 80)
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"A D G J M P S V Y AB", text)
    assert letters(30)[-4:] == ["AA", "AB", "AC", "AD"]
    page = comparison.to_html(tmp_path / "many.html").read_text()
    assert page.count('<th scope="row">AD</th>') == 1


def test_values_that_look_alike_are_told_apart_by_their_digests(
    low: Begun, high: Begun
) -> None:
    for trial, digest in ((low, "1" * 64), (high, "2" * 64)):
        record = json.loads(trial.folder.record.read_bytes())
        record["results"]["table"] = "a long one ..."
        record["digests"] = {"table": digest}
        trial.folder.record.write_text(json.dumps(record))
    comparison = mitosis.compare(low.key, high.key, trials_folder=low.trials_folder)
    assert "a long one ... [11111111]" in repr(comparison)
    assert "a long one ... [22222222]" in repr(comparison)


def test_code_that_git_does_not_know_is_said_and_the_rest_compared(
    low: Begun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = begin(tmp_path, variant("other"), key="cccc3333", code=code("b", m="2")).finish()
    comparison = mitosis.compare(low.key, other.key, trials_folder=tmp_path)
    (note,) = comparison.notes
    assert "no repository here has aaaaaaaaaa and bbbbbbbbbb" in note
    assert comparison.code == ""
    assert items(comparison)["code", "m"] == ["1", "2"]
    assert "Not compared: the code" in repr(comparison)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "2", "1"], {"x": [1, 2, 1]}),
        (["[1, 2]", "[1, 3]", None], {"x[1]": [2, 3, None]}),
        (["1", None], {"x": [1, None]}),
        (["{'a': 1}", "{'a': {'b': 2}}"], {"x['a']": [1, "{'b': 2}"]}),
        (  # places inside each other: the values as a whole
            ["{'a': {'b': 1}}", "{'a': {'b': 2}}", "{'a': 3}"],
            {"x": ["{'a': {'b': 1}}", "{'a': {'b': 2}}", "{'a': 3}"]},
        ),
        (["1", "1"], {}),
    ],
)
def test_values_differ_at_places(texts: list[str | None], expected: dict[str, Any]) -> None:
    rows = parameter_rows("x", texts)
    assert {k: [f and f.value for f in row] for k, row in rows.items()} == expected


@pytest.mark.slow
def test_nothing_of_a_record_reaches_page_or_terminal_as_it_is(tmp_path: Path) -> None:
    trials = [
        begin(
            tmp_path,
            variant(f"{HOSTILE}{n}", repr(HOSTILE + n), parameter=HOSTILE),
            hypothesis=HOSTILE + n,
        ).finish()
        for n in "12"
    ]
    for trial in trials:
        trial.folder.metrics.write_text(
            json.dumps({"step": 1, "at": 0, HOSTILE: 1, "b": 2}) + "\n"
        )
        output = {"output_type": "stream", "name": "stdout", "text": HOSTILE}
        cell = {"cell_type": "code", "metadata": {"tags": [HOSTILE]}, "source": ""}
        trial.folder.notebook.write_text(json.dumps({"cells": [cell | {"outputs": [output]}]}))
    comparison = mitosis.compare(*(t.key for t in trials), trials_folder=tmp_path)
    assert "\x1b" not in repr(comparison)
    assert "\u202e" not in repr(comparison)
    page = comparison.to_html(tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "\x1b" not in page
    assert ESCAPED in page
    assert "<script" not in comparison._repr_html_()


def test_a_page_shows_tagged_outputs_side_by_side_and_leads_to_the_trials(
    low: Begun, high: Begun, tmp_path: Path
) -> None:
    for trial in (low, high):
        output = {"output_type": "display_data", "data": {"text/plain": f"of {trial.key}"}}
        cell = {"cell_type": "code", "metadata": {"tags": ["matrix"]}, "source": ""}
        trial.folder.notebook.write_text(json.dumps({"cells": [cell | {"outputs": [output]}]}))
        trial.folder.metrics.write_text('{"step": 1, "at": 0, "loss": 1}\n')
    (tmp_path / "reports").mkdir()
    comparison = mitosis.compare(low.key, high.key, trials_folder=tmp_path)
    page = comparison.to_html(tmp_path / "reports" / "both.html").read_text()
    assert f'href="../{low.page.name}"' in page
    assert "<h2>matrix</h2>" in page
    assert page.index(f"of {low.key}") < page.index(f"of {high.key}")
    assert 'alt="loss, step by step, of all trials"' in page
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)
    assert "default-src 'none'" in page


def test_a_damaged_record_is_refused_by_name(low: Begun, high: Begun) -> None:
    high.folder.record.write_text("{")
    with pytest.raises(errors.RecordError, match=r"record\.json"):
        mitosis.compare(low.key, high.key, trials_folder=low.trials_folder)


def test_a_huge_value_is_shortened_around_what_differs(tmp_path: Path) -> None:
    texts = [repr([*range(5000), n]) for n in (1, 2)]
    trials = [begin(tmp_path, variant(f"v{n}", t)).finish() for n, t in enumerate(texts)]
    comparison = mitosis.compare(*(t.key for t in trials), trials_folder=tmp_path)
    assert items(comparison)["parameters", "noise[5000]"] == [1, 2]
    everything = mitosis.compare(trials[0].key, all=True, trials_folder=tmp_path)
    assert len(items(everything)["parameters", "noise"][0]) <= 300


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    texts = [f"'sk-ant-api03-{letter * 40}'" for letter in "ab"]
    trials = [begin(tmp_path, variant(f"v{n}", t)).finish() for n, t in enumerate(texts)]
    comparison = mitosis.compare(*(t.key for t in trials), all=True, trials_folder=tmp_path)
    assert "aaaaaaaa" not in repr(comparison.table.loc["parameters"])
    assert isinstance(comparison.table, pd.DataFrame)


def test_an_older_record_can_be_compared(tmp_path: Path, low: Begun) -> None:
    """A record of version 1 has no runner, no digests, no numbers, no metrics."""
    old = begin(tmp_path, variant("old"), key="dddd4444").finish()
    record = json.loads(old.folder.record.read_bytes())
    record["machine"] |= record.pop("runner")
    for name in ("database", "data", "hypothesis", "since", "changed", "seed_is_generated"):
        record.pop(name, None)
    old.folder.record.write_text(json.dumps(record | {"record_version": 1}))
    table = items(mitosis.compare(low.key, old.key, trials_folder=tmp_path))
    assert table["metrics", "m"] == [0.5, None]
