"""The peers of the bench simulate workload W: what Samtale simulates, and what each other does.

About 500 people a world, one caseworker, in REPLICATIONS worlds. Models that get the same people
and have a queue agree to the last digits; the others within Z standard errors between worlds.
With 12 worlds the smallest errors that this catches are about 16 days of duration, 0.4 meetings
and 0.1 days of waiting.
"""

import importlib
from functools import lru_cache
from math import sqrt

import numpy as np
import pytest

import sim.config
import sim.experiment.study
from sim.cli.testing import folder
from sim.experiment.bench_models import MODELS, WORKLOAD_W
from sim.model.replication import run_replication

from .peers import common, numpy_daily

PEOPLE, CASEWORKERS, REPLICATIONS, Z = 500, 1, 12, 4.0
MEASURES = ("duration_days", "held", "waiting_days")
PEERS = [model.name for model in MODELS.values() if model.module]
EXACT = [name for name in PEERS if MODELS[name].drawn_people and MODELS[name].exact_waits]


@lru_cache(maxsize=64)
def simulated(name: str, replication: int) -> common.Spells:
    """The spells of one world by a peer; skips where what it needs is not here."""
    try:
        peer = importlib.import_module(f"{__package__}.peers.{MODELS[name].module}")
        people = common.generate(PEOPLE, seed=1, replication=replication)
        spells: common.Spells = peer.simulate(people, CASEWORKERS, replication)
    except ModuleNotFoundError as missing:
        pytest.skip(f"{missing.name} is not installed")
    except common.NotHere as reason:
        pytest.skip(str(reason))
    return spells


def means(name: str) -> np.ndarray:
    """The means of the three measures, a row a world."""
    worlds = [simulated(name, replication) for replication in range(REPLICATIONS)]
    return np.array([[getattr(world, m).mean() for m in MEASURES] for world in worlds])


@pytest.fixture(scope="module")
def ours() -> np.ndarray:
    """The same of Samtale's own workload W."""
    words = [
        f"scenarios={folder() / 'benchmarks' / 'workload_w.yaml'}",
        f"population.inflow.people={PEOPLE}",
        f"arms.{WORKLOAD_W}.levers.caseworkers={CASEWORKERS}",
    ]
    study = sim.experiment.study.build(sim.config.load(words).values)
    rows = []
    for replication in range(REPLICATIONS):
        spells = run_replication(study, replication)[WORKLOAD_W].spells
        rows.append([float(np.mean(spells[measure])) for measure in MEASURES])
    return np.array(rows)


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_agrees_with_samtale_within_its_monte_carlo_error(
    name: str, ours: np.ndarray
) -> None:
    theirs = means(name)
    for place, measure in enumerate(MEASURES):
        if measure == "waiting_days" and not MODELS[name].exact_waits:
            continue
        off = theirs[:, place].mean() - ours[:, place].mean()
        spread = theirs[:, place].var(ddof=1) + ours[:, place].var(ddof=1)
        assert abs(off) < Z * sqrt(spread / REPLICATIONS), f"{measure} is off by {off:.4g}"


@pytest.mark.parametrize("name", [name for name in EXACT if name != "simpy_documented"])
def test_models_with_a_queue_give_the_same_people_the_same_spells(name: str) -> None:
    for replication in range(2):
        one, other = simulated(name, replication), simulated("simpy_documented", replication)
        # A tie within rounding may go either way (a meeting due at an exit): in one spell of 500.
        near = np.isclose(one.duration_days, other.duration_days, atol=0.02, rtol=0.0)
        assert near.sum() >= PEOPLE - 1
        assert (one.held == other.held).sum() >= PEOPLE - 1
        assert one.waiting_days.mean() == pytest.approx(other.waiting_days.mean(), abs=1e-3)


def test_with_too_few_caseworkers_the_daily_step_lets_people_wait() -> None:
    people = common.generate(PEOPLE, seed=1, replication=0)
    enough = numpy_daily.simulate(people, 100, 0)
    few = numpy_daily.simulate(people, 1, 0)
    assert enough.waiting_days.sum() == 0.0
    assert few.waiting_days.sum() > 0.0


def test_the_people_are_those_of_workload_w() -> None:
    people = common.generate(50_000, seed=1)
    assert people.entry[0] > 0.0 and people.entry[-1] < common.ENTRY_WINDOW_DAYS
    assert people.frailty.mean() == pytest.approx(1.0, abs=0.013)
    assert people.frailty.var() == pytest.approx(common.FRAILTY_VARIANCE, abs=0.025)
    assert people.threshold.mean() == pytest.approx(1.0, abs=0.018)
    assert people.regime.mean() == pytest.approx(0.5, abs=0.009)
    assert [common.caseworkers(n) for n in (5_000, 50_000, 500_000)] == [7, 75, 750]
