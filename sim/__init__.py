"""Samtale: what other meeting regimes would do to unemployment, caseloads and budgets.

From Python, five lines lead to a comparison as pandas tables:

    import sim

    question = sim.load("scenarios=esbjerg_2017", "design=quick")
    found = question.compare()
    found.differences

Importing loads nothing: the names of `__all__` come from `sim.api` when they are asked for.
`sim/__init__.pyi` gives their types.
"""

from importlib import import_module

__version__ = "0.1.0"
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


def __getattr__(name: str) -> object:
    """A public name, from where it is defined."""
    if name in __all__:
        return getattr(import_module("sim.api"), name)
    raise AttributeError(f"sim has no {name}; its public names are {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
