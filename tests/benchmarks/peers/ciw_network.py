"""Workload W in Ciw: job search is a node with room for all, the office one with C servers.

Who waits in the office reneges at the exit, and leaves the network; a custom routing object sends
everybody else back to search after the meeting.
"""

from __future__ import annotations

from math import inf

import ciw
import numpy as np

from .common import HORIZON_DAYS, MEETING_DAYS, People, Spells
from .search import Search

GC_POLICY = "on, Python's default"
SEARCHING, OFFICE, OUT = 1, 2, -1


class JobSeeker(ciw.Individual):
    """An individual with what its times depend on; Ciw numbers them from 1, as they come."""

    search: Search
    due = 0.0
    broken = False


class UntilDueOrExit(ciw.dists.Distribution):
    """Days of search until the next meeting is due or the exit comes."""

    def __init__(self, people: People) -> None:
        columns = (people.entry, people.frailty, people.threshold, people.regime)
        self.people = list(zip(*(column.tolist() for column in columns), strict=True))

    def sample(self, t: float, ind: JobSeeker) -> float:
        """The days for one individual."""
        if not hasattr(ind, "search"):
            ind.search = Search(*self.people[ind.id_number - 1])
        ind.due = max(ind.search.next_due(), t)
        return max(0.0, min(ind.due, ind.search.leave) - t)


class MeetingOrExit(ciw.dists.Distribution):
    """Days of a meeting, shorter where the exit breaks it off."""

    def sample(self, t: float, ind: JobSeeker) -> float:
        """The days for one individual."""
        ind.broken = t + MEETING_DAYS >= ind.search.leave
        return max(0.0, ind.search.leave - t) if ind.broken else MEETING_DAYS


class UntilExit(ciw.dists.Distribution):
    """Days until the exit: who still waits then reneges."""

    def sample(self, t: float, ind: JobSeeker) -> float:
        """The days for one individual."""
        return max(0.0, ind.search.leave - t)


class AfterSearch(ciw.routing.NodeRouting):
    """To the office when a meeting is due, out when the exit came first."""

    def next_node(self, ind: JobSeeker) -> ciw.Node:
        """Where an individual goes."""
        return self.simulation.nodes[OUT if ind.due >= ind.search.leave else OFFICE]


class AfterMeeting(ciw.routing.NodeRouting):
    """Back to search with a higher job rate, or out."""

    def next_node(self, ind: JobSeeker) -> ciw.Node:
        """Where an individual goes."""
        if ind.broken:
            return self.simulation.nodes[OUT]
        ind.search.met(self.simulation.current_time)
        return self.simulation.nodes[SEARCHING]


def simulate(people: People, caseworkers: int, seed: int) -> Spells:
    """Run workload W until everybody has left; all luck is in the people, the seed is not used."""
    gaps = np.diff(people.entry, prepend=0.0).tolist()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential([*gaps, inf]), None],
        service_distributions=[UntilDueOrExit(people), MeetingOrExit()],
        number_of_servers=[inf, caseworkers],
        reneging_time_distributions=[None, UntilExit()],
        routing=ciw.routing.NetworkRouting(routers=[AfterSearch(), AfterMeeting()]),
    )
    simulation = ciw.Simulation(network, individual_class=JobSeeker)
    simulation.simulate_until_max_time(HORIZON_DAYS + 1.0)
    end = np.zeros(len(people))
    held = np.zeros(len(people), dtype=np.int64)
    waiting_days = np.zeros(len(people))
    for record in simulation.get_all_records():
        person = record.id_number - 1
        end[person] = max(end[person], record.exit_date)
        if record.node == OFFICE:
            waiting_days[person] += record.waiting_time
            held[person] += record.destination == SEARCHING
    return Spells(duration_days=end - people.entry, held=held, waiting_days=waiting_days)
