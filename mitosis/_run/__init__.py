"""One trial, told as a story.

What only records a block, `recordings` and `parser`, is not loaded for a trial in a kernel.
"""

from mitosis._run.options import Options
from mitosis._run.story import Request, run, start

__all__ = ["Options", "Request", "run", "start"]
