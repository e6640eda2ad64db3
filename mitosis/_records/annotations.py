"""What people said of a trial, in its own folder: a JSON object in each line, only appended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Annotation, Mark
from mitosis._recording import read_lines


def annotate(folder: TrialFolder, annotations: Iterable[Annotation]) -> None:
    """Append annotations by one write; they are on the disk on return.

    Raises:
        OSError: they cannot be written.
    """
    lines = (json.dumps(_line(given)) for given in annotations)
    _layout.append_lines(folder.annotations, lines)


def read_annotations(folder: TrialFolder) -> tuple[Annotation, ...]:
    """Return what people said of a trial, in the order of time, as far as it can be read."""
    found = [_annotation(line) for line in read_lines(folder.annotations)]
    return tuple(sorted((a for a in found if a), key=lambda annotation: annotation.at))


def _line(given: Annotation) -> dict[str, str]:
    return {
        "mark": given.mark.value,
        "text": given.text,
        "at": given.at.isoformat(),
        "by_whom": given.by_whom,
    }


def _annotation(line: dict[str, Any]) -> Annotation | None:
    try:
        at = datetime.fromisoformat(line["at"])
        mark, words = Mark(line["mark"]), (line["text"], line["by_whom"])
    except (LookupError, TypeError, ValueError):
        return None
    if at.tzinfo is None or not all(isinstance(word, str) for word in words):
        return None
    return Annotation(mark, words[0], at, words[1])
