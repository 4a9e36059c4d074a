"""Gathering what a study is made of: the chosen files, and the layers that they make."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.config.catalogue import GROUPS, REGIME, SCENARIOS, STUDY, Library, data_root
from sim.config.compose import Parts
from sim.config.configuration import plain
from sim.config.origins import Layer, layer, plain_layer
from sim.config.overrides import COMMAND_LINE, Overrides
from sim.config.strict_yaml import Document
from sim.rules.registry import Registry

STANDARD = "standard"


@dataclass
class Draft:
    """What is gathered before composing: the chosen files, and the layers they make."""

    library: Library
    registry: Registry
    asked: Overrides
    name: str = ""
    layers: list[Layer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    incomplete: bool = False
    study: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    regimes: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)
    scenario: dict[str, Any] = field(default_factory=dict)
    command: dict[str, Any] = field(default_factory=dict)

    def gather(self) -> None:
        """Read every file that the study is made of, weakest first.

        What is wrong stands in `problems`, what was filled in in `notes`; `incomplete` says that there is nothing to compose.
        """
        self.command = self.asked.tree()
        self.problems.extend(self.asked.problems)
        document = self.read(data_root() / "configs" / f"{STUDY}.yaml")
        self.study = plain(document.values)
        choices = _choices(self.study.pop("defaults", []))
        self.layers.append(layer(document, (), self.study))
        scenario, arms = self.read_scenario(choices[SCENARIOS])
        chosen = {key: (name, "configs/study.yaml") for key, name in choices.items()}
        chosen.update(self.chosen_by(scenario))
        chosen.update({key: (n, COMMAND_LINE) for key, n in self.asked.choices.items()})
        for group in GROUPS:
            self.add_group(group, *chosen[group])
        self.add_regimes(scenario.name)
        if arms is not None:
            self.layers.append(layer(arms, (), {"arms": arms.values.get("arms", {})}))
        self.layers.append(layer(scenario, (), self.scenario))
        self.layers.append(plain_layer(COMMAND_LINE, self.command))

    def parts(self) -> Parts:
        """What there is to compose."""
        return Parts(self.study, self.groups, self.regimes, self.scenario, self.command)

    def read(self, file: Path) -> Document:
        document = self.library.read(file)
        self.problems.extend(document.problems)
        self.incomplete |= document.unread
        return document

    def locate(
        self, group: str, name: str, where: str, known: list[str] | None = None
    ) -> Path | None:
        """The file of an option; if there is none, or two, that is a problem."""
        if clash := self.library.clash(group, name):
            self.problems.append(clash)
        file = self.library.file(group, name)
        if file is None:
            self.lack(self.library.unknown(group, name, _place(where), known))
        return file

    def lack(self, problem: str) -> None:
        """Say that a part is not there."""
        self.problems.append(problem)
        self.incomplete = True

    def read_scenario(self, default: str) -> tuple[Document, Document | None]:
        """The scenario, and where its arms come from if it names none (the default one)."""
        name = self.asked.choices.get(SCENARIOS, default)
        file = self.locate(SCENARIOS, name, COMMAND_LINE)
        if file is None:
            return Document(name), None
        document = self.read(file)
        self.name = file.stem
        self.scenario = plain(document.values)
        arms = None
        if "arms" not in self.scenario:
            shipped = data_root() / "scenarios" / f"{default}.yaml"
            arms = self.library.read(shipped)
            self.scenario["arms"] = plain(arms.values.get("arms", {}))
            self.notes.append(
                f"arms: none given in {document.name}, so those of the default scenario: "
                f"{', '.join(self.scenario['arms'])}"
            )
        self.remove_arms()
        return document, arms

    def remove_arms(self) -> None:
        """Take out the arms of `~arms.NAME`, and the regimes that only they had."""
        arms = _mapping(self.scenario.get("arms"))
        for name in self.asked.removed_arms:
            if name not in arms:
                self.problems.append(
                    f"~arms.{name} on {COMMAND_LINE}: there is no such arm; the arms are "
                    f"{', '.join(arms)}."
                )
                continue
            regime = _mapping(arms.pop(name)).get("regime")
            kept = {STANDARD, *(_mapping(arm).get("regime") for arm in arms.values())}
            if regime not in kept:
                _mapping(self.scenario.get("regimes")).pop(str(regime), None)

    def chosen_by(self, scenario: Document) -> dict[str, tuple[str, str]]:
        """The options that a scenario chooses: `effect: esbjerg_linear`, or Hydra's defaults."""
        chosen: dict[str, tuple[str, str]] = {}
        defaults = self.scenario.pop("defaults", [])
        for entry in defaults if isinstance(defaults, list) else [defaults]:
            if entry == "_self_":
                continue
            key, name = next(iter(entry.items())) if isinstance(entry, dict) else ("", entry)
            group = re.sub(r"^override\s+|/", "", key)
            if group not in GROUPS or not isinstance(name, str):
                self.problems.append(
                    f"{scenario.where(('defaults',))}: defaults can choose the fields of a study "
                    f"({', '.join(GROUPS)}), written as '- override /effect: esbjerg_linear'."
                )
                continue
            chosen[group] = (name, scenario.name)
        for group in GROUPS:
            if isinstance(self.scenario.get(group), str):
                chosen[group] = (self.scenario.pop(group), scenario.name)
        return chosen

    def add_group(self, group: str, name: str, where: str) -> None:
        """Read the option of a field."""
        file = self.locate(group, name, where)
        if file is None:
            return
        document = self.read(file)
        self.groups[group] = (file.stem, plain(document.values))
        self.layers.append(layer(document, (group,)))

    def add_regimes(self, scenario: str) -> None:
        """Read the regimes that arms name, each on top of the standard one."""
        own = {name: scenario for name in _mapping(self.scenario.get("regimes"))}
        own |= dict.fromkeys(_mapping(self.command.get("regimes")), COMMAND_LINE)
        names = self.named_regimes(scenario)
        for name, where in {**own, **names}.items():
            if not re.fullmatch(r"[\w-]*", name):
                self.lack(
                    f"the regime {name!r}, named {_place(where)}: a regime's name is made of "
                    "letters, digits, - and _."
                )
            elif name not in names:
                self.lack(
                    f"regimes.{name} is set {_place(where)}, and no arm has this regime; the arms "
                    f"have {', '.join(names)}. Name it in an arm: arms.NAME.regime={name}."
                )
        standard = self.read(data_root() / "configs" / REGIME / f"{STANDARD}.yaml")
        for name, where in names.items():
            chain: list[tuple[str, Mapping[str, Any]]] = [(STANDARD, plain(standard.values))]
            layers = [layer(standard, ("regimes", name))]
            if name in self.registry.regimes:
                levers = plain(self.registry.regimes[name])
                chain.append((name, levers))
                layers.append(plain_layer(f"plug-in regime {name}", levers, ("regimes", name)))
            elif name not in own or self.library.file(REGIME, name):
                known = [*self.library.names(REGIME), *self.registry.regimes, *own]
                file = self.locate(REGIME, name, where, known)
                if file is not None and name != STANDARD:
                    document = self.read(file)
                    chain.append((name, plain(document.values)))
                    layers.append(layer(document, ("regimes", name)))
            self.regimes[name] = chain
            self.layers.extend(layers)

    def named_regimes(self, scenario: str) -> dict[str, str]:
        """The regimes that arms name, and where; the stock on day 0 needs the standard one."""
        names: dict[str, str] = {STANDARD: scenario}
        settings = _mapping(self.command.get("arms"))
        for arm in {**_mapping(self.scenario.get("arms")), **settings}:
            given = _mapping(_mapping(self.scenario.get("arms")).get(arm)).get("regime")
            set_here = _mapping(settings.get(arm)).get("regime")
            for name, where in ((set_here, COMMAND_LINE), (given, scenario)):
                if isinstance(name, str):
                    names.setdefault(name, where)
                    break
        return names


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _place(where: str) -> str:
    return f"on {where}" if where == COMMAND_LINE else f"in {where}"


def _choices(defaults: Any) -> dict[str, str]:
    """The defaults list of study.yaml as group: option."""
    return {
        key: name
        for entry in defaults
        if isinstance(entry, dict)
        for key, name in entry.items()
    }  # fmt: skip
