from sim.api import CheckError as CheckError
from sim.api import Comparison as Comparison
from sim.api import DataError as DataError
from sim.api import InputError as InputError
from sim.api import Question as Question
from sim.api import ResourceError as ResourceError
from sim.api import SamtaleError as SamtaleError
from sim.api import load as load

__version__: str
