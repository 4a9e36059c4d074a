"""Where the YAML lies, shipped and the user's own, and what there is to choose from."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.config import published, strict_yaml
from sim.rules.published import Published
from sim.rules.registry import Registry

STUDY = "study"
SCENARIOS = "scenarios"
PUBLISHED = "configs/published.yaml"
REGIME = "regime"
GROUPS = ("population", "hazard", "effect", "office", "market", "costs", "design", "compute")
"""The fields of a study: a folder of configs/ each, and one choice each."""

_HERE = Path(__file__).resolve().parent
_OWN_FOLDERS = {SCENARIOS: "scenarios", REGIME: "regimes", "hazard": "hazards"}


def data_root() -> Path:
    """The folder that holds configs/ and scenarios/: of the checkout, or inside the package."""
    packaged = _HERE / "data"
    return packaged if (packaged / "configs").is_dir() else _HERE.parent.parent


def published_figures() -> Published:
    """The published figures of configs/published.yaml.

    Raises:
        DataError: the file is missing or wrong.
    """
    return published.read(data_root() / PUBLISHED, PUBLISHED)


@dataclass(frozen=True)
class Choice:
    """One option of a group: its name, one line about it, and its file ('' for a plug-in's)."""

    name: str
    about: str
    file: str


@dataclass(frozen=True)
class Library:
    """The YAML files that a command can find from a folder."""

    folder: Path

    def places(self, group: str) -> list[Path]:
        """Folders with the options of a group: what ships, then the user's own."""
        places = [data_root() / ("scenarios" if group == SCENARIOS else f"configs/{group}")]
        if group in _OWN_FOLDERS:
            places.append(self.folder / _OWN_FOLDERS[group])
        return [place for place in dict.fromkeys(places) if place.is_dir()]

    def names(self, group: str) -> list[str]:
        """Options of a group, sorted."""
        return sorted({file.stem for place in self.places(group) for file in place.glob("*.yaml")})

    def own(self, group: str, name: str) -> Path:
        """Where the user's own option of a group stands, whether it is there or not."""
        return self.folder / _OWN_FOLDERS[group] / f"{name}.yaml"

    def file(self, group: str, name: str) -> Path | None:
        """The file of an option: by its name, or as a path to a .yaml file or a run folder."""
        a_path = name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name
        if not a_path and (found := self._named(group, name)):
            return found[0]
        path = self.folder / name
        if group == SCENARIOS and path.is_dir():
            path = path / "scenario.yaml"
        return path if path.is_file() else None

    def clash(self, group: str, name: str) -> str:
        """What is wrong if an own file has the name of one that ships, or ''."""
        found = self._named(group, name)
        if len(found) < 2:
            return ""
        return (
            f"{self.label(found[1])} has the name of a {_word(group)} that ships with samtale; "
            "give it another name."
        )

    def _named(self, group: str, name: str) -> list[Path]:
        files = [place / f"{name}.yaml" for place in self.places(group)]
        return list(dict.fromkeys(file.resolve() for file in files if file.is_file()))

    def label(self, file: Path) -> str:
        """What to call a file: its path as seen from the folder, or inside what ships."""
        for root in (data_root(), self.folder):
            try:
                return file.resolve().relative_to(root.resolve()).as_posix()
            except ValueError:
                continue
        return str(file)

    def read(self, file: Path) -> strict_yaml.Document:
        """Read a file under its label."""
        return strict_yaml.read(file, self.label(file), published_figures())

    def unknown(self, group: str, name: str, where: str, names: Sequence[str] | None = None) -> str:
        """The message for an option that does not exist."""
        names = sorted(set(names)) if names else self.names(group)
        close = difflib.get_close_matches(name, names, 1)
        hint = f" – did you mean {close[0]}?" if close else "."
        if name.endswith((".yaml", ".yml")):
            kind = "a folder" if Path(name).is_dir() else "no file"
            return f"{name} is {kind}. It is named {where}. Give the path of a .yaml file."
        own = (
            f"put {name}.yaml into the folder {_OWN_FOLDERS[group]}/, or "
            if (group in _OWN_FOLDERS)
            else ""
        )
        return (
            f"unknown {_word(group)} {name}{hint} It is named {where}. "
            f"Choose one of: {', '.join(names)}; or {own}give the path of a .yaml file."
        )

    def choices(self, group: str) -> list[Choice]:
        """Options of a group with one line each: its `about`, its `title`, or its first comment."""
        found = []
        for name in self.names(group):
            file = self.file(group, name)
            if file is None:
                continue
            document = self.read(file)
            about = document.values.get("about") or document.values.get("title")
            found.append(Choice(name, str(about or document.comment), document.name))
        return found


def _word(group: str) -> str:
    return "scenario" if group == SCENARIOS else group


def list_scenarios(folder: Path | None = None) -> list[Choice]:
    """Scenarios that `scenarios=NAME` can name."""
    return Library(folder or Path.cwd()).choices(SCENARIOS)


def list_regimes(folder: Path | None = None, registry: Registry | None = None) -> list[Choice]:
    """Regimes that an arm can name, those of plug-ins included."""
    own = [
        Choice(name, str(levers.get("about", "")), "")
        for name, levers in (registry.regimes if registry else {}).items()
    ]
    return [*Library(folder or Path.cwd()).choices(REGIME), *own]


def list_options(group: str, folder: Path | None = None) -> list[Choice]:
    """Options of another field of a study, such as `effect` or `design`."""
    return Library(folder or Path.cwd()).choices(group)


def list_hazards(registry: Registry | None = None) -> list[Choice]:
    """Shapes that an exit rate can have, those of plug-ins included."""
    return _kinds(_HAZARD_LINES, {} if registry is None else registry.hazards)


def list_effects(registry: Registry | None = None) -> list[Choice]:
    """Forms that the effect of meetings can have, those of plug-ins included."""
    return _kinds(_EFFECT_LINES, {} if registry is None else registry.effects)


def _kinds(shipped: dict[str, str], plugged: dict) -> list[Choice]:
    return [
        *(Choice(name, about, "") for name, about in shipped.items()),
        *(Choice(name, kind.about, kind.file) for name, kind in plugged.items()),
    ]


_HAZARD_LINES = {
    "none": "nobody leaves this way",
    "constant": "rate_per_week: the same rate on every spell day",
    "piecewise": "from_days, rate_per_week: a rate from each of these spell days on",
    "weibull": "scale_days, shape: falling (shape < 1) or rising (shape > 1)",
}
_EFFECT_LINES = {
    "none": "meetings move nobody",
    "additive": "1 + boost * responsiveness * stock of meetings",
    "concave": "exp(min(cap, alpha * responsiveness * stock of meetings ** rho))",
}
