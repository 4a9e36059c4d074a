"""Configurations: what ships composes, what a user writes does too, and both are told apart."""

from math import inf
from pathlib import Path

import pytest

from sim.config import Configuration, load
from sim.config.catalogue import (
    GROUPS,
    Library,
    data_root,
    list_effects,
    list_hazards,
    list_options,
    list_regimes,
    list_scenarios,
)
from sim.rules.errors import InputError
from sim.rules.parameters import find
from sim.rules.people import GROUPS as TARGET_GROUPS
from sim.rules.registry import Registry, load_plugin

HAZARD = """
def rate_per_week(spell_day, level_per_week, half_life_days):
    return level_per_week * 0.5 ** (spell_day / half_life_days)

def register(registry):
    registry.hazard(
        "fading", rate_per_week, about="halves again and again",
        level_per_week=(0, 10, "per week"), half_life_days=(0, float("inf"), "days"),
    )
"""
REGIME = """
def next_day(number, last_day, first_days, growth):
    return first_days * growth ** (number - 1) if number < 20 else float("inf")

def register(registry):
    registry.schedule("widening", next_day, first_days=(1, 100, "days"), growth=(1, 3, ""))
    registry.regime(
        "widening", about="ever rarer", quality=1.1,
        schedule={"ui": [{"kind": "widening", "first_days": 7, "growth": 1.3}]},
    )
"""


@pytest.fixture(scope="module")
def default() -> Configuration:
    return load([], folder=data_root())


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_study_is_four_regimes_with_everything_in_it(default: Configuration) -> None:
    values = default.values
    assert default.scenario == "four_regimes"
    assert list(values["arms"]) == ["standard", "intensified", "flexible", "lockdown_voluntary"]
    assert set(values["population"]["groups"]) == set(TARGET_GROUPS)
    assert values["population"]["groups"]["ui"]["benefit_limit_days"] == 728
    assert values["population"]["groups"]["cash_job_ready"]["benefit_limit_days"] == inf
    assert values["effect"]["tau_days"] == 56
    assert default.differences == []
    assert default.warnings == []


@pytest.mark.parametrize("group", GROUPS)
def test_every_option_that_ships_composes(group: str) -> None:
    for name in Library(data_root()).names(group):
        more = ["compute.scheduler=tcp://127.0.0.1:8786"] if name == "dask" else []
        assert load([f"{group}={name}", *more], folder=data_root()).values[group]


def test_every_scenario_and_every_regime_that_ships_composes() -> None:
    for scenario in list_scenarios(data_root()):
        assert load([f"scenarios={scenario.name}"], folder=data_root()).scenario == scenario.name
    arms = [f"arms.{r.name}.regime={r.name}" for r in list_regimes(data_root())]
    values = load(arms, folder=data_root()).values
    assert {arm["regime"] for arm in values["arms"].values()} == set(values["regimes"])
    assert values["regimes"]["none"]["schedule"]["ui"] == [{"none": True}]
    complete = set(values["regimes"]["standard"])
    assert all(set(levers) == complete for levers in values["regimes"].values())


def test_every_number_in_a_study_is_declared_and_has_a_source(default: Configuration) -> None:
    for row in default.table:
        parameter = find(default.parameters, row["name"])
        if parameter is None:
            assert isinstance(row["value"], list) or row["value"] == {}, row["name"]
        elif parameter.kind in ("number", "integer"):
            assert row["source"], row["name"]


def test_the_table_tells_unit_range_source_and_what_differs() -> None:
    rows = {row["name"]: row for row in load(["effect.tau_days=30"], folder=data_root()).table}
    tau = rows["effect.tau_days"]
    assert (tau["value"], tau["unit"], tau["low"], tau["high"]) == (30.0, "days", 21, 91)
    assert tau["source"] == "the command line"
    assert tau["differs_from_default"]
    assert not rows["effect.rho"]["differs_from_default"]
    assert "Schiprowski" in rows["effect.rho"]["source"]


def test_what_differs_is_told_with_the_default_and_where_it_is_set(tmp_path: Path) -> None:
    write(tmp_path, "scenarios/mine.yaml", "title: Mine\neffect: {tau_days: 40}\n")
    found = load(["scenarios=mine", "office.group_size=6"], folder=tmp_path).differences
    told = {name: rest for name, *rest in found}
    assert told["effect.tau_days"] == [56.0, 40.0, "scenarios/mine.yaml"]
    assert told["office.group_size"][1:] == [6, "the command line"]
    assert set(told) == {"effect.tau_days", "office.group_size", "title", "name", "question"} | (
        {"start_date"} & set(told)
    )


def test_overrides_reach_groups_arms_regimes_and_the_folder(tmp_path: Path) -> None:
    configuration = load(
        [
            "effect=esbjerg_linear", "effect.tau_days=30", "design=quick",
            "design.replications=9", "compute.workers=3", "out=some/where", "engine=simpy",
            "arms.intensified.levers.caseworkers=20", "arms.extra={regime: fortnightly}",
            "regimes.standard.schedule.ui=[{every_days: 14, until_day: 182}, {every_days: 60}]",
            "arms.standard.levers.caseworkers=[{from: 2020-01-01, number: 30}]", "~arms.flexible",
        ],
        folder=tmp_path,
    )  # fmt: skip
    values = configuration.values
    assert values["effect"]["rho"] == 1
    assert values["effect"]["tau_days"] == 30
    assert values["design"]["replications"] == 9
    assert configuration.out == tmp_path / "some/where"
    assert values["arms"]["intensified"]["levers"]["caseworkers"] == 20
    assert values["arms"]["extra"] == {
        "regime": "fortnightly",
        "title": "Fortnightly",
        "levers": {},
    }
    assert values["arms"]["standard"]["levers"]["caseworkers"][0]["number"] == 30
    assert list(values["arms"]) == ["standard", "intensified", "lockdown_voluntary", "extra"]
    assert values["regimes"]["standard"]["schedule"]["ui"][0]["every_days"] == 14
    assert values["regimes"]["intensified"]["schedule"]["ui"][0] == {
        "meetings": 11,
        "span_days": 182.0,
    }


def test_a_saved_study_gives_the_same_values_again(tmp_path: Path) -> None:
    first = load(
        [
            "effect=esbjerg_linear", "design.seed=null", "design=quick", "name=a <b> ø",
            "hazard.ui.job={kind: weibull, scale_days: 190.123456789012345, shape: 0.9}",
            "arms.lockdown_voluntary.levers.quality=1.5", "arms.extra.regime=fortnightly",
            "title=yes: 'quoted' # \"text\"", "regimes.fortnightly.partner_share=.1",
        ],
        folder=tmp_path,
    )  # fmt: skip
    write(tmp_path, "run/scenario.yaml", first.to_yaml())
    again = load(["scenarios=run/scenario.yaml"], folder=tmp_path)
    assert again.values == first.values
    assert list(again.values["arms"]) == list(first.values["arms"])
    assert again.to_yaml() == load(["scenarios=run"], folder=tmp_path).to_yaml()
    told = {name for name, *_ in again.differences}
    assert told == {name for name, *_ in first.differences}


def test_a_saved_study_keeps_a_regime_whose_file_is_gone(tmp_path: Path) -> None:
    write(tmp_path, "here/regimes/own.yaml", "title: Own\nabout: mine\nquality: 2\n")
    first = load(["arms.own.regime=own"], folder=tmp_path / "here")
    write(tmp_path, "there/scenario.yaml", first.to_yaml())
    assert load(["scenarios=."], folder=tmp_path / "there").values == first.values


def test_a_users_own_scenario_names_only_what_differs(
    tmp_path: Path, default: Configuration
) -> None:
    write(
        tmp_path,
        "scenarios/mine.yaml",
        "effect: esbjerg_linear\n"
        "population: {scale: {value: 0.5, source: our own count}}\n"
        "arms: {usual: {regime: standard}, more: {regime: intensified}}\n",
    )
    mine = load(["scenarios=mine"], folder=tmp_path)
    assert mine.scenario == "mine"
    assert list(mine.values["arms"]) == ["usual", "more"]
    assert mine.values["effect"]["rho"] == 1
    assert mine.values["population"]["scale"] == 0.5
    assert mine.values["hazard"] == default.values["hazard"]
    assert mine.sources["population.scale"] == "our own count"
    assert "mine" in [choice.name for choice in list_scenarios(tmp_path)]


def test_a_scenario_can_choose_fields_with_hydras_defaults_list(tmp_path: Path) -> None:
    write(tmp_path, "mine.yaml", "defaults:\n  - override /effect: none\n  - _self_\ntitle: X\n")
    assert load(["scenarios=mine.yaml"], folder=tmp_path).values["effect"]["kind"] == "none"
    both = load(["scenarios=mine.yaml", "effect=literature"], folder=tmp_path)
    assert both.values["effect"]["kind"] == "concave"


def test_a_scenario_without_arms_has_those_of_the_default(
    tmp_path: Path, default: Configuration
) -> None:
    write(tmp_path, "mine.yaml", "title: X\n")
    found = load(["scenarios=mine.yaml"], folder=tmp_path)
    assert found.values["arms"] == default.values["arms"]
    (note,) = found.notes
    assert note.startswith("arms: none given in ") and "mine.yaml" in note
    assert note.endswith("default scenario: standard, intensified, flexible, lockdown_voluntary")
    assert default.notes == []


def test_a_users_own_regime_is_found_in_their_folder(tmp_path: Path) -> None:
    write(tmp_path, "regimes/mine.yaml", "title: Mine\nabout: own\nminutes: {physical: 45}\n")
    values = load(["arms.mine.regime=mine"], folder=tmp_path).values
    assert values["regimes"]["mine"]["minutes"]["physical"] == 45
    assert values["regimes"]["mine"]["minutes"]["distance"] == 55
    assert values["regimes"]["standard"]["minutes"]["physical"] == 70
    assert values["arms"]["mine"]["title"] == "Mine"
    assert "mine" in [choice.name for choice in list_regimes(tmp_path)]


def test_a_regime_can_be_written_in_a_scenario(tmp_path: Path) -> None:
    text = "regimes: {own: {title: Own, quality: 2}}\narms: {a: {regime: own}}\n"
    write(tmp_path, "mine.yaml", text)
    values = load(["scenarios=mine.yaml"], folder=tmp_path).values
    assert values["regimes"]["own"]["quality"] == 2
    assert values["regimes"]["own"]["minutes"] == values["regimes"]["standard"]["minutes"]


def test_another_kind_of_hazard_leaves_nothing_of_the_old_one() -> None:
    values = load(
        ["hazard.ui.job={kind: piecewise, from_days: [0, 91], rate_per_week: [.04, .03]}",
         "hazard.ui.other.kind=none"],
        folder=data_root(),
    ).values  # fmt: skip
    assert values["hazard"]["ui"]["job"]["rate_per_week"] == [0.04, 0.03]
    assert values["hazard"]["ui"]["other"] == {"kind": "none"}


def test_a_hazard_of_a_researchers_own_is_one_short_file(tmp_path: Path) -> None:
    file = write(tmp_path, "fading.py", HAZARD)
    words = ["hazard.ui.job={kind: fading, level_per_week: .05, half_life_days: 200}"]
    configuration = load(words, plugins=[file], folder=tmp_path)
    job = configuration.values["hazard"]["ui"]["job"]
    assert job == {"kind": "fading", "level_per_week": 0.05, "half_life_days": 200.0}
    assert configuration.plugins == (file.resolve(),)
    assert configuration.registry.hazards["fading"].function(200, 0.05, 200) == 0.025
    assert "fading" in [choice.name for choice in list_hazards(configuration.registry)]
    with pytest.raises(InputError, match=r"level_per_week is 11; .* ≥ 0 and ≤ 10 \(per week\)"):
        load([words[0].replace(".05", "11")], plugins=[file], folder=tmp_path)
    with pytest.raises(InputError, match="ZeroDivisionError"):
        load([words[0].replace("200", "0")], plugins=[file], folder=tmp_path)
    with pytest.raises(InputError, match="one of none, constant, piecewise, weibull"):
        load(words, folder=tmp_path)


def test_a_regime_and_a_schedule_of_a_researchers_own(tmp_path: Path) -> None:
    file = write(tmp_path, "widening.py", REGIME)
    configuration = load(["arms.w.regime=widening"], plugins=[file], folder=tmp_path)
    levers = configuration.values["regimes"]["widening"]
    assert levers["schedule"]["ui"] == [{"kind": "widening", "first_days": 7.0, "growth": 1.3}]
    assert levers["quality"] == 1.1
    assert levers["minutes"] == configuration.values["regimes"]["standard"]["minutes"]
    bad = write(tmp_path, "bad.py", REGIME.replace("quality=1.1", "qualty=1.1"))
    with pytest.raises(InputError, match=r"unknown key regimes.widening.qualty – did you mean"):
        load(["arms.w.regime=widening"], plugins=[bad], folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "no function register"),
        ("def register(registry):\n    registry.hazard('x', lambda day, a: a)\n", "takes a"),
        ("def register(registry):\n    1 / 0\n", "line 2: ZeroDivisionError"),
        ("def register(registry):\n    registry.hazard('constant', lambda day: 1)\n", "exists"),
        ("import no_such_module_here\n", "line 1: ModuleNotFoundError"),
    ],
)
def test_a_plugin_that_fails_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_plugin(write(tmp_path, "plugin.py", text), Registry())


def test_what_there_is_to_choose_has_a_line_each() -> None:
    for choices in (
        list_scenarios(data_root()), list_regimes(data_root()), list_hazards(), list_effects(),
        *(list_options(group, data_root()) for group in GROUPS),
    ):  # fmt: skip
        assert choices
        assert all(choice.about for choice in choices)


def test_loading_leaves_hydra_as_it_was_and_the_folder_empty(tmp_path: Path) -> None:
    from hydra.core.config_store import ConfigStore
    from hydra.core.global_hydra import GlobalHydra

    load([], folder=tmp_path)
    assert not GlobalHydra.instance().is_initialized()
    assert "scenarios" not in ConfigStore.instance().repo
    assert "regime" not in ConfigStore.instance().repo
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_the_name_of_one_that_ships_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "regimes/standard.yaml", "quality: 2\n")
    with pytest.raises(InputError, match="regimes/standard.yaml has the name of a regime"):
        load([], folder=tmp_path)


def test_fields_of_other_projects_are_not_found_by_accident(tmp_path: Path) -> None:
    write(tmp_path, "configs/design/standard.yaml", "replications: 3\n")
    write(tmp_path, "design/standard.yaml", "replications: 3\n")
    assert load([], folder=tmp_path).differences == []


def test_a_field_can_be_a_file_of_ones_own(tmp_path: Path) -> None:
    text = (data_root() / "configs/market/default.yaml").read_text(encoding="utf-8")
    write(tmp_path, "mine.yaml", text.replace("{value: 0.4,", "{value: 0.3,"))
    found = load(["market=mine.yaml"], folder=tmp_path).differences
    assert found == [("market.displacement", 0.4, 0.3, "mine.yaml")]
