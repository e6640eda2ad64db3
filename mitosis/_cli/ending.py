"""How every command ends, and how wide its help may be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NoReturn

import click

from mitosis._messages import messages
from mitosis.errors import MitosisError, TrialError

CONTEXT = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}
_INTERRUPTED = 130


def exit_status(function: Callable[..., None]) -> Callable[..., None]:
    """End the process with the status that the outcome deserves."""

    @wraps(function)
    def ended(*args: Any, **options: Any) -> None:
        try:
            with messages():
                function(*args, **options)
        except TrialError:
            sys.exit(1)  # the trial's own end line has said it
        except MitosisError as exc:
            click.secho("mitosis: refused", fg="red", bold=True, err=True)
            click.echo(exc.message, err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            sys.exit(_INTERRUPTED)

    return ended


def end(faults: Sequence[str]) -> NoReturn:
    """End a command that has done its work, but for some faults, if any."""
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults else 0)
