"""Everybody's luck is their own: not of the workers, the arms, the other people, or the chunk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import Philox

from sim.experiment.compare import run as compare
from sim.experiment.pool import Pool
from sim.model.population import entrants
from sim.model.settings import Study, settings_of
from sim.model.streams import ChunkedLuck, gamma_frailty, key_of, lattice, uniforms
from sim.rules.people import GROUPS, PERSONS_PER_GROUP

from .experiment.fakes import FakeConfiguration
from .worlds import LIFE, PLAIN_PEOPLE, chosen, merged, plain, run, same, study_of

SHORT = {
    "population": {"scale": 0.03},
    "design": {"observation_days": 14, "follow_up_days": 56, "replications": 3},
}
ARMS: dict[str, dict[str, Any]] = {
    "standard": {"caseworkers": 1},
    "more": {"schedule": {"ui": [{"agreed_days": [5, 15]}]}, "caseworkers": 2},
}


def hashes(study: Study, out: Path, workers: int) -> dict[str, Any]:
    """The hashes of the rows of a run with so many workers."""
    configuration: Any = FakeConfiguration()
    with Pool(workers) as pool:
        folder = compare(study, out, configuration=configuration, pool=pool)
    return folder.manifest["rows_sha256"]


def test_the_same_seed_gives_the_same_rows_whatever_the_workers_and_the_other_arms(
    tmp_path: Path,
) -> None:
    both = study_of(SHORT, ARMS)
    one = hashes(both, tmp_path / "one", 1)
    assert hashes(both, tmp_path / "two", 2) == one
    alone = hashes(study_of(SHORT, {"more": ARMS["more"]}), tmp_path / "alone", 1)
    assert alone["arms"]["more"] == one["arms"]["more"]
    other = study_of(merged(SHORT, {"design": {"seed": 2}}), {"more": ARMS["more"]})
    assert hashes(other, tmp_path / "other", 1)["arms"]["more"] != one["arms"]["more"]


@pytest.mark.slow
def test_seven_workers_give_the_rows_of_one(tmp_path: Path) -> None:
    study = study_of(merged(SHORT, {"design": {"replications": 14}}), ARMS)
    assert hashes(study, tmp_path / "seven", 7) == hashes(study, tmp_path / "one", 1)


LEVERS: dict[str, dict[str, Any]] = {
    "many_draws": {
        "schedule": {"ui": [{"random_every_days": 20}]},
        "minutes": {"kind": "exponential", "physical": 70},
        "form": {"default": {"physical": 0.5, "distance": 0.5}},
        "self_booking": {"share": 0.4}, "partner_share": 0.3,
    },
    "voluntary": {"duty": {"default": "voluntary"}},
}  # fmt: skip
DRAWN = {
    "population": {
        "reentry_rate_per_week": 0.0055,
        "groups": {
            "ui": {
                "no_show": {"physical": 0.3, "distance": 0.1},
                "sanction_risk_per_no_show": 0.3,
                "episode": {"share": 0.4, "start_days": 100, "length_days": 50},
            }
        },
    },
    "effect": {"threat": 0.1, "sanction_factor": 2},
}


@pytest.mark.parametrize("name", LEVERS)
def test_one_more_person_changes_no_other_row(name: str) -> None:
    few = run(plain(merged(DRAWN, {"population": {"inflow": {"people": 400}}}), arm=LEVERS[name]))
    more = run(plain(merged(DRAWN, {"population": {"inflow": {"people": 401}}}), arm=LEVERS[name]))
    new = few["arm"].spells["person"].max() + 1
    for table in ("spells", "meetings"):
        one, other = getattr(few["arm"], table), getattr(more["arm"], table)
        assert (other["person"] == new).any() or table == "meetings"
        assert same(one, chosen(other, other["person"] != new)), table


def test_one_more_group_changes_no_row_of_the_first() -> None:
    half = {**PLAIN_PEOPLE, "share": 0.5, "inflow_per_week": 10}
    changes: dict[str, Any] = {
        "population": {"inflow": {"kind": "poisson"}, "groups": {"ui": half}},
        "design": {"observation_days": 100, "follow_up_days": 300},
    }
    rate = {"job": {"kind": "constant", "rate_per_week": 0.02}}
    two = merged(changes, {"population": {"groups": {"resource": half}}})
    two["hazard"] = {"resource": rate}
    one, both = run(plain(changes))["standard"], run(plain(two))["standard"]
    assert set(both.spells["group"].tolist()) == {0, 5}
    for table in ("spells", "meetings"):
        rows = getattr(both, table)
        assert same(getattr(one, table), chosen(rows, rows["person"] < 2 * PERSONS_PER_GROUP)), (
            table
        )


def test_a_longer_run_begins_with_the_same_people_and_lives() -> None:
    changes = {"population": {"inflow": {"kind": "poisson"}}}
    short = merged(changes, {"design": {"observation_days": 100, "follow_up_days": 100}})
    long = merged(changes, {"design": {"observation_days": 100, "follow_up_days": 400}})
    one, other = run(plain(short))["standard"].spells, run(plain(long))["standard"].spells
    among = np.isin(other["person"], one["person"])
    other = chosen(other, among)
    over = one["exit"] != 4
    assert over.sum() > 50
    assert same(chosen(one, over), chosen(other, over), *LIFE)


def test_a_draw_is_a_raw_word_of_philox_whatever_the_chunk() -> None:
    key = key_of(3, 1, "plan")
    luck = ChunkedLuck(3, 1, "plan")
    for person in (1, 255, 256, 70_000_001, 75_000_003):
        for number, spell in ((0, 1), (7, 1), (7, 2)):
            counter = np.array([person, number, spell, 0], dtype=np.uint64)
            words = Philox(key=key, counter=counter).random_raw(4)
            expected = [((int(word) >> 11) + 0.5) * 2.0**-53 for word in words]
            assert list(luck.draw(person, number, spell)) == expected
            assert uniforms(key, person, 1, number, spell)[0].tolist() == expected


def test_purposes_persons_and_replications_have_luck_of_their_own() -> None:
    """Power: 40,000 draws; a correlation of .03 would be found (six standard errors)."""
    first = uniforms(key_of(1, 0, "threshold"), 10_000_000, 10_000).ravel()
    assert abs(first.mean() - 0.5) < 0.01 and 0 < first.min() < first.max() < 1
    for other in (("1", 0, "person"), (1, 1, "threshold"), (2, 0, "threshold")):
        second = uniforms(key_of(int(other[0]), *other[1:]), 10_000_000, 10_000).ravel()
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.03, other
    assert abs(np.corrcoef(first[:-4], first[4:])[0, 1]) < 0.03


def test_the_same_people_come_to_every_arm_and_pairs_share_their_luck() -> None:
    """Paired, 11 against 6 meetings vary less than a tenth of what they do unpaired."""
    arms = {str(n): {"schedule": {"ui": [{"meetings": n, "span_days": 182}]}} for n in (6, 11)}
    rows = run(plain({"population": {"inflow": {"people": 2000}}}, **arms))
    one, other = rows["6"].spells, rows["11"].spells
    assert same(one, other, "person", "entry_day", "frailty", "counted")
    paired = np.var(one["duration_days"] - other["duration_days"])
    assert paired < 0.1 * (np.var(one["duration_days"]) + np.var(other["duration_days"]))


def test_a_grid_has_even_thresholds_exact_shares_and_random_luck_else() -> None:
    half = {**PLAIN_PEOPLE, "share": 0.5}
    changes = {
        "population": {
            "inflow": {"kind": "cohort", "people": 1000},
            "frailty_variance": 0,
            "groups": {"ui": half, "resource": half},
        },
        "hazard": {"ui": {"other": {"kind": "none"}}},
        "design": {"luck": "grid"},
    }
    study = plain(changes)
    people = entrants(settings_of(study), study.seed, 0)
    assert np.bincount(people.group, minlength=len(GROUPS)).tolist() == [500, 0, 0, 0, 0, 500, 0]
    jobs = np.sort(np.exp(-people.thresholds[people.group == 0, 0]))
    assert np.allclose(jobs, (np.arange(500) + 0.5) / 500)


def test_frailty_has_mean_one_and_its_variance() -> None:
    """An even grid of 100,000: within 2 % for the variance, 1e-3 for the mean."""
    u = lattice(100_000, 1)[:, 0]
    for variance in (0.1, 0.4, 1.0):
        frailty = gamma_frailty(u, variance)
        assert abs(frailty.mean() - 1.0) < 1e-3
        assert abs(frailty.var() / variance - 1.0) < 0.02
    assert (gamma_frailty(u[:10], 0.0) == 1.0).all()
