"""Links between the pages lead somewhere, and the pages agree on the version."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mitosis

from .pages import DOCS, ROOT, anchors, links, pages

_TOCTREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


def _problem(page: Path, target: str) -> str | None:
    path, _, anchor = target.partition("#")
    found = (page.parent / path).resolve() if path else page
    if not found.exists():
        return f"{target}: no such file"
    if anchor and anchor not in anchors(found.read_text(encoding="utf-8")):
        return f"{target}: no such heading"
    return None


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    targets = [t for t in links(page.read_text(encoding="utf-8")) if "://" not in t]
    assert not [problem for t in targets if (problem := _problem(page, t))]


def test_each_page_of_the_documentation_is_in_a_table_of_contents() -> None:
    listed = set()
    for page in DOCS.rglob("*.md"):
        for toctree in re.findall(
            r"```\{toctree\}\n(.*?)```", page.read_text("utf-8"), re.DOTALL
        ):
            names = [line for line in toctree.split() if not line.startswith(":")]
            listed |= {(page.parent / f"{name}.md").resolve() for name in names}
    written = {p for p in DOCS.rglob("*.md") if "_build" not in p.parts}
    assert written - listed == {DOCS / "index.md"}


def test_the_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(p.name[:4]) for p in (DOCS / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(.+?)\]", changelog, re.MULTILINE)
    assert newest
    assert newest[1] == mitosis.__version__


def test_each_entry_of_the_changelog_says_what_it_means_for_locks() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    assert not [entry.splitlines()[0] for entry in entries if "### Locking\n" not in entry]


def test_the_description_of_the_architecture_stays_short() -> None:
    assert len((DOCS / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= 150
