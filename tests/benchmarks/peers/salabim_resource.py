"""Workload W in salabim: a component a person, a resource, a request that fails at the exit."""

from __future__ import annotations

import numpy as np
import salabim

from .common import MEETING_DAYS, People, Spells
from .search import Search

GC_POLICY = "on, Python's default"


class JobSeeker(salabim.Component):
    """One spell."""

    def setup(self, search: Search, office: salabim.Resource) -> None:
        """Called by salabim with what the component was made with."""
        self.search, self.office = search, office
        self.held, self.waited = 0, 0.0

    def process(self) -> None:
        """Meeting after meeting until the exit."""
        search, env = self.search, self.env
        while True:
            asked = max(search.next_due(), env.now())
            if asked >= search.leave:
                self.hold(till=search.leave)
                return
            self.hold(till=asked)
            self.request(self.office, fail_at=search.leave)
            self.waited += env.now() - asked
            if self.failed():
                return
            if env.now() + MEETING_DAYS >= search.leave:
                self.hold(till=search.leave)
                self.release()
                return
            self.hold(MEETING_DAYS)
            self.release()
            self.held += 1
            search.met(env.now())


class Arrivals(salabim.Component):
    """Lets everybody in on their day."""

    def setup(self, people: People, office: salabim.Resource, seekers: list[JobSeeker]) -> None:
        """Called by salabim with what the component was made with."""
        self.people, self.office, self.seekers = people, office, seekers

    def process(self) -> None:
        """One job seeker after the other."""
        people = self.people
        columns = (people.entry, people.frailty, people.threshold, people.regime)
        for person in zip(*(column.tolist() for column in columns), strict=True):
            self.hold(till=person[0])
            self.seekers.append(JobSeeker(search=Search(*person), office=self.office))


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run workload W to its horizon; all luck is in the people, the seed is not used."""
    env = salabim.Environment(trace=False)
    seekers: list[JobSeeker] = []
    office = salabim.Resource("office", capacity=caseworkers, env=env)
    Arrivals(people=people, office=office, seekers=seekers, env=env)
    env.run()
    return Spells(
        duration_days=np.array([seeker.search.leave for seeker in seekers]) - people.entry,
        held=np.array([seeker.held for seeker in seekers]),
        waiting_days=np.array([seeker.waited for seeker in seekers]),
    )
