"""Whether the model's answers agree with the exact ones, and are precise enough to mean it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.experiment.limits.cases import Estimate

RELATIVE_ERROR = 1e-6
"""An answer without luck may be off by this part of the exact one, or by its own tolerance."""

FAMILY_ERROR = 1e-3
"""Chance that any of the answers with luck is rejected although all are right (Holm 1979)."""

SHARE_OF_VALUE, OF_A_PROBABILITY = 0.005, 0.002


@dataclass(frozen=True)
class Finding:
    """One answer beside the exact one."""

    case_id: str
    quantity: str
    estimate: Estimate
    exact: float
    tolerance: float = 0.0

    @property
    def off_in_errors(self) -> float:
        """How many standard errors the answer is off (only where it has one)."""
        return (self.estimate.value - self.exact) / self.estimate.error

    def is_precise(self) -> bool:
        """Whether the standard error is small enough for a verdict that means something."""
        return self.estimate.error <= wanted_error(self.exact)


def wanted_error(exact: float) -> float:
    """The largest standard error that still tests a figure: .5 % of it, .002 of a probability."""
    return max(SHARE_OF_VALUE * abs(exact), OF_A_PROBABILITY if abs(exact) <= 1.0 else 0.0)


def judge(findings: Sequence[Finding]) -> list[bool]:
    """Which findings pass: those without luck one by one, those with luck together."""
    passed = [
        abs(f.estimate.value - f.exact) <= max(RELATIVE_ERROR * abs(f.exact), f.tolerance)
        for f in findings
    ]
    chances = sorted(
        (f.estimate.chance_of(f.exact), i) for i, f in enumerate(findings) if f.estimate.error > 0.0
    )
    rejecting = True
    for rank, (chance, i) in enumerate(chances):
        rejecting = rejecting and chance <= FAMILY_ERROR / (len(chances) - rank)
        passed[i] = not rejecting
    return passed
