"""Whether arms keep the number of planned meetings: as many a person-year as the first arm plans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment import hours
from sim.experiment.metrics import ALL
from sim.rules.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from sim.model.settings import Study

FILE = "planned_meetings.csv"

BINDING, INFORMATION, EXCEPTION = "binding", "information", "exception"
"""What a line is: it must hold, it is told, or the scenario says that it will not hold."""


@dataclass(frozen=True)
class Line:
    """Planned meetings of an arm a person-year of unemployment, overall or of one group.

    They are those that fall due in the long run, with unlimited caseworkers and outside windows.
    """

    arm: str
    group: str
    planned_per_year: float
    first_arm_per_year: float
    tolerance: float
    role: str

    @property
    def ratio(self) -> float:
        """Planned meetings over those of the first arm."""
        if self.first_arm_per_year == 0.0:
            return 1.0 if self.planned_per_year == 0.0 else float("inf")
        return self.planned_per_year / self.first_arm_per_year

    @property
    def is_kept(self) -> bool:
        """Whether the number lies within the tolerance."""
        return abs(self.ratio - 1.0) <= self.tolerance


def lines(study: Study) -> list[Line]:
    """Every arm beside the first, overall and by group; none where a study does not ask."""
    asked = (study.values.get("checks") or {}).get("same_meetings")
    if not asked:
        return []
    first = study.planned_per_year[study.arms[0]]
    # Whoever asks for the same minutes cannot be held to as many meetings as well.
    overall = INFORMATION if hours.kind_of(study.values) == hours.PACED else BINDING
    exceptions = asked.get("exceptions") or ()
    found = []
    for arm in study.arms[1:]:
        for group in (ALL, *study.groups):
            role = overall if group == ALL else INFORMATION
            found.append(Line(
                arm, group, study.planned_per_year[arm][group], first[group],
                float(asked["tolerance"]), EXCEPTION if group in exceptions else role,
            ))  # fmt: skip
    return found


def require(study: Study) -> None:
    """Refuse a study in which an arm plans more or fewer meetings overall than it may.

    Raises:
        InputError: names each such arm, its meetings a person-year, and those of the first arm.
    """
    problems = [
        f"arms.{line.arm} plans {line.planned_per_year:.2f} meetings a person-year of unemployment, "
        f"{line.ratio - 1.0:+.1%} against the {line.first_arm_per_year:.2f} of "
        f"{study.arms[0]}; checks.same_meetings.tolerance allows {line.tolerance:.1%}. Change its "
        "schedule, or the tolerance."
        for line in lines(study)
        if line.role == BINDING and not line.is_kept
    ]
    if problems:
        raise InputError(problems)


def table(study: Study) -> pd.DataFrame:
    """The rows of ``planned_meetings.csv``: every line, and whether it is kept."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "arm": line.arm, "baseline": study.arms[0], "group": line.group,
            "planned_per_year": line.planned_per_year,
            "baseline_per_year": line.first_arm_per_year, "ratio": line.ratio,
            "tolerance": line.tolerance, "role": line.role, "is_kept": line.is_kept,
        }
        for line in lines(study)
    ]  # fmt: skip
    return pd.DataFrame(rows)
