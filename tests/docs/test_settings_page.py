"""The page on settings names each key, no other, and shows tables that are accepted."""

from __future__ import annotations

import re
import tomllib

from mitosis._settings.keys import KEYS, faults_of

from .pages import DOCS, blocks

PAGE = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^### (\w+)\n(.*?)(?=^##|\Z)", PAGE))


def test_each_key_has_a_section_and_nothing_else_has() -> None:
    assert set(SECTIONS) == set(KEYS)


def test_each_section_says_its_default_and_shows_its_key() -> None:
    for key, section in SECTIONS.items():
        (example,) = (block.text for block in blocks(section) if block.kind == "toml")
        assert "Default: " in section, key
        assert set(tomllib.loads(example)["tool"]["mitosis"]) == {key}


def test_the_first_table_shows_all_keys_and_every_table_is_accepted() -> None:
    examples = [b.text for b in blocks(PAGE) if b.kind == "toml"]
    tables = [tomllib.loads(example)["tool"]["mitosis"] for example in examples]
    assert set(tables[0]) == set(KEYS)
    assert not [fault for table in tables for fault in faults_of(table)]
