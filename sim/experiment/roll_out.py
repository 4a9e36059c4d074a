"""A roll-out under displacement, without luck: the market's answer on impact and in the long run.

The job rate of everybody is multiplied by m = (s E/E_ref + 1 - s)**-delta (model section 7), with E
the search effort of the simulated, s ``pool_share`` and delta ``displacement``. E_ref is the effort
in the stationary stock of the standard regime, where m is 1. In the limit of many people E has no
noise: with e(a) the job rate at factor 1 on spell day a, frailty, effect and threat included, and
S the survival, a stationary stock with a steady inflow searches E = inflow * integral of e S.

Where no draw decides on meetings and nobody waits, the integral is exact. Else it is a mean over
people with evenly spread luck, who live as if nobody waited, outside all windows and cycles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log, nan

from scipy.optimize import brentq

from sim.experiment.exact import obstacles, regime
from sim.experiment.flows import NEW, USUAL, Flow, tabled_flow, uses_up_rights
from sim.experiment.flows_lived import lived_flows
from sim.model.demand import LONG_RUN_DAYS
from sim.model.settings import STANDARD, Study, plain_standard, settings_of
from sim.rules.errors import InputError
from sim.rules.market import market_factor
from sim.rules.people import GROUPS

LOWEST, HIGHEST = 1e-4, 1e4
"""Market factors between which a steady state is looked for."""

EXACT_ERROR, SAMPLE_ERROR = 1e-13, 1e-5
"""How close the logarithm of a factor is searched for, by how its effort is known."""


@dataclass(frozen=True)
class RollOut:
    """What a regime does to spells when a share of all people is under it.

    Days are restricted mean durations to 104 weeks, by first spells of the groups that were asked
    for, mixed by inflow; the market is made by all groups.

    Attributes:
        market_factor: m, by which everybody's job rate is multiplied; 1 under the standard
            regime.
        direct_days_saved: standard at m = 1 minus regime at m = 1: what it does to one person.
        days_saved: standard at m = 1 minus regime at m: what it does to the treated.
        control_days_saved: standard at m = 1 minus standard at m: what it does to those who are
            not treated; below 0 where jobs are taken from them.
        is_exact: False where it comes from a sample of people.
    """

    market_factor: float
    direct_days_saved: float
    days_saved: float
    control_days_saved: float
    is_exact: bool

    @property
    def contrast_days(self) -> float:
        """What a trial under this market shows: treated and control face the same factor."""
        return self.days_saved - self.control_days_saved

    @property
    def displaced_share(self) -> float:
        """The part of the direct effect that the market takes back; NaN where there is none."""
        return 1.0 - self.days_saved / self.direct_days_saved if self.direct_days_saved else nan


def on_impact(
    study: Study, arm: str, treated_share: float = 1.0, groups: Sequence[str] = GROUPS
) -> RollOut:
    """The stock of the standard regime as it is, with the effort of an arm at once.

    Durations so far and frailties are those of the stationary stock; the treated among them search
    as the arm's people do at that spell day, with the meetings that it would have brought by then.
    The days saved are those if the factor stayed so.

    Args:
        treated_share: the share of the stock, and of all who enter, under the arm's regime.
        groups: target groups whose days are given.

    Raises:
        InputError: as ``steady_state``.
    """
    return Market.of(study, arm).on_impact(treated_share, groups)


def steady_state(
    study: Study, arm: str, treated_share: float = 1.0, groups: Sequence[str] = GROUPS
) -> RollOut:
    """The fixed point of the market: stocks have come to rest under the factor that they make.

    m solves m = (s E(m)/E_ref + 1 - s)**-delta with E(m) the effort of the stationary stock whose
    job rate is multiplied by m. E falls less than 1/m, so with delta up to 1 there is one
    solution at most.

    Args:
        treated_share: the share of all who enter under the arm's regime; the rest is under the
            standard regime.
        groups: target groups whose days are given.

    Raises:
        InputError: no steady state (a displacement above 1, or 1 where all leave for a job).
    """
    return Market.of(study, arm).steady_state(treated_share, groups)


@dataclass(frozen=True)
class Market:
    """The people of a study, and what their effort does to everybody's job rate."""

    flows: tuple[Flow, ...]
    displacement: float
    pool_share: float
    reference: float
    is_exact: bool

    @classmethod
    def of(cls, study: Study, arm: str) -> Market:
        """The market of a study, with the people of an arm and of the standard regime."""
        settings = settings_of(study)
        alone = without_market(study)
        flows = _exact_flows(standard_of(alone), alone, arm)
        is_exact = flows is not None
        if flows is None:
            flows = lived_flows((standard_of(alone), STANDARD), (alone, arm))
        reference = sum(flow.effort(USUAL, USUAL) for flow in flows)
        return cls(flows, settings.displacement, settings.pool_share, reference, is_exact)

    def factor(self, effort: float) -> float:
        """The market factor at an effort per day."""
        return market_factor(effort, self.reference, self.pool_share, self.displacement)

    def on_impact(self, treated_share: float = 1.0, groups: Sequence[str] = GROUPS) -> RollOut:
        """The stock of the standard regime with the effort of the arm at once."""
        mixed = sum(
            (1.0 - treated_share) * flow.effort(USUAL, USUAL)
            + treated_share * flow.effort(NEW, USUAL)
            for flow in self.flows
        )
        return self.roll_out(self.factor(mixed), groups)

    def steady_state(self, treated_share: float = 1.0, groups: Sequence[str] = GROUPS) -> RollOut:
        """The fixed point: stocks have come to rest under the factor that they make."""

        def excess(log_factor: float) -> float:
            m = exp(log_factor)
            effort = sum(
                (1.0 - treated_share) * flow.effort(USUAL, USUAL, m)
                + treated_share * flow.effort(NEW, NEW, m)
                for flow in self.flows
            )
            return log(self.factor(effort)) - log_factor

        low, high = log(LOWEST), log(HIGHEST)
        if not excess(low) > 0.0 > excess(high):
            raise InputError([
                f"no steady state of the labour market between the factors {LOWEST:g} and "
                f"{HIGHEST:g}; market.displacement is {self.displacement:g}. Take a lower one."
            ])  # fmt: skip
        error = EXACT_ERROR if self.is_exact else SAMPLE_ERROR
        return self.roll_out(exp(brentq(excess, low, high, xtol=error)), groups)

    def roll_out(self, factor: float, groups: Sequence[str]) -> RollOut:
        """Days saved under a market factor, by the people of some groups."""
        chosen = [flow for flow in self.flows if GROUPS[flow.group] in groups]
        people = sum(flow.spells_per_day for flow in chosen)

        def days(regime: int, m: float) -> float:
            return sum(flow.days_in(regime, m) for flow in chosen) / people

        usual = days(USUAL, 1.0)
        return RollOut(
            market_factor=factor,
            direct_days_saved=usual - days(NEW, 1.0),
            days_saved=usual - days(NEW, factor),
            control_days_saved=usual - days(USUAL, factor),
            is_exact=self.is_exact,
        )


def _exact_flows(usual: Study, alone: Study, arm: str) -> tuple[Flow, ...] | None:
    """The flows of an arm where they have an exact answer, by group."""
    if obstacles(usual, STANDARD) or obstacles(alone, arm):
        return None
    standard = regime(usual, STANDARD, LONG_RUN_DAYS)
    if uses_up_rights(standard):
        return None
    here = [g for g in range(len(GROUPS)) if standard.inflow()[g] > 0.0]
    # Nobody stays for longer than the right to the benefit lasts.
    until = min(LONG_RUN_DAYS, max(standard.w.benefit_limit_days[g] for g in here))
    standard = replace(standard, until=until)
    treated = regime(alone, arm, until)
    return tuple(tabled_flow(standard, treated, g) for g in here)


def without_market(study: Study) -> Study:
    """The study as plain worlds with a job rate that nobody else's search moves."""
    values = study.values
    market = {**values["market"], "displacement": 0.0}
    design = {**values["design"], "kind": "worlds"}
    return replace(study, values={**values, "market": market, "design": design})


def standard_of(study: Study) -> Study:
    """The standard regime as it is shipped, with unlimited caseworkers."""
    return replace(plain_standard(study), caseworkers={STANDARD: ((0.0, inf),)})
