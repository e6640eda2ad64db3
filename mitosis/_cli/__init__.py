"""Words from a shell become calls. This layer prints, and knows no SQL and no Jupyter.

Exit status of a trial: 0 if it succeeded, 1 if it was recorded but did not, 2 if it was refused
or the command was misused, 130 after Ctrl-C. Of the commands on locks: 0 if all is well, 1 if
something was found wrong, 2 if they were refused, misused, or could not look.
"""

from mitosis._cli.commands import command, main

__all__ = ["command", "main"]
