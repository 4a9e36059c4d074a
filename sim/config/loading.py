"""From the words of a command to a study: read, compose, check."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.config import consistency
from sim.config.catalogue import GROUPS, REGIME, SCENARIOS, STUDY, Library, data_root
from sim.config.compose import Parts, composed
from sim.config.configuration import Configuration, plain
from sim.config.kinds import outdated
from sim.config.origins import Layer, Origins, layer, plain_layer
from sim.config.overrides import COMMAND_LINE, Overrides, understand
from sim.config.schema import Schema
from sim.config.strict_yaml import Document
from sim.rules.errors import InputError
from sim.rules.levers import with_changes
from sim.rules.registry import Registry, load_entry_points, load_plugin

STANDARD = "standard"
SEED_BITS = 63


def load(
    overrides: Sequence[str] = (),
    plugins: Iterable[Path] = (),
    folder: Path | None = None,
) -> Configuration:
    """Compose and check the study that the overrides ask for.

    Args:
        overrides: as on the command line, `group=choice` or `key.path=value`.
        plugins: files of `--plugin`.
        folder: where the user's own scenarios/ and regimes/ are looked for (default: here).
    Raises:
        InputError: with everything that is wrong, if anything is.
    """
    registry = Registry()
    load_entry_points(registry)
    for file in plugins:
        load_plugin(Path(file), registry)
    library = Library(Path(folder) if folder else Path.cwd())
    return _load(list(overrides), registry, library)


def _load(words: list[str], registry: Registry, library: Library) -> Configuration:
    parameters = registry.parameters()
    asked = understand(words, parameters)
    draft = _Draft(library, registry, asked)
    draft.gather()
    _stop_if(draft.problems)
    tree = composed(draft.parts())
    schema = Schema(parameters)
    origins = Origins(draft.layers)
    outdated(tree, schema, origins.rank)
    _complete(tree, draft.name)
    values, problems = schema.check(tree, origins.where)
    more, warnings = consistency.check(values, origins, registry, whole=not problems)
    _stop_if([*problems, *more])
    if values["design"]["seed"] is None:
        values["design"]["seed"] = secrets.randbits(SEED_BITS)
    return Configuration(
        values=values,
        scenario=values["name"],
        warnings=warnings,
        origins=origins,
        parameters=parameters,
        registry=registry,
        default=lambda: _load([], Registry(), Library(data_root())),
        out=None if asked.out is None else library.folder / asked.out,
    )


def _stop_if(problems: list[str]) -> None:
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def _complete(tree: dict[str, Any], name: str) -> None:
    """Give the study its name, and each arm its title and its (perhaps empty) levers."""
    tree.setdefault("name", name)
    tree.setdefault("regimes", {})
    regimes = tree["regimes"] if isinstance(tree["regimes"], dict) else {}
    arms = tree.get("arms")
    for key, arm in arms.items() if isinstance(arms, dict) else ():
        if not isinstance(arm, dict):
            continue
        regime = regimes.get(arm.get("regime"))
        title = regime.get("title") if isinstance(regime, dict) else None
        arm.setdefault("title", title or key)
        if arm.get("levers") is None:
            arm["levers"] = {}


@dataclass
class _Draft:
    """What is gathered before composing: the chosen files, and the layers they make."""

    library: Library
    registry: Registry
    asked: Overrides
    name: str = ""
    layers: list[Layer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    study: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    regimes: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)
    scenario: dict[str, Any] = field(default_factory=dict)
    command: dict[str, Any] = field(default_factory=dict)

    def gather(self) -> None:
        """Read every file that the study is made of, weakest first."""
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
        return document

    def read_scenario(self, default: str) -> tuple[Document, Document | None]:
        """The scenario, and where its arms come from if it names none (the default one)."""
        name = self.asked.choices.get(SCENARIOS, default)
        file = self.library.file(SCENARIOS, name)
        if file is None:
            self.problems.append(self.library.unknown(SCENARIOS, name, f"on {COMMAND_LINE}"))
            return Document(name), None
        document = self.read(file)
        self.name = file.stem
        self.scenario = plain(document.values)
        arms = None
        if "arms" not in self.scenario:
            shipped = data_root() / "scenarios" / f"{default}.yaml"
            arms = self.library.read(shipped)
            self.scenario["arms"] = plain(arms.values.get("arms", {}))
        for arm in self.asked.removed_arms:
            if not isinstance(self.scenario["arms"], dict) or arm not in self.scenario["arms"]:
                self.problems.append(
                    f"~arms.{arm} on {COMMAND_LINE}: there is no such arm; the arms are "
                    f"{', '.join(self.scenario['arms'] or {})}."
                )
            else:
                del self.scenario["arms"][arm]
        return document, arms

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
        file = self.library.file(group, name)
        if file is None:
            place = f"on {where}" if where == COMMAND_LINE else f"in {where}"
            self.problems.append(self.library.unknown(group, name, place))
            return
        document = self.read(file)
        self.groups[group] = (file.stem, plain(document.values))
        self.layers.append(layer(document, (group,)))

    def add_regimes(self, where: str) -> None:
        """Read the regimes that arms name, each on top of the standard one."""
        arms = with_changes({"arms": self.scenario["arms"]} if self.scenario.get("arms") else {},
                            {"arms": self.command.get("arms", {})})  # fmt: skip
        named = arms["arms"].values() if isinstance(arms["arms"], dict) else ()
        names = [arm.get("regime") for arm in named if isinstance(arm, dict)]
        standard = self.read(data_root() / "configs" / REGIME / f"{STANDARD}.yaml")
        own = self.scenario.get("regimes")
        for name in dict.fromkeys(n for n in names if isinstance(n, str)):
            chain = [(STANDARD, plain(standard.values))]
            layers = [layer(standard, ("regimes", name))]
            file = self.library.file(REGIME, name) if re.fullmatch(r"[\w-]+", name) else None
            if name in self.registry.regimes:
                levers = plain(self.registry.regimes[name])
                chain.append((name, levers))
                layers.append(plain_layer(f"plug-in regime {name}", levers, ("regimes", name)))
            elif file is not None and name != STANDARD:
                document = self.read(file)
                chain.append((name, plain(document.values)))
                layers.append(layer(document, ("regimes", name)))
            elif file is None and not (isinstance(own, dict) and name in own):
                more = [*self.library.names(REGIME), *self.registry.regimes, *(own or {})]
                self.problems.append(self.library.unknown(REGIME, name, f"in {where}", more))
                continue
            self.regimes[name] = chain
            self.layers.extend(layers)


def _choices(defaults: Any) -> dict[str, str]:
    """The defaults list of study.yaml as group: option."""
    return {
        key: name
        for entry in defaults
        if isinstance(entry, dict)
        for key, name in entry.items()
    }  # fmt: skip
