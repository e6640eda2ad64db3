"""The page that mitosis 0.6 wrote for a trial, with a line that says what became of it."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

from mitosis._layout import write_whole
from mitosis._model import RecordedTrial
from mitosis._records.legacy_secrets import Secrets

_BODY = re.compile(rb"<body[^>]*>")
_STYLE = "margin: 1em; padding: 0.6em 1em; border: 1px solid #888; font-family: sans-serif"


def write_page(
    former: Path, trial: RecordedTrial, words: str, path: Path, secrets: Secrets
) -> None:
    """Write a former page anew under the trial's name, key and status of today.

    Args:
        former: HTML or a notebook; it stays as it is.
        trial: whose page it is; it has ended.
        words: where it comes from.
        path: of the page to write.
        secrets: not to be written again.

    Raises:
        OSError: one cannot be read, or the other not written.
    """
    text = former.read_bytes().decode("utf-8", "surrogateescape")
    content = secrets.out_of(text).encode("utf-8", "surrogateescape")
    write = _labelled_notebook if former.suffix == ".ipynb" else _labelled_html
    write_whole(path, write(content, trial, words))


def _labelled_html(content: bytes, trial: RecordedTrial, words: str) -> bytes:
    assert trial.claimed, "it was recorded"
    assert trial.outcome, "it has ended"
    status = trial.outcome.status.value
    said = f"<b>{escape(trial.claimed.name)}</b> {status} (key {trial.claim.key}). "
    section = (
        f'<section class="status {status}" style="{_STYLE}">{said}{escape(words)}</section>'
    )
    body = _BODY.search(content)
    at = body.end() if body else 0
    return content[:at] + section.encode("utf-8", "backslashreplace") + content[at:]


def _labelled_notebook(content: bytes, trial: RecordedTrial, words: str) -> bytes:
    assert trial.claimed, "it was recorded"
    assert trial.outcome, "it has ended"
    try:
        notebook = json.loads(content)
        notebook["metadata"]["mitosis"] = {
            "title": trial.claimed.name,
            "experiment": trial.claim.experiment,
            "status": trial.outcome.status.value,
            "key": trial.claim.key,
            "reason": words,
        }
    except (ValueError, LookupError, TypeError, RecursionError):
        return content
    return json.dumps(notebook, indent=1).encode()
