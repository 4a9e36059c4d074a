"""Samtale from Python: ask a question as on the command line, get tables as pandas frames."""

from sim.api.comparison import Comparison as Comparison
from sim.api.question import Question as Question
from sim.api.question import load as load
from sim.rules.errors import CheckError as CheckError
from sim.rules.errors import DataError as DataError
from sim.rules.errors import InputError as InputError
from sim.rules.errors import ResourceError as ResourceError
from sim.rules.errors import SamtaleError as SamtaleError
