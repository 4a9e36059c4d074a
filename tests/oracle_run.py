"""The model against the whole table of exact answers, as precisely as the table's rules ask.

    python tests/oracle_run.py [--oracle FILE] [--cases C01 C02 ...] [--minutes 10] [--out FILE]

Writes results.csv (case_id, quantity, estimate, se, abs_tol) and prints the verdict: without a
standard error a figure must agree to 1e-6 (or the tolerance written beside it); with one, it must
be precise (.5 % of the value, or .002 of a probability) and pass Holm's test at 1e-3 together
with all others. Simulated cases go on until they are precise or their minutes are over: about
an hour of processor time in all, most of it for C02, C05, C06 and C10s.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import sim.config
from sim.experiment.limits.answers import answer
from sim.experiment.limits.cases import Answer, Case, NotExpressible, read_cases
from sim.experiment.limits.studies import SCENARIO
from sim.experiment.limits.verdict import Finding, judge, wanted_error

ORACLE = Path(__file__).with_name("data") / "oracle.csv"
MARGIN = 0.95
"""A case goes on until its errors are so much smaller than asked for."""

FREEDOM = 50
"""Degrees of freedom that a standard error must have at least."""


def main(words: Sequence[str] | None = None) -> int:
    """Ask all cases, write the results and print the verdict; 0 if all that were asked pass."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--oracle", type=Path, default=ORACLE)
    parser.add_argument("--cases", nargs="*", help="only cases whose names begin so")
    parser.add_argument("--minutes", type=float, default=20.0, help="processor minutes a case")
    parser.add_argument("--people", type=int, default=150_000, help="people a replication, about")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("results.csv"))
    given = parser.parse_args(words)
    values = sim.config.load([f"scenarios={SCENARIO}"]).values
    findings: list[Finding] = []
    left_out = 0
    for case in read_cases(given.oracle):
        if given.cases and not case.case_id.startswith(tuple(given.cases)):
            continue
        try:
            found = answer(values, case, given.people, given.seed)
            findings += ask(case, found, given.minutes * 60.0)
        except NotExpressible as why:
            left_out += len(case.exact)
            print(f"{case.case_id:6} left out: {why}", flush=True)
        write(given.out, findings)
    return verdict(findings, left_out)


def ask(case: Case, found: Answer, most_seconds: float) -> list[Finding]:
    """Simulate a case until it is precise, or as long as it may take."""
    begun = process_time()
    replications = 0
    while True:
        if found.by_luck:
            found.more()
            replications += 1
        if found.by_luck and case.family == "C" and replications < 2:
            continue
        estimates = found.estimates()
        precise = all(
            estimates[q].error <= MARGIN * wanted_error(exact) and estimates[q].freedom >= FREEDOM
            for q, exact in case.exact.items()
        )
        if precise or process_time() - begun > most_seconds:
            break
    how = f"{replications} replications" if found.by_luck else "no luck"
    print(f"{case.case_id:6} {how}, {process_time() - begun:.0f} s: {case.title}", flush=True)
    return [
        Finding(case.case_id, q, estimates[q], exact, found.tolerance)
        for q, exact in case.exact.items()
    ]


def write(file: Path, findings: Sequence[Finding]) -> None:
    """Write the results as the check of the table reads them."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(("case_id", "quantity", "estimate", "se", "abs_tol"))
        for f in findings:
            error = repr(float(f.estimate.error)) if f.estimate.error else ""
            value = repr(float(f.estimate.value))
            out.writerow((f.case_id, f.quantity, value, error, f.tolerance or ""))


def verdict(findings: Sequence[Finding], left_out: int) -> int:
    """Print what fails and what was not precise enough; 0 if nothing."""
    failed = 0
    for finding, passed in zip(findings, judge(findings), strict=True):
        error = finding.estimate.error
        if passed and finding.is_precise():
            continue
        failed += 1
        why = f"z = {finding.off_in_errors:+.2f}" if error else "no luck in it"
        if not finding.is_precise():
            why = f"se {error:.3g} is too large to be a test ({wanted_error(finding.exact):.3g})"
        print(
            f"FAIL {finding.case_id} {finding.quantity}: {finding.estimate.value:.10g}, "
            f"exact {finding.exact:.10g}; {why}"
        )
    print(f"{len(findings)} checked, {failed} failed, {left_out} not expressible and left out")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
