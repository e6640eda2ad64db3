"""Words from a shell become calls. This layer prints, and knows no SQL and no Jupyter.

Exit status: 0 if the trial succeeded, 1 if it was recorded but did not, 2 if it was refused or
the command was misused, 130 after Ctrl-C.
"""

from mitosis._cli.commands import command, main

__all__ = ["command", "main"]
