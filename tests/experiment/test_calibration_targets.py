"""The targets that ship: what they fit, and how near the shipped effects are to the fits."""

from math import log

import pytest

from sim.config import load
from sim.config.catalogue import Library, data_root
from sim.config.targets import calibration
from sim.experiment.calibration.emulation import Emulation
from sim.experiment.calibration.fitting import calibrate, squares

BY_WORLDS = "job_focused_breaks_even"
SHIPPED = Library(data_root()).names("target")


def emulation(*words: str) -> Emulation:
    target, configuration = calibration(words)
    return Emulation(target, configuration.values, (), configuration.parameters)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_target_is_exact_where_it_can_be_and_says_where_its_figures_are_from(name: str) -> None:
    e = emulation(f"target={name}")
    assert e.method == ("worlds" if name == BY_WORLDS else "exact") and not e.why_not_exact
    for figure in e.target.figures:
        assert figure.value == 0.0 or figure.source, figure.name
        assert figure.assumptions or name == "closed_form_19_days", figure.name


def test_nineteen_days_need_the_effect_that_esbjerg_linear_ships() -> None:
    """Within 1 %: ln 1.275 against ln 1.277; the other solution is far outside the range."""
    words = ("target=esbjerg_2017", "figures=days_saved", "ridge=none")
    found = calibrate(emulation(*words))
    low, high = (one.point["effect.alpha"] for one in found.solutions)
    shipped = load(["effect=esbjerg_linear"]).values["effect"]
    assert shipped["alpha"] == pytest.approx(log(1.277), abs=1e-4) and shipped["rho"] == 1
    assert low == pytest.approx(shipped["alpha"], rel=0.01)
    assert high > 0.6
    assert found.configured.simulated["days_saved"] == pytest.approx(19, abs=0.2)


def test_esbjerg_s_two_claims_agree_at_the_power_that_ships() -> None:
    """Together within 3 % of the shipped alpha; and what they were compared with in evidence."""
    e = emulation("target=esbjerg_2017", "ridge=none")
    (best,) = squares(e, e.target.fit, {}, (0.2,))
    shipped = load(["effect=esbjerg_linear"]).values["effect"]
    assert best["effect.alpha"] == pytest.approx(shipped["alpha"], rel=0.03)
    assert e.figures({})["jobs_a_month"] == pytest.approx(2.52, rel=0.025)
    literature = emulation("target=esbjerg_2017", "ridge=none", "effect=literature")
    assert literature.figures({})["jobs_a_month"] == pytest.approx(1.54, rel=0.01)


def test_the_literature_s_effect_saves_nine_days_in_esbjerg_s_trial() -> None:
    e = emulation("target=esbjerg_2017", "ridge=none", "effect=literature")
    assert e.figures({})["days_saved"] == pytest.approx(8.8, abs=0.1)


def test_the_experiments_together_give_the_effect_that_literature_ships() -> None:
    """At rho .5 within 4 %: ln 1.29 against ln 1.30."""
    e = emulation("target=literature", "ridge=none")
    (best,) = squares(e, e.target.fit, {}, (0.2,))
    shipped = load(["effect=literature"]).values["effect"]
    assert shipped["rho"] == 0.5 and shipped["alpha"] == pytest.approx(log(1.30), abs=1e-4)
    assert best["effect.alpha"] == pytest.approx(shipped["alpha"], rel=0.04)


def test_a_smaller_power_would_fit_the_experiments_better() -> None:
    """What the ridge shows, and the shipped rho hides: meetings where they are rare count more."""
    e = emulation("target=literature", "ridge=none")

    def misfit(rho: float) -> float:
        (best,) = squares(e, e.target.fit, {"effect.rho": rho}, (0.2,))
        found = e.figures({**best, "effect.rho": rho})
        return sum(((found[f.name] - f.value) / f.scale) ** 2 for f in e.target.figures)

    assert misfit(0.25) < misfit(0.5) < misfit(0.8)


def test_the_conversations_that_pay_for_themselves_are_those_of_the_scenario() -> None:
    """Better conversations save more, and what spreads them is in the account."""
    small = ("population.scale=0.5", "design.replications=1", "design.observation_days=364")
    e = emulation(f"target={BY_WORLDS}", *small)
    assert e.values["arms"]["quality_140"]["levers"]["programme"]["lump_dkk"] > 0
    (figure,) = e.target.figures
    key = "arms.quality_140.levers.quality"
    poor, better, best = (e.figure(figure, {key: quality}) for quality in (1.0, 1.4, 3.0))
    assert poor < better < best
