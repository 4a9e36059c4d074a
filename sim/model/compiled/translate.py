"""The rules and the loop as compiled functions: the same source, seen by Numba."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from numba import njit

Function = Callable[..., Any]

NOT_FROM_PYTHON: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Options of a function that only compiled functions call: nothing is made for other callers."""


def compiled(
    modules: Iterable[ModuleType], replaced: Mapping[Function, Function], doors: Iterable[Function],
    cache: bool,
) -> dict[Function, Any]:  # fmt: skip
    """The functions of some modules as functions that Numba compiles when they are first called.

    Nothing is changed in the modules: each function gets a twin with the same code, whose names
    stand for the twins of what they stand for.

    Args:
        replaced: functions whose place another function of the modules takes.
        doors: functions that are called from Python; the others only by them.
        cache: keep what is compiled for doors on the disk.
    """
    twins: dict[Function, Any] = {}
    spaces = []
    doors = set(doors)
    for module in modules:
        space = dict(vars(module))
        spaces.append(space)
        for value in vars(module).values():
            if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                twin = FunctionType(
                    value.__code__, space, value.__name__, value.__defaults__, value.__closure__
                )
                twin.__module__, twin.__qualname__ = value.__module__, value.__qualname__
                if value in doors:
                    twins[value] = njit(twin, error_model="numpy", nogil=True, cache=cache)
                else:
                    twins[value] = njit(twin, error_model="numpy", **NOT_FROM_PYTHON)
    for old, new in replaced.items():
        twins[old] = twins[new]
    for space in spaces:
        for name, value in space.items():
            if isinstance(value, FunctionType) and value in twins:
                space[name] = twins[value]
    return twins
