"""What a process prints: to the log, and where it went before."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from mitosis._recording.secrecy import Secrets
from mitosis._recording.streams import Log
from mitosis._recording.tee import Tee

TOKEN = "ghp_" + "a1B2" * 9


class Printed(io.StringIO):
    pass


class Slotted:
    __slots__ = ()

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "output.log"


@contextmanager
def printing() -> Iterator[tuple[Printed, Printed]]:
    # Not in a fixture: pytest puts its own streams back before the test itself.
    with redirect_stdout(Printed()) as out, redirect_stderr(Printed()) as err:
        yield out, err


def begun(path: Path) -> Tee:
    tee = Tee(Log(path), Secrets(values=["a very secret word"]))
    tee.begin()
    return tee


def test_both_streams_reach_the_log_and_their_old_place(path: Path) -> None:
    with printing() as streams:
        tee = begun(path)
        print("to stdout")
        print("to stderr", file=sys.stderr)
        assert sys.stdout is streams[0]
    assert path.read_text() == "to stdout\nto stderr\n"
    assert [stream.getvalue() for stream in streams] == ["to stdout\n", "to stderr\n"]
    assert tee.deaf == []


def test_a_handler_that_was_there_before_is_heard(path: Path) -> None:
    with printing():
        handler = logging.StreamHandler()
        begun(path)
        handler.handle(logging.makeLogRecord({"msg": "a record"}))
    assert path.read_text() == "a record\n"


def test_secrets_go_where_they_went_and_not_to_the_log(path: Path) -> None:
    with printing() as (out, _):
        tee = begun(path)
        print(f"one {TOKEN} and a very secret word.")
        tee.end()
    assert path.read_text() == "one *** and ***.\n"
    assert TOKEN in out.getvalue()


def test_nothing_is_heard_after_the_end_even_through_what_was_kept(path: Path) -> None:
    with printing() as (out, _):
        tee = begun(path)
        kept = sys.stdout.write
        tee.end()
        print("later")
        kept("through us\n")
    assert path.read_text() == ""
    assert out.getvalue() == "later\nthrough us\n"
    assert "write" not in vars(out)


def test_another_listener_is_left_in_place(path: Path) -> None:
    heard: list[str] = []
    with printing() as (out, _):

        def listener(text: str) -> int:
            heard.append(text)
            return Printed.write(out, text)

        out.write = listener  # type: ignore[method-assign] # as other tools do it
        tee = begun(path)
        print("both", end="")
        tee.end()
        print("theirs", end="")
    assert ("".join(heard), path.read_text()) == ("boththeirs", "both")


def test_a_listener_that_came_later_stays_too(path: Path) -> None:
    with printing() as (out, _):
        tee = begun(path)
        ours = out.write
        out.write = lambda text: ours(text.upper())  # type: ignore[method-assign] # as above
        tee.end()
        print("later", end="")
    assert (out.getvalue(), path.read_text()) == ("LATER", "")


def test_a_stream_that_cannot_be_listened_to_is_named(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr(sys, "stdout", Slotted())
    monkeypatch.setattr(sys, "stderr", None)
    tee = begun(path)
    print("unheard")
    tee.end()
    assert (tee.deaf, path.read_text()) == (["stdout"], "")


def test_one_stream_for_both_is_written_once(path: Path) -> None:
    with printing() as (out, _), redirect_stderr(out):
        begun(path)
        print("once", file=sys.stderr)
    assert path.read_text() == "once\n"
