"""What people said of a trial, in its own folder: a JSON object in each line, only appended."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mitosis import _layout
from mitosis._layout import TrialFolder
from mitosis._model import Annotation, Mark
from mitosis._records.datafiles import json_lines


def annotate(folder: TrialFolder, annotations: Iterable[Annotation]) -> None:
    """Append annotations by one write; they are on the disk on return.

    Raises:
        OSError: they cannot be written.
    """
    path = folder.annotations
    is_new = not path.exists()
    content = "".join(f"{json.dumps(_line(given))}\n" for given in annotations).encode()
    with path.open("ab+", buffering=0) as file:
        content = b"\n" * _ends_half(file) + content
        if file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())
    if is_new:
        _layout.sync_folder(folder.root)


def read_annotations(folder: TrialFolder) -> tuple[Annotation, ...]:
    """Return what people said of a trial, in the order of time, as far as it can be read."""
    found = [_annotation(line) for line in json_lines(folder.annotations)]
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


def _ends_half(file: Any) -> bool:
    """Tell whether the last line was cut off when its writer died."""
    size = file.seek(0, os.SEEK_END)
    return bool(size) and os.pread(file.fileno(), 1, size - 1) != b"\n"
