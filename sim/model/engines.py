"""Which engine moves time: SimPy, which a reader learns the model from, or the compiled loop.

Both drive the same rules with the same luck, and give the same rows to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from sim.model.settings import STANDARD, Study, plain_standard, rulebook_of
from sim.rules.registry import Registry

AUTO, SIMPY, COMPILED = ENGINES = ("auto", "simpy", "compiled")

NO_NUMBA = (
    "the engine is simpy: Numba is not installed, without which nothing can be compiled. The rows "
    "are the same, they only take longer. `pip install samtale[compiled]` brings it."
)


def with_engine(study: Study, registry: Registry) -> Study:
    """The study with the engine that will serve it, and why if it is not the one asked for.

    The compiled engine serves unless SimPy is asked for, Numba is not there, or a plug-in cannot
    be compiled.
    """
    if not may_compile(study.values):
        note = "" if study.values["engine"] == SIMPY else NO_NUMBA
        return replace(study, engine=SIMPY, engine_note=note)
    reason = _not_compilable(study, registry)
    if reason:
        note = f"the engine is simpy: {reason}. The rows are the same, they only take longer."
        return replace(study, engine=SIMPY, engine_note=note)
    return replace(study, engine=COMPILED)


def _not_compilable(study: Study, registry: Registry) -> str:
    """Which plug-in cannot be compiled, and why; empty if all can."""
    if not (registry.hazards or registry.effects or registry.schedules):
        return ""
    from sim.model.compiled.plugins import NotCompilable, rule_functions

    books = [rulebook_of(study, arm, registry) for arm in study.arms]
    try:
        for w in (*books, rulebook_of(plain_standard(study), STANDARD, registry)):
            rule_functions(w)
    except NotCompilable as why:
        return f"Numba cannot compile {why}"
    return ""


def may_compile(values: Mapping[str, Any]) -> bool:
    """Whether the compiled engine will serve a configuration, plug-ins aside."""
    return values["engine"] != SIMPY and find_spec("numba") is not None


def compiling_note() -> str:
    """What to say before the engine is compiled; empty where that has been done and kept."""
    from sim.model.compiled.kernels import cache_folder, cache_home, is_kept

    if is_kept():
        return ""
    if cache_folder() is None:
        return (
            "compiling the engine, about half a minute, every time: nothing can be kept in "
            f"{cache_home()} (SAMTALE_CACHE can name another folder)"
        )
    return "compiling the engine, about half a minute, once for this version ..."


def compile_ahead() -> float:
    """Compile what nearly every study needs; the seconds it took."""
    from sim.model.compiled.driver import compile_ahead

    return compile_ahead()


def compile_for(study: Study) -> float:
    """Compile what a study needs, if that has not been done.

    Returns:
        Seconds that compiling has taken in this process.
    """
    if study.engine != COMPILED:
        return 0.0
    from sim.model.compiled.driver import compile_for

    return compile_for(study)
