"""Shell sessions on the pages: replayed by a test, and written anew by this program.

A page is one session in an empty home folder. In the order of the page:

- `<!-- session ... -->` is a set-up that readers do not see; its lines are run;
- a block after a line that names a file and ends in a colon is written to that file;
- in a `console` block, lines that begin with `$ ` (and `> ` where they go on) are run, and what
  follows each is what it printed.

    python -m tests.docs.sessions docs/tutorial.md

runs a page and puts what its commands print today in the place of what stands there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .pages import ROOT, Block, blocks

HOME = "/home/ada"
SECONDS = 150

_HIDDEN = re.compile(r"<!-- session\n(.*?)-->", re.DOTALL)
_END = "\x1e"
# Frames of a traceback inside mitosis: where it is installed is nobody's business here.
_OWN_FRAMES = re.compile(rf'(?:  File "{re.escape(str(ROOT))}/.*\n(?:    .*\n)*)+')
_CHANGES_EACH_TIME = (
    (r"\b[0-9a-f]{40}\b", "COMMIT"),
    (r"(commit )[0-9a-f]{7,10}\b", r"\1COMMIT"),
    (r'(key |key = "|_)[0-9a-f]{8}\b', r"\1KEY"),
    (r"(?m)^([A-Z]  )[0-9a-f]{8}\b", r"\1KEY"),  # above a comparison
    (r"(?m)^[0-9a-f]{8}(?=  )", "KEY"),  # in a table of trials
    (r"\b\d+( \(generated\)(?:.*\n)*?.* main = )[^,\s]+", r"SEED\1MAIN"),
    (r"(seed )\d+( \(generated\))", r"\1SEED\2"),
    (r"\b[0-9a-f]{10}\b", "COMMIT"),  # in a table; a seed may look so too, and went before
    (r"\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?)?", "TIME"),
    (r"\b\d+\.\d s\b", "DURATION"),
    (r"(?m) \(about [^()]* to go\)$|, about [^()]* to go(?=\)$)", ""),  # of a sweep
    (r"\b[0-9a-f]{64}\b", "DIGEST"),
    (r"(?m)^  [0-9a-f]{8}\b", "  KEY"),
    (r" +[\d.]+ (bytes|kB|MB)\b", " SIZE"),
    (r'File "[^"]*/(\w+\.py)"', r'File "\1"'),
    (r"(?m)^ +[~^][~^ ]*\n", ""),  # what points into a line of a traceback, from Python 3.13 on
)


@dataclass(frozen=True)
class Step:
    """One command of a session, and what the page says it prints."""

    command: str
    output: str


def steps(block: Block) -> list[Step]:
    """Take a `console` block apart."""
    found: list[tuple[list[str], list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0].append(line[2:])
        else:
            found[-1][1].append(line)
    return [Step("\n".join(c), "".join(f"{line}\n" for line in o)) for c, o in found]


def has_session(text: str) -> bool:
    """Tell whether a page has anything to run."""
    return any(block.kind == "console" for block in blocks(text))


def replay(text: str, home: Path) -> list[str]:
    """Run the session of a page, and return what each visible command printed."""
    script = home / ".session"
    script.write_text("exec 2>&1\n" + "\n".join(_lines(text)), encoding="utf-8")
    done = subprocess.run(
        ["bash", str(script)],
        cwd=home,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    said = done.stdout.decode(errors="replace").replace(str(home), HOME)
    said = _OWN_FRAMES.sub("  ...\n", said)
    return [part.rpartition("\x1d")[2] for part in said.split(_END)[:-1]]


def scrubbed(output: str) -> str:
    """Return an output without what differs from run to run."""
    for pattern, word in _CHANGES_EACH_TIME:
        output = re.sub(pattern, word, output)
    return "\n".join(line.rstrip() for line in output.rstrip().splitlines())


def rewritten(text: str, outputs: list[str]) -> str:
    """Return a page with these outputs in the place of those it has."""
    remaining = iter(outputs)
    pieces, end = [], 0
    for block in [b for b in blocks(text) if b.kind == "console"]:
        pieces.append(text[end : block.start])
        pieces += [_transcript(step.command, next(remaining)) for step in steps(block)]
        end = block.start + len(block.text)
    return "".join([*pieces, text[end:]])


def _transcript(command: str, output: str) -> str:
    lines = ["$ " + command.replace("\n", "\n> ")]
    lines += [line.rstrip() for line in output.rstrip().splitlines()]
    return "".join(f"{line}\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Return the shell script of a page; before what readers see stands a group separator."""
    hidden = [(match.start(), f"{match[1]}") for match in _HIDDEN.finditer(text)]
    shown = [(block.start, "\n".join(_block_lines(block))) for block in blocks(text)]
    return [lines for _, lines in sorted(hidden + shown)]


def _block_lines(block: Block) -> list[str]:
    if block.kind == "console":
        return [f"printf '\\035'\n{step.command}\nprintf '\\036'" for step in steps(block)]
    if block.file and block.kind != "text":
        folder = Path(block.file).parent
        return [f"mkdir -p {folder}", f"cat > {block.file} <<'_END_'", f"{block.text}_END_"]
    return []


def _environment(home: Path) -> dict[str, str]:
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PYTEST_", "MITOSIS_"))
    }
    person = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
    }
    return (
        kept
        | person
        | {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            "MITOSIS_CHECKOUT": str(ROOT),
        }
    )


def main() -> None:
    """Rewrite the pages named on the command line."""
    for name in sys.argv[1:]:
        page = Path(name)
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as home:
            page.write_text(
                rewritten(text, replay(text, Path(home).resolve())), encoding="utf-8"
            )


if __name__ == "__main__":
    main()
