"""The inside of a trial process: it carries out one trial after the other, as they come."""

from __future__ import annotations

import logging
import pickle
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from mitosis._notebook import Stop, forked
from mitosis._run.carrying import carry
from mitosis._run.company import Switch, silent
from mitosis._run.watch import Signals
from mitosis._run.work import Work
from mitosis.errors import MitosisError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_SWITCH_SECONDS = 0.0005
"""The thread that a message wakes up waits no longer for another one that computes."""

log = logging.getLogger("mitosis")


def serve(connection: Connection) -> None:
    """Be a trial process: carry out what comes until nobody is at the other end."""
    trials: queue.SimpleQueue[tuple[Work, bool, Switch] | None] = queue.SimpleQueue()
    listening = threading.Thread(target=_listen, args=(connection, trials), daemon=True)
    forked.keep_at_hand()
    listening.start()
    sys.setswitchinterval(_SWITCH_SECONDS)
    sending = threading.Lock()

    def tell(*told: object) -> None:
        with sending, suppress(OSError):  # nobody listens: they, and so this, are about to end
            connection.send_bytes(pickle.dumps(told))

    log.setLevel(logging.DEBUG)  # whoever listens decides what is shown
    log.addHandler(_Telling(tell))
    log.propagate = False
    while trial := trials.get():
        tell(*_outcome(*trial, tell))
        forked.keep_at_hand()
    forked.throw_away()


class _Telling(logging.Handler):
    """Hands log records to whoever waits for the trial."""

    def __init__(self, tell: Callable[..., None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Send level and text, with its traceback."""
        self._tell("log", record.levelno, self.format(record))


def _listen(connection: Connection, trials: queue.SimpleQueue[Any]) -> None:
    """Hand over the trials that come, and end the last of them when that is what comes."""
    switch = Switch()
    try:
        while True:
            message = pickle.loads(connection.recv_bytes())
            if isinstance(message, Stop):
                switch.stop(message)
            else:
                switch = Switch()
                trials.put((*message, switch))
    except (EOFError, OSError):
        trials.put(None)


def _outcome(
    work: Work, wants_text: bool, switch: Switch, tell: Callable[..., None]
) -> tuple[str, object]:
    try:
        with Signals() as signals:
            signals.pass_on_to(switch.stop)
            on_text = partial(tell, "text") if wants_text else silent
            done = carry(work, switch, on_text, over=partial(tell, "over"))
            signals.forget()
    except MitosisError as error:
        return "error", error
    except Exception:  # noqa: BLE001 - told to whoever asked
        return "failed", traceback.format_exc()
    return "done", done
