"""Samtale from Python: ask a question as on the command line, get tables as pandas frames."""

from sim.api.comparison import Comparison
from sim.api.question import Question, load
from sim.rules.errors import CheckError, DataError, InputError, ResourceError, SamtaleError

__all__ = [
    "CheckError",
    "Comparison",
    "DataError",
    "InputError",
    "Question",
    "ResourceError",
    "SamtaleError",
    "load",
]
