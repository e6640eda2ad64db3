"""What is called when a process forks, for as long as it is there."""

from __future__ import annotations

import gc
import os
import weakref

from mitosis._recording.forking import at_fork


class Watcher:
    def __init__(self) -> None:
        self.seen: list[str] = []
        at_fork(before=self.before, in_child=self.in_child)

    def before(self) -> None:
        self.seen.append("before")

    def in_child(self) -> None:
        self.seen.append("in child")


def told_by_a_child(watcher: Watcher) -> str:
    reading, writing = os.pipe()
    if not os.fork():
        os.write(writing, ", ".join(watcher.seen).encode())
        os._exit(0)
    os.wait()
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return pipe.read()


def test_both_sides_of_a_fork_are_told() -> None:
    watcher = Watcher()
    assert told_by_a_child(watcher) == "before, in child"
    assert watcher.seen == ["before"]


def test_who_is_gone_is_not_kept_for_the_next_fork() -> None:
    watcher, other = Watcher(), Watcher()
    reference = weakref.ref(watcher)
    del watcher
    gc.collect()
    assert reference() is None
    assert told_by_a_child(other) == "before, in child"
