"""One replication, collected part by part: each is checked, hashed, summed, and let go."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment import backlog, ledger, metrics, queue_day, rows
from sim.experiment.outcomes import check_same_people, reduction
from sim.experiment.profiles import thirty_people, thirty_spells
from sim.experiment.replicated import Replicated, Tables, pairs, slim
from sim.experiment.row_parts import RowPart
from sim.experiment.sums import Sums
from sim.experiment.tally import Tally, tally, total
from sim.experiment.timing import Spent
from sim.experiment.trial import evaluate
from sim.model.areas import add_extras, add_offices, jobs_of, largest_area, names_of, together
from sim.model.settings import TRIAL, area_shares

if TYPE_CHECKING:
    from sim.experiment.study import Study
    from sim.model.journal import ArmRows
    from sim.model.replication import Part


class Collecting:
    """What is collected of one replication while its parts come, world by world, area by area."""

    def __init__(self, study: Study, replication: int, kept: RowPart | None) -> None:
        self._study, self._replication, self._kept = study, replication, kept
        self._areas = names_of(study)
        self._shown = largest_area(study)
        self._share: dict[int, float] = {}
        self._tallies: dict[str, list[Tally]] = {}
        self._zero_load: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
        self._offices: dict[str, list[dict[str, np.ndarray]]] = {}
        self._of_parts: dict[str, list[str]] = {}
        self._digests: dict[str, str] = {}
        self._whole: dict[str, list[ArmRows]] = {}
        self._extras: dict[str, list[tuple[dict[str, float], int]]] = {}
        self._thirty: dict[str, Tables] = {}
        self._people = np.empty(0)
        self._of_the_day: dict[str, ArmRows] = {}
        self._checks: Counter[str] = Counter()
        self._told = Spent()

    def add(self, part: Part) -> None:
        """Take what is wanted of a part.

        Raises CheckError where its rows break what they promise.
        """
        began = time.process_time()
        self._told.add_world(part.rows)
        study, world = self._study, part.world
        if world in study.kept_worlds:
            self._keep(part)
        if world in study.arms:
            self._sum(part)
        elif world.endswith(metrics.ZERO_LOAD):
            self._zero_load.setdefault(world.removesuffix(metrics.ZERO_LOAD), []).append(
                _days(study, part.rows)
            )
        if TRIAL in study.kept_worlds or (world in study.arms and self._suspends()):
            self._whole.setdefault(world, []).append(part.rows)
        self._told.reducing += time.process_time() - began

    def _suspends(self) -> bool:
        return any(backlog.suspensions(self._study, arm) for arm in self._study.arms[1:])

    def _keep(self, part: Part) -> None:
        """Hash the rows, and keep them where the folder is to hold them."""
        world, of = part.world, part.rows
        self._checks.update(of.checks)
        typed = {table: rows.columns(of, table) for table in rows.LIVES}
        self._of_parts.setdefault(world, []).append(rows.digest_of_part(typed))
        self._checks["rows in key order"] += len(rows.LIVES)
        self._offices.setdefault(world, []).append(of.office)
        self._extras.setdefault(world, []).append((of.extras, jobs_of(of.spells)))
        if self._kept is not None:
            self._kept.add(world, typed)

    def _sum(self, part: Part) -> None:
        study, arm, of = self._study, part.world, part.rows
        if arm == study.arms[0]:
            self._share[part.area] = ledger.staff_share(study, of)
        account = partial(
            ledger.account, share=self._share[part.area], of_lump=self._of_lump(part.area)
        )
        found = tally(study, arm, of, account)
        self._tallies.setdefault(arm, []).append(found)
        check_same_people(found.person, self._tallies[study.arms[0]][part.area].person)
        self._checks["ledger adds up to the øre"] += 1
        self._checks["counted spells followed long enough"] += len(found.person)
        if self._replication == 0 and part.area == self._shown and arm in study.arms[:2]:
            if arm == study.arms[0]:
                self._people = thirty_people(of)
            self._thirty[arm] = thirty_spells(of, self._people, study.follow_up_days)
        if self._replication == 0 and part.area == self._shown and not queue_day.left_out(study):
            self._of_the_day[arm] = of

    def _of_lump(self, area: int) -> float:
        """The part of a programme's lump sum that an office pays."""
        shares = area_shares(self._study.values["office"])
        return shares[area] if shares else 1.0

    def end_of_rows(self) -> None:
        """After the last part: the rows of all offices together."""
        began = time.process_time()
        for world in self._study.kept_worlds:
            office = rows.typed_columns(add_offices(self._offices[world]), "office")
            self._checks["rows in key order"] += 1
            if self._kept is not None:
                self._kept.add(world, {"office": office})
            self._digests[world] = rows.digest(
                world, self._replication, self._of_parts[world], office
            )
        self._told.reducing += time.process_time() - began

    def result(self, seconds: float, sent: dict[str, bytes]) -> Replicated:
        """All that is left of the replication, which took so many seconds of processor time.

        Args:
            sent: files of its rows by table, where they have to travel.
        Raises CheckError where the arms do not hold the same people.
        """
        began = time.process_time()
        study, replication = self._study, self._replication
        reductions = {arm: reduction(study, total(self._tallies[arm])) for arm in study.arms}
        values = {
            (arm, *key): value
            for arm in study.arms
            for key, value in reductions[arm].values.items()
        }
        zero_load = {arm: _mean(study, self._zero_load[arm]) for arm in self._zero_load}
        paired = pairs(study, reductions, zero_load)
        self._checks["arms hold the same people"] += len(study.arms) - 1
        whole = {world: together(parts) for world, parts in self._whole.items()}
        trial = evaluate(study, whole) if TRIAL in study.kept_worlds else None
        owed = {
            arm: backlog.measure(study, arm, whole[arm], whole[study.arms[0]])
            for arm in study.arms[1:]
            if backlog.suspensions(study, arm)
        }
        extras = {
            (world, name): value
            for world, parts in self._extras.items()
            for name, value in add_extras(parts).items()
        }
        self._told.reducing += time.process_time() - began
        return Replicated(
            replication=replication,
            values=values | paired,
            areas=self._by_area(),
            reductions={arm: slim(found) for arm, found in reductions.items()},
            digests=self._digests,
            checks=dict(self._checks),
            extras=extras,
            row_sums={} if self._kept is None else self._kept.sums,
            sent=sent,
            thirty=self._thirty,
            queue=queue_day.queue_day(study, self._of_the_day) if self._of_the_day else {},
            trial=trial,
            backlog=owed,
            seconds=self._told.by_what(seconds + time.process_time() - began),
        )

    def _by_area(self) -> dict[tuple[str, str, str], float]:
        """The metrics of everybody in each area."""
        return {
            (arm, self._areas[area], metric): value
            for arm, parts in self._tallies.items()
            if self._areas
            for area, part in enumerate(parts)
            for (label, metric), value in reduction(self._study, part).values.items()
            if label == metrics.ALL
        }


def _days(study: Study, of: ArmRows) -> tuple[np.ndarray, np.ndarray]:
    """Sum of days within 728, and people, by group."""
    counted = of.spells["counted"]
    sums = Sums(of.spells["group"][counted], study.groups)
    days = np.minimum(of.spells["duration_days"][counted], metrics.FULL_DAYS)
    return sums.sum(days), sums.people


def _mean(study: Study, parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    days, people = (np.sum([part[i] for part in parts], axis=0) for i in (0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return dict(zip((metrics.ALL, *study.groups), (days / people).tolist(), strict=True))
