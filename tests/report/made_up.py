"""A made-up run folder: tables with the shape and the sizes of a real one, the same every time."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.experiment.cells import safe_table

GROUPS = {
    "ui": 0.046,
    "cash_job_ready": 0.02,
    "cash_activity_ready": 0.0065,
    "education_help": 0.013,
    "sickness": 0.05,
    "resource": 0.008,
    "seasonal": 0.06,
}
ARMS = {
    "standard": ("Standard: 6 meetings in 6 months", 1.0),
    "intensified": ("Intensified: 11 meetings in 6 months", 1.07),
    "flexible": ("Flexible: as many, at other times and in other forms", 1.015),
    "lockdown_voluntary": ("Lockdown: 11 weeks of voluntary conversations", 0.97),
}
PEOPLE = 3000.0


class Maker:
    """Writes the tables of a run folder with numbers that are plausible and the same every time."""

    def __init__(self, path: Path, arms: dict[str, tuple[str, float]], replications: int) -> None:
        self.path = path
        self.arms = arms
        self.base = next(iter(arms))
        self.luck = np.random.default_rng(7)
        self.replications = replications
        (path / "figures").mkdir(parents=True)

    def write(self, name: str, rows: list[dict[str, Any]]) -> None:
        table = safe_table(pd.DataFrame(rows))
        table.to_csv(self.path / f"{name}.csv", index=False, lineterminator="\n")

    def interval(self, value: float, half: float) -> tuple[float, float]:
        if self.replications < 2:
            return math.nan, math.nan
        return value - half, value + half

    def noise(self, low: float, high: float) -> object:
        return "" if math.isnan(low) else bool(low <= 0 <= high)

    def survival(self) -> None:
        rows = []
        for arm, (_, boost) in self.arms.items():
            curves = {}
            for group, rate in GROUPS.items():
                shift = 1 + (boost - 1) * (0.0 if group in ("sickness", "resource") else 1.0)
                curves[group] = (1 + 0.4 * rate * shift * np.arange(105)) ** -2.5
            curves["all"] = np.mean([curves["ui"]] * 6 + list(curves.values()), axis=0)
            for group, curve in curves.items():
                for week, share in enumerate(curve):
                    low, high = self.interval(share, 0.02 * math.sqrt(share * (1 - share)))
                    rows.append(
                        {
                            "arm": arm,
                            "group": group,
                            "week": week,
                            "survival": share,
                            "ci_low": low,
                            "ci_high": high,
                            "at_risk": share * PEOPLE,
                        }
                    )
        self.write("figures/survival", rows)

    def days_saved(self) -> None:
        rows = []
        for arm, (_, boost) in list(self.arms.items())[1:]:
            for k, group in enumerate(("all", *GROUPS)):
                days = 130 * (boost - 1) * (1.2 if k < 3 else 0.3) + 0.21 * k
                low, high = self.interval(days, 0.8 + 0.5 * k)
                zero = 1.25 * days + 0.3
                zlow, zhigh = self.interval(zero, 0.9 + 0.5 * k)
                rows.append(
                    {
                        "arm": arm,
                        "baseline": self.base,
                        "group": group,
                        "days_saved": days,
                        "ci_low": low,
                        "ci_high": high,
                        "is_noise": self.noise(low, high),
                        "zero_load_days_saved": zero,
                        "zero_load_ci_low": zlow,
                        "zero_load_ci_high": zhigh,
                    }
                )
        self.write("figures/days_saved", rows)

    def money(self) -> None:
        levels = {
            "municipality": {"benefit": 61200.0, "withheld": -900.0, "after_exit": 9800.0},
            "public": {
                "benefit": 120400.0,
                "withheld": -1700.0,
                "after_exit": 21000.0,
                "benefit_tax": -36100.0,
                "wage_tax": -98000.0,
                "displaced": 3000.0,
            },
            "society": {"output": -251000.0, "displaced": 2100.0},
        }
        staff = {"caseworkers": 4900.0, "meetings": 310.0, "quality": 0.0, "programme": 0.0}
        moves = {
            "benefit": -1,
            "withheld": 0.3,
            "after_exit": -0.7,
            "benefit_tax": 1,
            "wage_tax": -0.9,
            "displaced": 2.5,
            "output": -0.9,
            "caseworkers": 11.0,
            "meetings": 11.0,
        }
        items, totals, yearly = [], {}, []
        for arm, (_, boost) in self.arms.items():
            for account, own in levels.items():
                total = 0.0
                for item, level in {**own, **staff}.items():
                    change = abs(level) * moves.get(item, 0) * (boost - 1) * 0.55
                    value = level + change
                    total += value
                    low, high = self.interval(value, 0.01 * abs(value))
                    items.append(
                        {
                            "arm": arm,
                            "account": account,
                            "item": item,
                            "dkk_per_spell": value,
                            "ci_low": low,
                            "ci_high": high,
                        }
                    )
                    for year in (2020, 2021):
                        yearly.append(
                            {
                                "arm": arm,
                                "account": account,
                                "item": item,
                                "year": year,
                                "dkk_mean": value * 3000,
                                "dkk_se": value * 9,
                            }
                        )
                totals[arm, account] = total
                low, high = self.interval(total, 0.01 * abs(total))
                items.append(
                    {
                        "arm": arm,
                        "account": account,
                        "item": "total",
                        "dkk_per_spell": total,
                        "ci_low": low,
                        "ci_high": high,
                    }
                )
        net = []
        for arm in list(self.arms)[1:]:
            for account in levels:
                saving = totals[self.base, account] - totals[arm, account]
                low, high = self.interval(saving, 350.0)
                net.append(
                    {
                        "arm": arm,
                        "baseline": self.base,
                        "account": account,
                        "net_saving_dkk_per_spell": saving,
                        "ci_low": low,
                        "ci_high": high,
                        "is_noise": self.noise(low, high),
                    }
                )
        self.write("figures/accounts", items)
        self.write("figures/account_differences", net)
        self.write("costs", yearly)

    def meetings(self) -> None:
        rows = []
        for arm, (_, boost) in self.arms.items():
            for group in ("all", "ui"):
                for month in range(1, 25):
                    still = math.exp(-0.1 * month)
                    planned = still * (1 + 9 * max(boost - 1, -0.05) * (month <= 6))
                    rows.append(
                        {
                            "arm": arm,
                            "group": group,
                            "month": month,
                            "planned_per_person": planned,
                            "held_per_person": 0.84 * planned,
                            "missed_per_person": 0.16 * planned,
                        }
                    )
        self.write("figures/meetings_by_month", rows)

    def office(self) -> None:
        rows = []
        for arm, (_, boost) in self.arms.items():
            for week in range(78):
                date = datetime.date(2020, 1, 1) + datetime.timedelta(days=7 * week)
                covid = 10 <= week <= 21
                load = 4200 + 260 * math.sin(week / 9) - 1500 * (boost - 1) * min(week, 30) / 30
                queue = 90 + 60 * math.sin(week / 5) + 1500 * abs(boost - 1)
                if "lockdown" in arm:
                    queue = queue * (0.15 if covid else 1.0) + (520 if 22 <= week <= 30 else 0)
                used = 0.9 + 0.05 * math.sin(week / 6) - (0.7 if "lockdown" in arm and covid else 0)
                rows.append(
                    {
                        "arm": arm,
                        "week": week,
                        "date": date.isoformat(),
                        "caseload": load,
                        "waiting": queue,
                        "utilisation": used,
                        "caseworkers": 57.0 + 420 * (boost - 1) * (boost > 1),
                        "caseload_low": load - 90,
                        "caseload_high": load + 90,
                        "waiting_low": queue - 120,
                        "waiting_high": queue + 120,
                    }
                )
        self.write("figures/office_by_week", rows)

    def queue(self) -> None:
        """Twelve caseworkers with two meetings each on one day of the first two arms."""
        bars, minutes = [], []
        for place, arm in enumerate(list(self.arms)[:2]):
            about = {"arm": arm, "date": "2020-01-06"}
            for slot in range(1, 13):
                late = 40.0 if slot % 3 == 0 else 0.0
                outcome = "no_show" if slot == 5 else "held"
                ends = [540.0, 540.0 + late, 605.0 + late, 670.0 + late - 30.0 * (slot == 5)]
                kinds = ("overrun", "group" if slot == 2 else "meeting", "meeting")
                for kind, start, end in zip(kinds, ends, ends[1:], strict=False):
                    met = kind != "overrun"
                    bars += [
                        about
                        | {
                            "slot": slot,
                            "kind": kind,
                            "outcome": outcome if met else "",
                            "people": (6 if kind == "group" else 1) if met else 0,
                            "waited_days": 0.5 * slot if met else math.nan,
                            "start_minute": start,
                            "end_minute": end,
                        }
                    ] * (end > start)
            minutes += [
                about
                | {
                    "minute": 540.0 + k,
                    "waiting": max(0, 40 - 9 * place - 12 * (k >= 65)),
                    "in_meeting": 12,
                    "waiting_at_opening": 52 - 9 * place,
                    "caseworkers": 12,
                    "closes_minute": 720.0,
                }
                for k in range(181)
            ]
        self.write("figures/queue_day", bars)
        self.write("figures/queue_day_waiting", minutes)

    def example(self) -> None:
        rows, meetings = [], []
        for arm, (_, boost) in self.arms.items():
            gap = 16.6 if boost > 1.05 else 30.3
            days = [gap * k for k in range(1, int(182 / gap) + 1)] + [242.0, 302.0, 362.0]
            times = []
            for number, due in enumerate(days, start=1):
                held = number % 7 != 3
                times += [due + 2.4] if held else []
                meetings.append(
                    {
                        "arm": arm,
                        "number": number,
                        "due_day": due,
                        "start_day": due + 2.4,
                        "outcome": "held" if held else "no_show",
                    }
                )
            for day in range(365):
                stock = sum(math.exp(-(day - t) / 56) for t in times if t <= day)
                base = 0.037 if day < 182 else 0.031
                rows.append(
                    {
                        "arm": arm,
                        "day": day,
                        "baseline_per_week": base,
                        "job_rate_per_week": base * math.exp(0.262 * math.sqrt(stock)),
                    }
                )
        self.write("figures/example_person", rows)
        self.write("figures/example_meetings", meetings)

    def thirty(self) -> None:
        spells, meetings = [], []
        for place, (arm, (_, boost)) in enumerate(list(self.arms.items())[:2]):
            for rank in range(1, 31):
                days = min(728.0, 200 * -math.log(1 - (rank - 0.5) / 30))
                days *= 1 / boost**2 if rank % 4 and days < 728 else 1.0
                exit_kind = "open" if days >= 728 else ("job", "job", "other", "recall")[rank % 4]
                spells.append(
                    {
                        "arm": arm,
                        "rank": rank,
                        "person": 10_000_000 + rank,
                        "group": "ui",
                        "exit": exit_kind,
                        "duration_days": days,
                    }
                )
                gap = 16.6 if place else 30.3
                for k in range(1, int(min(days, 182) / gap) + 1):
                    meetings.append(
                        {
                            "arm": arm,
                            "rank": rank,
                            "spell_day": k * gap,
                            "outcome": "no_show" if (k + rank) % 8 == 0 else "held",
                        }
                    )
        self.write("figures/thirty_spells", spells)
        self.write("figures/thirty_meetings", meetings)

    def tables(self) -> None:
        metrics = {
            "rmst_182_days": ("days", 104.2, 0.6, -60),
            "rmst_364_days": ("days", 141.7, 1.1, -100),
            "rmst_728_days": ("days", 186.31, 2.04, -130),
            "median_days": ("days", 96.5, 1.3, -80),
            "exit_job_share": ("share", 0.6213, 0.0062, 0.1),
            "held_per_person": ("meetings", 5.23, 0.06, 38),
            "waiting_days_mean": ("days", 3.42, 0.35, 9),
            "late_share": ("share", 0.081, 0.011, 0.4),
            "offered_load": ("share", 0.9, 0.004, 0.0),
            "utilisation": ("share", 0.871, 0.004, 0.1),
            "municipality_dkk": ("DKK per spell", 75310.0, 800.0, -30000),
            "public_dkk": ("DKK per spell", 13810.0, 900.0, -40000),
            "society_dkk": ("DKK per spell", -243690.0, 2100.0, -90000),
        }
        summary, differences, outcomes = [], [], []
        for arm, (_, boost) in self.arms.items():
            for metric, (unit, level, half, move) in metrics.items():
                value = level + move * (boost - 1)
                low, high = self.interval(value, half)
                summary.append(
                    {
                        "arm": arm,
                        "group": "all",
                        "metric": metric,
                        "unit": unit,
                        "mean": value,
                        "se": half / 2.1,
                        "ci_low": low,
                        "ci_high": high,
                        "replications": self.replications,
                    }
                )
                for replication in range(min(self.replications, 3)):
                    outcomes.append(
                        {
                            "arm": arm,
                            "group": "all",
                            "replication": replication,
                            "metric": metric,
                            "value": value,
                        }
                    )
        for arm, (_, boost) in list(self.arms.items())[1:]:
            extra = {
                "days_saved": ("days", 156 * (boost - 1), 0.8),
                "worse_off_share": ("share", 0.04 + 0.3 * abs(boost - 1), 0.004),
                "dkk_per_day_saved": ("DKK per day", math.nan, math.nan),
            }
            changes = {m: (u, move * (boost - 1), h) for m, (u, _, h, move) in metrics.items()}
            of_all = [("all", *one) for one in {**changes, **extra}.items()]
            of_ui = [("ui", m, (u, 1.3 * x, h)) for m, (u, x, h) in changes.items() if "dkk" in m]
            for group, metric, (unit, value, half) in of_all + of_ui:
                low, high = self.interval(value, half)
                differences.append(
                    {
                        "arm": arm,
                        "baseline": self.base,
                        "group": group,
                        "metric": metric,
                        "unit": unit,
                        "difference": value,
                        "se": half / 2.1,
                        "ci_low": low,
                        "ci_high": high,
                        "is_noise": self.noise(low, high),
                        "replications_needed": "",
                    }
                )
        self.write("summary", summary)
        self.write("differences", differences)
        self.write("outcomes", outcomes)
        self.write(
            "parameters",
            [
                {
                    "name": "effect.alpha",
                    "value": 0.262,
                    "unit": "log per meeting",
                    "low": 0.14,
                    "high": 0.37,
                    "source": "E2, E3, E5",
                    "mark": "DERIVED",
                    "differs_from_default": False,
                },
                {
                    "name": "effect.tau_days",
                    "value": 28,
                    "unit": "days",
                    "low": 21,
                    "high": 91,
                    "source": "E1a",
                    "mark": "DERIVED",
                    "differs_from_default": True,
                },
                {
                    "name": "market.displacement",
                    "value": 0.4,
                    "unit": "none",
                    "low": 0,
                    "high": 1,
                    "source": "judgement",
                    "mark": "assumption",
                    "differs_from_default": False,
                },
                {
                    "name": "population.groups.ui.no_show.physical",
                    "value": 0.1,
                    "unit": "share",
                    "low": 0.02,
                    "high": 0.25,
                    "source": "attendance",
                    "mark": "KNOWN-L",
                    "differs_from_default": False,
                },
            ],
        )
