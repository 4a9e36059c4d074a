"""Why an interval holds: what decided how many replications there are, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import e, log
from typing import Final, Literal

import numpy as np
from scipy.special import lambertw, stdtrit

CONFIDENCE = 0.95
MISSES = 1.0 - CONFIDENCE

GIVEN: Final = "given"
PILOT: Final = "pilot"
SEQUENCE: Final = "sequence"
Kind = Literal["given", "pilot", "sequence"]


def t_quantile(number: np.ndarray) -> np.ndarray:
    """Two-sided 95 % quantile of Student's t for a mean of so many; NaN below 2."""
    degrees = np.where(number >= 2, number - 1.0, np.nan)
    return np.asarray(stdtrit(degrees, (1 + CONFIDENCE) / 2))


@dataclass(frozen=True)
class Way:
    """How the number of replications came about, and which intervals hold for it.

    - ``given``: nobody looked. Student's t.
    - ``pilot``: fixed by the spread in the first ``first`` replications (Stein 1945, A two-sample
      test for a linear hypothesis whose power is independent of the variance, Annals of
      Mathematical Statistics 16:243-258). The spread of the pilot alone goes into the interval,
      with its first - 1 degrees of freedom: mean +- t(first - 1) s(first) / sqrt(n). For normal
      replications this is exact, for every metric, since their mean does not depend on the spread
      that n was chosen by; the spread of all n would look too small.
    - ``sequence``: looked at after each replication from ``first`` on. A confidence sequence: the
      intervals of all n together hold in 95 % of runs, so that any rule may decide when to stop
      (`sequence_multiplier`).
    """

    kind: Kind = GIVEN
    first: int = 0

    def of_spread(self, values: np.ndarray) -> np.ndarray:
        """The values on the last axis by whose spread the interval is made."""
        return values[..., : self.first] if self.kind == PILOT else values

    def multiplier(self, number: np.ndarray, known: np.ndarray) -> np.ndarray:
        """How many standard errors an interval reaches; NaN where it has none.

        Args:
            number: replications of the mean.
            known: replications by whose spread the interval is made.
        """
        if self.kind == SEQUENCE:
            return sequence_multiplier(number, self.first)
        return t_quantile(known)


FIXED = Way()
"""Of a number of replications that was given."""


def sequence_multiplier(number: np.ndarray, tuned_to: int) -> np.ndarray:
    """Standard errors that a 95 % confidence sequence reaches after so many replications.

    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021, arXiv:2103.06476; Annals of Statistics
    52, 2024), Time-uniform central limit theory and asymptotic confidence sequences, eq. 1:

        mean +- s sqrt(2 (n r^2 + 1) / (n^2 r^2) log(sqrt(n r^2 + 1) / .05)),

    which holds for large n only: looked at from the third replication on, it misses in about a
    sixth of runs where it should in 5 %. Here stands what it is the limit of when replications
    are normal, and what holds from the second on (Wang and Ramdas 2023, arXiv:2310.03722,
    Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance; the
    likelihood ratio of Student's statistic, mixed over effects of standard deviation r, is a
    martingale, and Ville's inequality bounds it): with a = n r^2 + 1 and k = (a / .05^2)^(1 / n),

        mean +- s / sqrt(n) sqrt((n - 1) (k - 1) / (1 - k / a)).

    r makes the limit tightest at ``tuned_to`` replications: r^2 tuned_to = -W(-.05^2 / e) - 1
    with W the lower branch of Lambert's function (their appendix). NaN where it has no ends.
    """
    n = np.asarray(number, dtype=float)
    best = -float(lambertw(-(MISSES**2) / e, -1).real) - 1.0
    a = n * best / tuned_to + 1.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        k = np.exp((np.log(a) - 2.0 * log(MISSES)) / n)
        square = (n - 1.0) * (k - 1.0) / (1.0 - k / a)
        return np.asarray(np.sqrt(np.where((n >= 2) & (k < a), square, np.nan)))
