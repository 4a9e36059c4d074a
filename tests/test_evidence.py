"""Every value has a source and a mark, every source is explained, and sums come out."""

import re
from collections.abc import Iterator
from datetime import date
from math import exp, log
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.config.catalogue import published_figures
from sim.rules.errors import InputError
from sim.rules.published import figures

MARKS = {"READ", "DERIVED", "KNOWN-H", "KNOWN-M", "KNOWN-L", "assumption"}
NOTES = {"value", "range", "source", "mark"}
TEXTS = {"title", "about"}
CLAIMS, STUDIES = 44, 20
MEASURED = "bench"
"""Sizes of measured work are no published figures."""
MADE = "<!-- Made by python -m sim.cli.documents"
"""Pages that take published figures by their names."""
IDENTIFIER = re.compile(r"\b[EBRMS]\d+[a-z]?\b")


@pytest.fixture(scope="module")
def configs(checkout: Path) -> Path:
    return checkout / "configs"


def noted(tree: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The leaves of a file by name: a mapping with a value and its notes is one leaf."""
    if isinstance(tree, dict) and set(tree) <= {"published", "range"}:
        figure = published_figures()[tree["published"]]
        value = {"value": figure.value, "source": figure.source, "mark": figure.mark}
        yield name, {**value, **{key: tree[key] for key in tree if key == "range"}}
    elif isinstance(tree, dict) and "value" not in tree:
        for key, branch in tree.items():
            yield from noted(branch, f"{name}.{key}")
    elif name.rsplit(".", 1)[-1] not in TEXTS:
        yield name, tree


def all_noted(configs: Path) -> list[tuple[str, Any]]:
    files = [file for file in sorted(configs.glob("*/*.yaml")) if file.parent.name != "target"]
    assert len(files) >= 20  # a target's figures are published ones, by name
    return [
        leaf
        for file in files
        for leaf in noted(
            yaml.safe_load(file.read_text(encoding="utf-8")), f"{file.parent.name}/{file.stem}"
        )
    ]


def plain(configs: Path, name: str) -> Any:
    """The values of a file without their notes."""

    def strip(tree: Any) -> Any:
        if isinstance(tree, list):
            return [strip(one) for one in tree]
        if not isinstance(tree, dict):
            return tree
        if "published" in tree:
            return published_figures()[tree["published"]].value
        return strip(tree["value"]) if "value" in tree else {k: strip(tree[k]) for k in tree}

    return strip(yaml.safe_load((configs / f"{name}.yaml").read_text(encoding="utf-8")))


def test_every_value_has_a_source_and_a_mark(configs: Path) -> None:
    for name, leaf in all_noted(configs):
        assert isinstance(leaf, dict) and {"value", "source", "mark"} <= set(leaf) <= NOTES, name
        assert isinstance(leaf["source"], str) and leaf["source"].strip(), name
        assert leaf["mark"] in MARKS, name


def test_what_is_not_assumed_names_an_id_or_is_known(configs: Path) -> None:
    for name, leaf in all_noted(configs):
        if leaf["mark"] in {"READ", "DERIVED"} and not name.endswith(".share"):
            assert IDENTIFIER.search(leaf["source"]), name


def test_every_range_holds_its_value(configs: Path) -> None:
    for name, leaf in all_noted(configs):
        if "range" in leaf:
            low, high = leaf["range"]
            values = leaf["value"] if isinstance(leaf["value"], list) else [leaf["value"]]
            assert all(low <= value <= high for value in values), name


def test_every_claim_of_the_five_texts_has_a_figure_in_order() -> None:
    claims = [one.claim for one in published_figures().values() if one.claim is not None]
    assert claims == sorted(claims)
    assert sorted(set(claims)) == list(range(1, CLAIMS + 1))


def test_every_row_of_research_has_a_figure() -> None:
    rows = {one.row for one in published_figures().values()}
    assert {re.sub("[a-z]", "", row) for row in rows if row[0] == "E"} == {
        f"E{number}" for number in range(1, STUDIES + 1)
    }


def test_published_numbers_stand_nowhere_else(checkout: Path) -> None:
    """Numbers so odd that no other value would be the same by chance."""
    odd = [
        "esbjerg_net_saving_dkk", "esbjerg_treated_people", "esbjerg_control_people",
        "esbjerg_cash_budget_2018_dkk", "esbjerg_cash_budget_2019_dkk",
        "lockdown_backlog_meetings", "e3_surplus_eur",
        "e6_offices_all", "e7_benefit_eur", "e9_people",
    ]  # fmt: skip
    published = published_figures()
    files = [
        file
        for folder, ending in (("sim", "*.py"), ("sim", "*.toml"), ("configs", "*.yaml"))
        for file in (checkout / folder).rglob(ending)
    ]
    files += [*(checkout / "scenarios").glob("*.yaml"), *(checkout / "docs").glob("*.md")]
    assert len(files) > 100
    for file in files:
        text = file.read_text(encoding="utf-8")
        if file.name == "published.yaml" or MEASURED in file.name or text.startswith(MADE):
            continue
        text = re.sub(r"<!-- published.*?<!-- end -->", "", text, flags=re.DOTALL)
        text = re.sub(r"(?<=\d)[,_](?=\d{3})", "", text)
        for key in odd:
            number = f"{abs(published[key].number):.0f}"
            found = re.search(rf"(?<![\d.]){number}(?![\d.]|\w*:)", text)
            assert not found, f"{file}: {key} stands in configs/published.yaml; name it instead"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": None}, "`why` must say"),
        ({"why": "no number"}, "has a value and a `why`"),
        ({"mark": "SEEN"}, "mark 'SEEN'; allowed are READ"),
        ({"source": "S9"}, "'S9' is not among the sources"),
        ({"low": 1}, "low and high belong together"),
        ({"low": 4, "high": 5}, "must lie from low 4 to high 5"),
        ({"standard_error": 0}, "must be above 0"),
        ({"bound": "nearly"}, "allowed are about"),
        ({"value": True}, "must be a number"),
        ({"colour": 1}, "does not know colour"),
    ],
)
def test_a_faulty_published_figure_is_refused(change: dict[str, Any], said: str) -> None:
    one = {"value": 3, "unit": "days", "what": "saved", "source": "S0", "mark": "READ"}
    sources = {"S0": {"cite": "a paper", "text": "a trial"}}
    good = figures({"sources": sources, "figures": {"days": one}})["days"]
    assert (good.number, good.source) == (3, "S0 a paper")
    with pytest.raises(InputError) as caught:
        figures({"sources": sources, "figures": {"days": {**one, **change}}})
    assert any(problem.startswith("published figure days: ") for problem in caught.value.problems)
    assert said in str(caught.value)


def test_every_id_stands_in_the_table_of_evidence(configs: Path) -> None:
    text = (configs.parent / "docs" / "evidence.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([EBRMS]\d+[a-z]?) \|", text, flags=re.MULTILINE))
    for file in sorted(configs.glob("*/*.yaml")):
        used = set(IDENTIFIER.findall(file.read_text(encoding="utf-8")))
        assert used <= explained, f"{file.name}: {sorted(used - explained)}"


def test_shares_are_parts_of_the_inflow_and_sum_to_one(configs: Path) -> None:
    groups = plain(configs, "population/default")["groups"]
    total = sum(group["inflow_per_week"] for group in groups.values())
    assert sum(group["share"] for group in groups.values()) == pytest.approx(1, abs=1e-12)
    for group in groups.values():
        assert group["share"] == pytest.approx(group["inflow_per_week"] / total, abs=0.001)


def test_four_of_five_would_be_recalled_in_week_twelve_on_average(configs: Path) -> None:
    recall = plain(configs, "hazard/default")["seasonal"]["recall"]
    rate, weeks = recall["rate_per_week"][0], recall["from_days"][1] / 7
    recalled = 1 - exp(-rate * weeks)
    mean = 1 / rate - weeks * exp(-rate * weeks) / recalled
    assert recalled == pytest.approx(0.8, abs=0.001)
    assert mean == pytest.approx(12, abs=0.02)
    assert rate == pytest.approx((1 - log(5) / 4) / 12, abs=5e-5)
    together = rate + 0.02
    assert rate / together * (1 - exp(-together * weeks)) == pytest.approx(0.64, abs=0.005)


def test_reach_and_acceptance_follow_from_the_bands(configs: Path) -> None:
    published = published_figures()
    groups = plain(configs, "population/default")["groups"]
    for name in groups:
        for key in ("reach", "acceptance"):
            band = "ui" if name == "seasonal" else name
            share = published[f"lockdown_{key}_share_{band}"].number
            mean = 0.88 * share + 0.50 * (1 - share)
            assert groups[name][key] == pytest.approx(mean, abs=0.005), (name, key)


def test_benefit_a_day_is_a_twelfth_of_the_year(configs: Path) -> None:
    monthly = {
        "ui": 0.875 * 18_633, "seasonal": 0.875 * 18_633, "cash_job_ready": 11_282,
        "cash_activity_ready": 11_282, "resource": 11_282, "education_help": 6_182,
    }  # fmt: skip
    daily = plain(configs, "costs/default")["benefit_dkk_per_day"]
    for group, month in monthly.items():
        assert daily[group] == pytest.approx(month * 12 / 365, abs=0.05), group
    assert daily["sickness"] == pytest.approx(0.875 * 4_300 / 7, abs=0.05)


def test_the_refund_ladder_leaves_the_municipality_20_60_70_and_80_percent(configs: Path) -> None:
    refund = plain(configs, "costs/default")["refund"]
    assert refund["until_weeks"] == [4, 26, 52, float("inf")]
    assert [1 - share for share in refund["state_share"]] == pytest.approx([0.2, 0.6, 0.7, 0.8])


def test_effects_are_the_logs_they_say(configs: Path) -> None:
    assert plain(configs, "effect/literature")["alpha"] == pytest.approx(log(1.30), abs=5e-5)
    assert plain(configs, "effect/esbjerg_linear")["alpha"] == pytest.approx(log(1.277), abs=5e-5)


def test_a_caseworker_has_time_for_seven_hundred_meetings(configs: Path) -> None:
    office, regime = plain(configs, "office/default"), plain(configs, "regime/standard")
    assert office["minutes_per_caseworker_year"] == 700 * regime["minutes"]["physical"]


def test_the_window_of_the_lockdown_is_almost_eleven_weeks(configs: Path) -> None:
    (window,) = plain(configs, "regime/lockdown_voluntary")["windows"]
    days = (date.fromisoformat(window["to"]) - date.fromisoformat(window["from"])).days
    assert 10.5 < days / 7 < 11
    assert window["voluntary_every_days"] == days
