"""What a researcher adds in a file of their own: hazards, effects, schedules and regimes.

A plug-in is a Python file with a function `register(registry)`, named with `--plugin`, an
installed entry point of the group `samtale.rules`, or, from Python, such a function itself. For
example, a hazard:

    def rate_per_week(spell_day, level_per_week, half_life_days):
        return level_per_week * 0.5 ** (spell_day / half_life_days)

    def register(registry):
        registry.hazard(
            "fading", rate_per_week,
            level_per_week=(0, 10, "per week"), half_life_days=(1, 3650, "days"),
        )

It is then `kind: fading` in YAML, with these parameters beside it.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import isinf
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.rules.declared import EFFECT_KINDS, HAZARD_KINDS, PARAMETERS
from sim.rules.errors import InputError
from sim.rules.levers import SCHEDULE_KINDS
from sim.rules.parameters import Parameter

ENTRY_POINTS = "samtale.rules"

Bounds = tuple[Any, ...]
"""(low, high), (low, high, unit) or (low, high, unit, meaning)."""


@dataclass(frozen=True, slots=True)
class PluginKind:
    """A kind that a plug-in adds: its function, and the parameters that the function takes."""

    name: str
    function: Callable[..., float]
    parameters: tuple[Parameter, ...]
    about: str = ""
    file: str = ""
    kinks: Callable[..., Any] | tuple[float, ...] | None = None


@dataclass
class Registry:
    """What plug-ins have added; one object a command, passed to whoever needs it."""

    hazards: dict[str, PluginKind] = field(default_factory=dict)
    effects: dict[str, PluginKind] = field(default_factory=dict)
    schedules: dict[str, PluginKind] = field(default_factory=dict)
    regimes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    plugins: list[Plugin] = field(default_factory=list)
    source: str = ""

    def hazard(
        self,
        name: str,
        rate_per_week: Callable[..., float],
        *,
        kinks: Callable[..., Any] | tuple[float, ...] | None = None,
        about: str = "",
        **parameters: Bounds,
    ) -> None:
        """Add an exit rate: `rate_per_week(spell_day, **parameters)`, per week.

        `kinks` are the spell days on which the rate jumps or bends, or a function of the
        parameters that returns them.
        """
        own = self._kind(name, rate_per_week, 1, about, parameters, "hazard.<group>.<exit>")
        self._add(self.hazards, replace(own, kinks=kinks), HAZARD_KINDS)

    def effect(
        self,
        name: str,
        factor: Callable[..., float],
        *,
        about: str = "",
        **parameters: Bounds,
    ) -> None:
        """Add a form of the effect: `factor(stock, responsiveness, **parameters)` on the rate."""
        own = self._kind(name, factor, 2, about, parameters, "effect")
        self._add(self.effects, own, EFFECT_KINDS)

    def schedule(
        self,
        name: str,
        next_day: Callable[..., float],
        *,
        about: str = "",
        **parameters: Bounds,
    ) -> None:
        """Add a kind of schedule: `next_day(number, last_day, **parameters)`.

        It returns the spell day of the meeting `number` (1, 2, ...) of its phase, or inf when
        there are no more; `last_day` is the spell day of the one before (0 at the start).
        """
        under = "regimes.<regime>.schedule.<group or default>.[]"
        own = self._kind(name, next_day, 2, about, parameters, under)
        self._add(self.schedules, own, SCHEDULE_KINDS)

    def regime(self, name: str, *, about: str = "", **levers: Any) -> None:
        """Add a regime: the levers that differ from the standard regime, named as in YAML."""
        if name in self.regimes:
            raise InputError([f"the regime {name} is registered twice, again in {self.source}."])
        self.regimes[name] = MappingProxyType({"title": name, "about": about, **levers})

    def parameters(self) -> tuple[Parameter, ...]:
        """Every declared parameter, those of plug-ins included."""
        shipped = []
        added = {
            "hazard.<group>.<exit>.kind": self.hazards,
            "effect.kind": self.effects,
            "regimes.<regime>.schedule.<group or default>.[].kind": self.schedules,
        }
        for parameter in PARAMETERS:
            more = added.get(parameter.name, {})
            shipped.append(replace(parameter, words=(*parameter.words, *more)) if more
                           else parameter)  # fmt: skip
        own = [p for kinds in added.values() for kind in kinds.values() for p in kind.parameters]
        return (*shipped, *own)

    def _kind(
        self,
        name: str,
        function: Callable[..., float],
        given: int,
        about: str,
        bounds: Mapping[str, Bounds],
        under: str,
    ) -> PluginKind:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise InputError(
                [f"{self.source} registers {name!r}; a name is made of a-z, 0-9 and _."]
            )
        taken = list(inspect.signature(function).parameters)[given:]
        if set(taken) != set(bounds):
            declared = ", ".join(bounds) or "none"
            raise InputError(
                f"{self.source}: {name} declares the parameters {declared}, but its function "
                f"takes {', '.join(taken) or 'none'}."
            )
        parameters = tuple(
            self._parameter(f"{under}.{key}", name, value) for key, value in bounds.items()
        )
        return PluginKind(name, function, parameters, about, self.source)

    def _parameter(self, path: str, kind: str, bounds: Bounds) -> Parameter:
        if not isinstance(bounds, tuple) or not 2 <= len(bounds) <= 4:
            raise InputError(
                f"{self.source}: {path} is declared as {bounds!r}; write (low, high, 'unit'), "
                "with inf where there is no bound."
            )
        low, high = bounds[:2]
        unit, meaning = [*bounds[2:], "", ""][:2]
        return Parameter(
            path,
            meaning or f"parameter of {kind}",
            unit,
            low=None if isinf(low) else low,
            high=None if isinf(high) else high,
            of=(kind,),
        )

    def _add(self, kinds: dict[str, PluginKind], kind: PluginKind, shipped: Any) -> None:
        if kind.name in shipped or kind.name in kinds:
            raise InputError(
                [f"{self.source} registers {kind.name}, which exists; choose another name."]
            )
        kinds[kind.name] = kind


Plugin = Path | Callable[[Registry], object]
"""A plug-in's file, or its function `register(registry)`, which only this process has."""


def load_plugin(plugin: Plugin, registry: Registry) -> None:
    """Let a plug-in register what it adds: a file, which is imported, or a function.

    Raises:
        InputError: there is no such file, or its code fails.
    """
    if isinstance(plugin, Path):
        _load_file(plugin, registry)
    else:
        _load_function(plugin, registry)


def _load_function(register: Callable[[Registry], object], registry: Registry) -> None:
    name = getattr(register, "__name__", type(register).__name__)
    registry.plugins.append(register)
    registry.source = f"the function {name}"
    code = getattr(register, "__code__", None)
    path = Path(code.co_filename) if code else Path()
    _run(lambda: register(registry), path, registry.source)


def _load_file(file: Path, registry: Registry) -> None:
    path = file.resolve()
    if not path.is_file():
        raise InputError([f"--plugin {file}: there is no such file."])
    name = f"samtale_plugin_{len(registry.plugins)}_{re.sub('[^A-Za-z0-9_]', '_', path.stem)}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError([f"--plugin {file}: must be a Python file (.py)."])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    registry.plugins.append(path)
    _run(lambda: spec.loader.exec_module(module), path, str(file))  # type: ignore[union-attr]
    register = getattr(module, "register", None)
    if not callable(register):
        raise InputError([f"--plugin {file}: has no function register(registry)."])
    registry.source = str(file)
    _run(lambda: register(registry), path, str(file))


def load_entry_points(registry: Registry) -> None:
    """Let every installed package with an entry point `samtale.rules` register what it adds."""
    for point in importlib.metadata.entry_points(group=ENTRY_POINTS):
        registry.source = f"{point.module} (installed)"
        point.load()(registry)


def _run(action: Callable[[], object], path: Path, name: str) -> None:
    """Run a plug-in's code; what it raises becomes a message that names its line."""
    try:
        action()
    except InputError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(path)]
        at = f", line {lines[-1]}" if lines else ""
        raise InputError([f"{name}{at}: {type(error).__name__}: {error}"]) from error
