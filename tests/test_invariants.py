"""Claims that hold whatever the numbers: no effect, no queue, more of something, other units."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from sim.model.alone import live_spell
from sim.model.luck import Luck
from sim.model.population import all_entrants, entrants, spell_from
from sim.model.settings import registry_of, rulebook_of, settings_of
from sim.rules.entering import again, days_in_work
from sim.rules.leaving import advance
from sim.rules.meetings import HELD
from sim.rules.people import GROUPS, JOB, OPEN

from .worlds import LIFE, plain, run, run_one, same, shipped, study_of

NEVER = {"schedule": {g: [{"none": True}] for g in ("default", *GROUPS)}}
WINDOW = {
    "from": "2020-03-12", "to": "2020-05-26", "mandatory": "suspended", "meeting_clock": "runs",
    "benefit_clock": "runs", "availability": False, "voluntary_every_days": 30,
    "form": {"physical": 0, "distance": 1, "group": 0}, "missed": "catch_up", "catch_up_days": 28,
}  # fmt: skip
MANY_ARMS = {
    "standard": {"caseworkers": 2},
    "more": {"schedule": {"default": [{"every_days": 14}], "ui": [{"every_days": 7}]}},
    "fewer": {"schedule": {"default": [{"random_every_days": 60}]}, "caseworkers": 1},
    "none": {**NEVER, "caseworkers": 0},
    "closed": {"windows": [WINDOW], "caseworkers": 2},
    "voluntary": {"duty": {"default": "voluntary"}, "self_booking": {"share": 0.5}},
    "by_risk": {"allocation": {"kind": "by_risk", "contrast": 0.3}, "caseworkers": "unlimited"},
}


@pytest.mark.parametrize("displacement", [0.4, 0.0])
def test_without_any_effect_every_arm_has_the_same_spells_to_the_last_bit(
    displacement: float,
) -> None:
    base = shipped("effect=none", "office.load_elasticity=0")
    changes = {
        "population": {"scale": 0.05},
        "market": {"displacement": displacement},
        "design": {"observation_days": 28, "follow_up_days": 280},
    }
    rows = run(study_of(changes, MANY_ARMS, base))
    first = rows["standard"]
    assert len(first.spells["person"]) > 500
    assert first.spells["sanctions"].sum() > 10
    for arm, other in rows.items():
        assert same(first.spells, other.spells, *LIFE), arm
        if arm != "standard":
            assert len(other.meetings["person"]) != len(first.meetings["person"]), arm


@pytest.mark.parametrize("effect", ["literature", "esbjerg_linear"])
@pytest.mark.parametrize("calendar", ["working", "continuous"])
def test_unlimited_caseworkers_give_the_life_that_everybody_lives_alone(
    effect: str, calendar: str
) -> None:
    changes = {
        "population": {
            "scale": 0.1, "warm_start": False, "groups": {"ui": {"benefit_limit_days": 300}},
        },
        "office": {"load_elasticity": 0, "calendar": calendar},
        "market": {"displacement": 0},
        "design": {"observation_days": 60, "follow_up_days": 400},
    }  # fmt: skip
    levers = {"caseworkers": "unlimited", "partner_share": 0.2, "self_booking": {"share": 0.3}}
    study = study_of(changes, {"arm": levers}, shipped(f"effect={effect}"))
    rows = run(study)["arm"].spells
    settings = settings_of(study)
    w = rulebook_of(study, "arm", registry_of(study))
    people, luck, end = entrants(settings, study.seed, 0), Luck(study.seed, 0), study.horizon_days
    lived = []
    for q in all_entrants(people):
        p = spell_from(q, w)
        p.row = p.group
        while True:
            over = live_spell(p, w, luck, end, [0.0, 0.0])
            if not over:
                advance(p, w, end)
                p.exit_day, p.exit = end, OPEN
            lived.append((p.person, p.spell, p.exit_day, p.exit, p.due, p.held, p.sanctions))
            gap = days_in_work(w, p.exit, luck.work(p.person, p.spell)) if over else inf
            if p.exit_day + gap >= end:
                break
            again(p, w, p.exit_day + gap, luck.thresholds(p.person, p.spell + 1))
    names = ("person", "spell", "exit_day", "exit", "due", "held", "sanctions")
    assert sorted(lived) == list(zip(*(rows[n].tolist() for n in names), strict=True))
    assert max(rows["spell"]) >= 2
    assert rows["waiting_days"].sum() == 0.0


def test_an_office_without_caseworkers_gives_the_spells_of_one_without_meetings() -> None:
    rows = run(plain(zero={"caseworkers": 0}, none=NEVER))
    assert same(rows["zero"].spells, rows["none"].spells, *LIFE)
    assert rows["zero"].spells["due"].sum() > 100
    assert rows["zero"].spells["held"].sum() == 0
    assert rows["zero"].spells["waiting_days"].sum() > 100
    assert len(rows["none"].meetings["person"]) == 0


def test_more_meetings_never_lengthen_a_spell_where_nobody_waits() -> None:
    """Each arm's meetings are those of the one before, and more."""
    arms = {
        str(n): {"schedule": {"ui": [{"meetings": n, "span_days": 180}, {"every_days": 180 / n}]}}
        for n in (3, 6, 12)
    }
    calendar = {"office": {"calendar": "continuous"}}
    rows = run(plain(calendar, never=NEVER, **arms))
    days = [rows[arm].spells["duration_days"] for arm in ("never", "3", "6", "12")]
    held = [int(rows[arm].spells["held"].sum()) for arm in ("never", "3", "6", "12")]
    assert held == sorted(held) and held[-1] > 1.5 * held[1]
    for fewer, more in zip(days, days[1:], strict=False):
        assert (more <= fewer).all()
        assert (more < fewer).sum() > 50


def test_spells_shorten_as_the_effect_grows() -> None:
    days = [run_one({"effect": {"alpha": a}}).spells["duration_days"] for a in (0, 0.1, 0.3, 0.6)]
    for weaker, stronger in zip(days, days[1:], strict=False):
        assert (stronger <= weaker).all()
        assert (stronger < weaker).sum() > 50


def test_no_effect_no_strength_and_nobody_responsive_are_the_same() -> None:
    none = run_one({"effect": {"kind": "none"}}).spells
    zero = run_one({"effect": {"alpha": 0}}).spells
    deaf = run_one({"population": {"groups": {"ui": {"responsiveness": 0}}}}).spells
    assert same(none, zero) and same(none, deaf)


def test_twice_as_long_days_make_twice_as_long_spells() -> None:
    def world(k: float) -> dict[str, np.ndarray]:
        changes = {
            "hazard": {
                "ui": {
                    "job": {
                        "kind": "piecewise", "from_days": [0, 60 * k],
                        "rate_per_week": [0.05 / k, 0.03 / k],
                    },
                    "other": {"kind": "constant", "rate_per_week": 0.01 / k},
                }
            },
            "effect": {"tau_days": 56 * k},
            "office": {"calendar": "continuous"},
            "design": {"follow_up_days": 365 * k - 1},
        }  # fmt: skip
        levers = {
            "schedule": {"ui": [{"meetings": 6, "span_days": 182 * k}, {"every_days": 60 * k}]},
            "minutes": {"kind": "fixed", "physical": 70 * k},
            "caseworkers": 1,
        }
        return run(plain(changes, arm=levers))["arm"].spells

    one, two = world(1.0), world(2.0)
    assert one["waiting_days"].sum() > 1.0
    assert (one["due"] == two["due"]).all() and (one["exit"] == two["exit"]).all()
    assert np.allclose(2.0 * one["duration_days"], two["duration_days"], rtol=1e-12)
    assert np.allclose(2.0 * one["waiting_days"], two["waiting_days"], atol=1e-9)


def test_half_the_caseworkers_wait_longer_meet_less_and_stay_longer() -> None:
    """Power: 6 replications of about 1,500 insured; 95 % intervals over people and replications."""
    changes = {
        "population": {
            "inflow": {"kind": "even", "people": 1500, "days": 200},
        },
        "effect": {"alpha": 0.5},
        "design": {"observation_days": 200, "follow_up_days": 364, "replications": 6},
    }
    study = plain(changes, full={"caseworkers": "auto"})
    number = int(study.caseworkers["full"][0][1])
    study = plain(changes, full={"caseworkers": number}, half={"caseworkers": number // 2})
    assert 0.7 < study.offered_load["full"] <= 0.91
    assert study.offered_load["half"] > 1.0
    longer, waits, held = [], [], []
    for replication in range(study.replications):
        rows = run(study, replication)
        full, half = rows["full"].spells, rows["half"].spells
        longer.append((half["duration_days"] - full["duration_days"]).mean())
        waits.append((half["waiting_days"] - full["waiting_days"]).mean())
        held.append((full["held"] - half["held"]).mean())
    for differences in (longer, waits, held):
        mean, error = np.mean(differences), np.std(differences, ddof=1) / 6**0.5
        assert mean - 2.571 * error > 0.0


def test_other_exits_respond_only_where_they_are_said_to() -> None:
    arms = {"few": {}, "many": {"schedule": {"ui": [{"every_days": 10}]}}}
    deaf = run(plain({}, **arms))
    left = deaf["many"].spells["exit"] != JOB
    assert same(deaf["many"].spells, deaf["few"].spells, "person")
    gone = left & (deaf["few"].spells["exit"] == deaf["many"].spells["exit"])
    assert (deaf["few"].spells["exit_day"] == deaf["many"].spells["exit_day"])[gone].all()
    shared = run(plain({"effect": {"other_exit_response": 1}}, **arms))
    both = shared["few"].spells["exit"] == shared["many"].spells["exit"]
    both &= shared["few"].spells["exit"] == 3
    sooner = shared["many"].spells["exit_day"][both] < shared["few"].spells["exit_day"][both]
    assert sooner.mean() > 0.8


def test_an_arm_is_the_same_alone_and_beside_others() -> None:
    changes = {
        "population": {"scale": 0.05},
        "design": {"observation_days": 28, "follow_up_days": 200},
    }
    together = run(study_of(changes, {"standard": {}, "closed": {"windows": [WINDOW]}}))
    alone = run(study_of(changes, {"closed": {"windows": [WINDOW]}}))
    for table in ("spells", "meetings", "office"):
        assert same(getattr(together["closed"], table), getattr(alone["closed"], table)), table


def test_nobody_meets_when_everyone_has_left() -> None:
    rows = run_one({"hazard": {"ui": {"job": {"kind": "constant", "rate_per_week": 70.0}}}})
    assert len(rows.meetings["person"]) == 0
    assert (rows.spells["exit"] == JOB).mean() > 0.99
    assert not (rows.meetings["outcome"] == HELD).any()


def test_a_study_is_the_same_for_every_number_of_replications() -> None:
    study = plain({"design": {"replications": 3}})
    again_ = replace(study, replications=50)
    assert same(run(study, 2)["standard"].spells, run(again_, 2)["standard"].spells)
