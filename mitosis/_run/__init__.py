"""One trial, told as a story."""

from mitosis._run.options import Options
from mitosis._run.parser import parameters_from
from mitosis._run.recording import Recording, recording
from mitosis._run.story import Request, run, start

__all__ = ["Options", "Recording", "Request", "parameters_from", "recording", "run", "start"]
