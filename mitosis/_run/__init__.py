"""One trial, told as a story."""

from mitosis._run.story import run

__all__ = ["run"]
