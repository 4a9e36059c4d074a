"""The installed copy against exact answers, in under a minute: a selection of limiting cases.

By exact integration, by exit times, in worlds with evenly spread luck and with queues; and the
same seed twice. What is chosen and its exact values stand in ``limits/data/exact_answers.csv``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.experiment.limits import studies
from sim.experiment.limits.answers import answer
from sim.experiment.limits.cases import Case, Estimate, read_cases
from sim.experiment.limits.queue_studies import queue
from sim.experiment.limits.simulated import people_figure
from sim.experiment.limits.verdict import Finding, judge
from sim.experiment.rows import digest_of_world
from sim.model.replication import run_replication

EXACT = Path(__file__).with_name("limits") / "data" / "exact_answers.csv"
SCENARIO = studies.SCENARIO
"""The scenario whose composed values ``run`` wants."""

PEOPLE = 20_000
"""People in one replication, about (in a world with evenly spread luck: as said below)."""

IN_A_WORLD = ("A03", "A06", "A08", "B06")
WORLD_PEOPLE = {"B06": 20_000}
WORLD_TOLERANCE_DAYS = {"B06": 0.05}
SEED = 20_200_101
"""Fixed, so that a sound copy passes everywhere and always."""

Say = Callable[[str], None]


def run(values: Mapping[str, Any], say: Say) -> bool:
    """Check this copy and say a line for every figure; True if all pass.

    Args:
        values: the composed values of ``SCENARIO``.
    """
    cases = read_cases(EXACT)
    verdicts = []
    for case in cases:
        findings = _findings(values, case)
        if case.case_id in IN_A_WORLD:
            findings.append(_in_a_world(values, case))
        passed = judge(findings)
        for finding, is_right in zip(findings, passed, strict=True):
            say(line(finding, is_right))
        verdicts += passed
    verdicts.append(_same_seed_same_rows(values, cases))
    say(f"{_word(verdicts[-1])}  the same seed gives the same rows")
    say(f"{sum(verdicts)} of {len(verdicts)} checks passed.")
    return all(verdicts)


def _word(passed: bool) -> str:
    return "PASS" if passed else "FAIL"


def line(finding: Finding, passed: bool) -> str:
    """One finding in words: both figures, and the standard error where luck is in it."""
    value, error = finding.estimate.value, finding.estimate.error
    figure = f"{value:.6g} +- {error:.2g}" if error else f"{value:.10g}"
    words = f"{_word(passed)}  {finding.case_id} {finding.quantity}"
    return f"{words}  {figure} (exact {finding.exact:.10g})"


def _findings(values: Mapping[str, Any], case: Case) -> list[Finding]:
    found = answer(values, case, PEOPLE, SEED)
    if found.by_luck:
        found.more()
    estimates = found.estimates()
    return [
        Finding(case.case_id, quantity, estimates[quantity], exact, found.tolerance)
        for quantity, exact in case.exact.items()
    ]


def _in_a_world(values: Mapping[str, Any], case: Case) -> Finding:
    """The restricted mean of people with evenly spread luck, who go through the office."""
    people = WORLD_PEOPLE.get(case.case_id, 2_000)
    changes = studies.alone(case.params) | studies.grid(people)
    rows = run_replication(studies.case_study(values, changes), 0)[studies.ARM]
    figure = people_figure(rows.spells["duration_days"], rows.spells["held"], "RMST")
    return Finding(
        case.case_id,
        f"RMST of {people} people in a world",
        Estimate(figure.value),
        case.exact["RMST"],
        WORLD_TOLERANCE_DAYS.get(case.case_id, 0.01),
    )


def _same_seed_same_rows(values: Mapping[str, Any], cases: list[Case]) -> bool:
    """A queue, simulated twice."""
    (case,) = (case for case in cases if case.case_id == "C16")
    twice = []
    for _ in range(2):
        changes = queue(case.params, 2_000.0)
        study = studies.case_study(values, changes | {"design.seed": SEED})
        rows = run_replication(study, 0)[studies.ARM]
        twice.append(digest_of_world(studies.ARM, 0, rows))
    return twice[0] == twice[1]
