from sim.api import Comparison as Comparison
from sim.api import InputError as InputError
from sim.api import Question as Question
from sim.api import SamtaleError as SamtaleError
from sim.api import load as load

__all__ = ["Comparison", "InputError", "Question", "SamtaleError", "load"]
__version__: str
