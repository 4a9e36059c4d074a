"""Every self-check of a run is made, and fails when what it checks is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sim.model import jobcentre, journal, search, world
from sim.model.audit import Audit
from sim.model.journal import ArmRows
from sim.rules import leaving, meetings
from sim.rules.errors import CheckError

from ..worlds import merged, plain, run, shipped, study_of

BUSY: dict[str, Any] = {
    "population": {
        "inflow": {"kind": "even", "people": 500, "days": 100},
        "groups": {"ui": {"no_show": {"physical": 0.1}, "sanction_risk_per_no_show": 0.3}},
    },
    "effect": {"threat": 0.05, "sanction_factor": 2},
    "office": {"load_elasticity": 0.1},
    "market": {"displacement": 0.4},
    "design": {"observation_days": 100, "follow_up_days": 264},
}
CHECKS = {
    "sum_equals_threshold", "entries_equal_exits_and_open", "waits_equal_queue",
    "busy_within_caseworkers", "busy_equals_meetings", "nobody_idle_while_someone_waits",
    "meetings_within_spells", "due_equals_held_and_missed", "rate_integrated_anew",
    "rate_not_integrated_anew",
}  # fmt: skip


def busy(**levers: Any) -> ArmRows:
    """An office with a queue, and everything that moves a rate."""
    return run(plain(BUSY, arm={"caseworkers": 2, **levers}))["arm"]


@pytest.fixture
def everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody who leaves for a job is integrated anew."""
    made = Audit.__init__

    def make(self: Audit, w: Any, seed: int, replication: int) -> None:
        made(self, w, seed, replication, every=1)

    monkeypatch.setattr(Audit, "__init__", make)


def test_a_run_counts_every_check_that_held() -> None:
    checks = busy().checks
    assert set(checks) == CHECKS
    assert checks["sum_equals_threshold"] > 200
    assert checks["meetings_within_spells"] > 1000
    assert checks["rate_integrated_anew"] >= 1
    assert checks["rate_not_integrated_anew"] == 0


SETTINGS: dict[str, dict[str, Any]] = {
    "as_shipped": {},
    "capped": {"effect": {"kind": "concave", "rho": 1, "alpha": 0.4, "cap": 0.5, "tau_days": 20}},
    "additive": {"effect": {"kind": "additive", "boost": 0.4, "tau_days": 30}},
    "harmful": {
        "effect": {"kind": "additive", "boost": 0.7},
        "population": {"groups": {"ui": {"responsiveness": -1}}},
    },
    "lasting": {"effect": {"tau_days": float("inf")}},
    "by_frailty": {"effect": {"frailty_power": 0.5, "other_exit_response": 1}},
    "weibull": {"hazard": {"ui": {"job": {"kind": "weibull", "scale_days": 180, "shape": 0.7}}}},
    "weibull_rising": {
        "hazard": {"ui": {"job": {"kind": "weibull", "scale_days": 180, "shape": 1.6}}},
        "effect": {"kind": "additive", "boost": 0.4},
    },
    "silenced": {
        "hazard": {"ui": {"job": {"kind": "weibull", "scale_days": 180, "shape": 1.5}}},
        "effect": {"kind": "additive", "boost": 0.7},
        "population": {"groups": {"ui": {"responsiveness": -2}}},
    },
    "cycle": {
        "market": {"cycle": [{"from": "2020-03-12", "to": "2020-05-10", "factor": 0.65}]},
    },
    "qualities": {"office": {"own_caseworker": True, "caseworker_quality": "lognormal"}},
}  # fmt: skip


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize("name", SETTINGS)
def test_everybodys_rate_adds_up_to_the_threshold_when_put_together_from_the_rows(
    name: str,
) -> None:
    changes = merged(BUSY, SETTINGS[name])
    changes["population"]["inflow"]["people"] = 250
    rows = run(plain(changes, arm={"caseworkers": 2}))["arm"]
    assert rows.checks["rate_integrated_anew"] == rows.checks["sum_equals_threshold"] > 30


@pytest.mark.usefixtures("everybody")
def test_the_shipped_arms_add_up_too_and_what_the_rows_do_not_tell_is_counted() -> None:
    levers = shipped()["regimes"]["lockdown_voluntary"]["windows"]
    changes = {
        "population": {"scale": 0.05},
        "design": {"observation_days": 28, "follow_up_days": 280},
    }
    rows = run(study_of(changes, {"standard": {}, "lockdown": {"windows": levers}}))
    for arm in rows.values():
        checks = arm.checks
        counted = checks["rate_integrated_anew"] + checks["rate_not_integrated_anew"]
        assert counted == checks["sum_equals_threshold"]
        assert checks["rate_integrated_anew"] > 50
    skipped = {arm: rows[arm].checks["rate_not_integrated_anew"] for arm in rows}
    assert skipped["lockdown"] > skipped["standard"] > 0


@pytest.mark.usefixtures("everybody")
def test_leavers_given_as_arrays_are_judged_like_those_kept_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged: list[tuple[Audit, ArmRows]] = []
    check = Audit.check

    def note(self: Audit, spells: Any, meetings: Any) -> dict[str, int]:
        judged.append((self, ArmRows(spells, meetings, {})))
        return check(self, spells, meetings)

    monkeypatch.setattr(Audit, "check", note)
    busy()
    ((kept, rows),) = judged
    leavers, weeks = kept._told()

    def again(threshold: Any) -> dict[str, int]:
        told = replace(leavers, threshold=threshold)
        audit = Audit.with_leavers(kept._w, plain(BUSY).seed, 0, told, weeks)
        return check(audit, rows.spells, rows.meetings)

    assert again(leavers.threshold) == check(kept, rows.spells, rows.meetings)
    with pytest.raises(CheckError, match=f"person {leavers.person[0]}, spell .* put together"):
        again(leavers.threshold * (1.0 + 2e-9))


Break = Callable[[pytest.MonkeyPatch], None]


def _wrong_threshold(patch: pytest.MonkeyPatch) -> None:
    found = leaving.job_day
    patch.setattr(leaving, "job_day", lambda p, w, limit: found(p, w, limit) * 1.000001)


def _forgotten_meeting(patch: pytest.MonkeyPatch) -> None:
    changed = meetings.change_stock

    def change(p: Any, w: Any, day: float, weight: float) -> None:
        if p.held % 3:
            changed(p, w, day, weight)

    patch.setattr(meetings, "change_stock", change)


def _forgotten_week(patch: pytest.MonkeyPatch) -> None:
    kept = Audit.week
    patch.setattr(
        Audit, "week", lambda self, day, factors: kept(self, day, [1.001 * f for f in factors])
    )


def _leak(patch: pytest.MonkeyPatch) -> None:
    released = jobcentre.Pool.release
    patch.setattr(
        jobcentre.Pool, "release",
        lambda self, day, *how: None if 50 < day < 51 else released(self, day, *how),
    )  # fmt: skip


def _free_twice(patch: pytest.MonkeyPatch) -> None:
    released = jobcentre.Pool.release

    def release(self: Any, day: float, *how: Any) -> None:
        released(self, day, *how)
        released(self, day, *how)

    patch.setattr(jobcentre.Pool, "release", release)


def _sleep(patch: pytest.MonkeyPatch) -> None:
    served = jobcentre.Pool.serve
    patch.setattr(
        jobcentre.Pool, "serve", lambda self, day: None if 61 < day < 62 else served(self, day)
    )


def _unseen_wait(patch: pytest.MonkeyPatch) -> None:
    noted = journal.Journal._meeting

    def note(
        self: Any, p: Any, start: float, outcome: int, minutes: float, wait: float, day: float
    ) -> None:
        wait += 0.001 if p.person % 7 == 0 else 0.0
        noted(self, p, start, outcome, minutes, wait, day)

    patch.setattr(journal.Journal, "_meeting", note)


def _lost_person(patch: pytest.MonkeyPatch) -> None:
    left = world.World.leave

    def leave(self: Any, p: Any) -> bool:
        self.left += p.person % 50 == 0
        return left(self, p)

    patch.setattr(world.World, "leave", leave)


def _late_exit(patch: pytest.MonkeyPatch) -> None:
    written = journal.Journal.spell

    def write(self: Any, p: Any) -> None:
        if p.person % 11 == 0 and p.held:
            p.exit_day = p.entry_day + 1.0
        written(self, p)

    patch.setattr(journal.Journal, "spell", write)


def _unsanctioned(patch: pytest.MonkeyPatch) -> None:
    done = search.finish

    def finish(p: Any, w: Any, day: float, u: Any) -> int:
        before = p.sanctions
        outcome = done(p, w, day, u)
        p.sanctions = before
        return outcome

    patch.setattr(search, "finish", finish)


BREAKS: dict[Break, str] = {
    _wrong_threshold: "the cumulative job rate at the exit",
    _forgotten_meeting: "put together from the rows",
    _forgotten_week: "put together from the rows",
    _leak: "caseworkers are busy at the end",
    _free_twice: "caseworkers are free",
    _sleep: "caseworkers were idle",
    _unseen_wait: "the queues add up to",
    _lost_person: "entered",
    _late_exit: "after the exit",
    _unsanctioned: "were to be sanctioned",
}


@pytest.mark.usefixtures("everybody")
@pytest.mark.parametrize("break_it", BREAKS, ids=lambda b: b.__name__.strip("_"))
def test_a_broken_rule_is_found(monkeypatch: pytest.MonkeyPatch, break_it: Break) -> None:
    break_it(monkeypatch)
    with pytest.raises(CheckError, match=BREAKS[break_it]):
        busy(caseworkers=1)
