"""The rules as compiled functions: the same source, with Numba's eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from numba import njit


def compiled(
    modules: Iterable[ModuleType], replaced: Mapping[Callable[..., Any], Any]
) -> dict[Callable[..., Any], Any]:
    """Every function of some modules as a function that Numba compiles when it is first called.

    Nothing is changed in the modules: each function gets a twin with the same code, whose names
    stand for the twins of what they stand for.

    Args:
        replaced: functions that have a compiled counterpart of their own.
    """
    twins: dict[Callable[..., Any], Any] = dict(replaced)
    spaces = []
    for module in modules:
        space = dict(vars(module))
        spaces.append(space)
        for value in vars(module).values():
            if isinstance(value, FunctionType) and value.__module__ == module.__name__:
                if value in twins:
                    continue
                twin = FunctionType(
                    value.__code__, space, value.__name__, value.__defaults__, value.__closure__
                )
                twin.__module__, twin.__qualname__ = value.__module__, value.__qualname__
                twins[value] = njit(twin, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    for space in spaces:
        for name, value in space.items():
            if isinstance(value, FunctionType) and value in twins:
                space[name] = twins[value]
    return twins
