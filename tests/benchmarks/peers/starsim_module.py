"""Workload W in Starsim: a module with its states, stepped daily, no queue (see daily.py).

Everybody is an agent from the first day and searches from the day of entry; who has found a job
is removed as Starsim removes the dead.
"""

from __future__ import annotations

import numpy as np
import starsim as ss

from .common import BOOST, HORIZON_DAYS, MEETING_DAYS, TAU_DAYS, People, Spells
from .daily import GAPS, a_day, next_due, rate_per_day, served

GC_POLICY = "on, Python's default"


class JobSearch(ss.Module):
    """Search, meetings and exits of all agents."""

    def __init__(self, people: People, caseworkers: int) -> None:
        super().__init__(name="job_search")
        self.crowd, self.most = people, a_day(caseworkers)
        self.define_pars(luck=ss.random())
        self.define_states(
            ss.FloatArr("entry"),
            ss.FloatArr("frailty"),
            ss.IntArr("regime"),
            ss.FloatArr("due"),
            ss.FloatArr("stock", default=0.0),
            ss.IntArr("held", default=0),
            ss.FloatArr("waited", default=0.0),
            ss.FloatArr("end", default=HORIZON_DAYS),
        )

    def init_post(self) -> None:
        """Give the agents what was drawn for them."""
        super().init_post()
        self.entry[:] = self.crowd.entry
        self.frailty[:] = self.crowd.frailty
        self.regime[:] = self.crowd.regime
        self.due[:] = self.crowd.entry + GAPS[self.crowd.regime]

    def step(self) -> None:
        """One day: who finds a job and when, then who is met."""
        day = float(self.ti)
        here = (self.entry < day + 1.0).uids
        start = np.maximum(self.entry[here], day)
        rate = self.frailty[here] * rate_per_day(day + 0.5 - self.entry[here])
        rate *= 1.0 + BOOST * np.exp(-0.5 / TAU_DAYS) * self.stock[here]
        wait = -np.log1p(-self.pars.luck.rvs(here)) / rate
        leaves = start + wait < day + 1.0
        self.end[here[leaves]] = (start + wait)[leaves]
        self.stock[:] *= np.exp(-1.0 / TAU_DAYS)
        self.meet(here, day)
        self.sim.people.request_death(here[leaves])

    def meet(self, here: ss.uids, day: float) -> None:
        """The meetings of one day."""
        begin = np.maximum(self.due[here], day)
        asking = here[(begin < day + 1.0) & (self.end[here] > begin)]
        met = asking[served(self.due[asking], self.most)]
        self.waited[asking] += 1.0
        self.waited[met] -= 1.0
        until = np.maximum(self.due[met], day) + MEETING_DAYS
        still = until < self.end[met]
        met, until = met[still], until[still]
        self.held[met] += 1
        self.stock[met] += 1.0
        following = next_due(self.due[met], self.held[met], self.regime[met])
        self.due[met] = np.maximum(following, until)


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run workload W to its horizon; the thresholds of the people are not used."""
    sim = ss.Sim(
        n_agents=len(people),
        start=ss.days(0),
        stop=ss.days(HORIZON_DAYS - 1.0),
        dt=ss.days(1),
        modules=JobSearch(people, caseworkers),
        rand_seed=seed + 1,
        verbose=0,
    )
    sim.run()
    module = sim.get_module("job_search")
    return Spells(
        duration_days=np.array(module.end.raw[: len(people)]) - people.entry,
        held=np.array(module.held.raw[: len(people)]),
        waiting_days=np.array(module.waited.raw[: len(people)]),
    )
