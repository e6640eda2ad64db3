"""One trial, told as a story."""

from mitosis._run.options import Options
from mitosis._run.story import Request, run, start

__all__ = ["Options", "Request", "run", "start"]
