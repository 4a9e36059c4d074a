"""What a comparison found, as pandas frames with documented columns and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pandas as pd

from sim.experiment.folder import RunFolder
from sim.model.settings import Study
from sim.rules.errors import InputError


@dataclass(frozen=True)
class Comparison:
    """A finished comparison of arms: every table of a run folder as a frame of its own.

    Each table is read anew when it is asked for, so that changing one changes no other. Arms are
    compared with the first, `group` is `all` for totals, days are floats from `start_date`, money
    is Danish kroner of the price year of `costs`. Intervals are 95 % over replications
    (Student's t; Fieller's for ratios): `sim.experiment.intervals`.
    """

    study: Study
    _folder: RunFolder = field(repr=False)
    _temporary: TemporaryDirectory[str] | None = field(default=None, repr=False)
    """Keeps the tables as long as the comparison lives, where no folder was asked for."""

    def __repr__(self) -> str:
        """What was compared and where it lies: the study itself would fill pages."""
        manifest = self._folder.manifest
        return (
            f"Comparison({self.study.values['title']!r}, arms={self.study.arms}, "
            f"replications={manifest['replications']}, seed={manifest['seed']}, "
            f"path={None if self.path is None else str(self.path)!r})"
        )

    @property
    def path(self) -> Path | None:
        """The results folder, or None where none was asked for."""
        return None if self._temporary else self._folder.path

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What the run says of itself: version, seed, engine, checks held, SHA-256 of the rows."""
        return MappingProxyType(self._folder.manifest)

    @property
    def summary(self) -> pd.DataFrame:
        """Each metric of each arm: mean over replications, standard error, 95 % interval.

        Columns: `arm, group, metric, unit, mean, se, ci_low, ci_high, replications`; `unit` says
        what the numbers of a row are counted in. A restricted mean such as `rmst_728_days` is the
        integral of the survival curve from 0 to 728 days.
        """
        return self.table("summary")

    @property
    def differences(self) -> pd.DataFrame:
        """Each arm against the first, paired by replication (same people, same luck).

        `difference` is arm minus baseline in `unit`, except that `days_saved` and `net_saving_*`
        are positive where the arm is better. `is_noise`: the 95 % interval holds 0.
        `replications_needed`: for half the width of the present effect.
        """
        return self.table("differences")

    @property
    def outcomes(self) -> pd.DataFrame:
        """Each metric of each arm in each replication: `arm, group, replication, metric, value`."""
        return self.table("outcomes")

    @property
    def costs(self) -> pd.DataFrame:
        """The whole office by account, item and calendar year, in DKK of the price year.

        The accounts `municipality`, `public` and `society` are never added up.
        """
        return self.table("costs")

    @property
    def parameters(self) -> pd.DataFrame:
        """Every value of the study: unit, plausible range, source, `differs_from_default`."""
        return self.table("parameters")

    @property
    def survival(self) -> pd.DataFrame:
        """Share still unemployed, S(t), by week of the spell, arm and group."""
        return self.table("figures/survival")

    @property
    def trial(self) -> pd.DataFrame:
        """Of a trial: what each estimator shows at each look, beside what is true.

        Raises InputError where the arms are worlds of their own.
        """
        return self.table("trial")

    @property
    def spells(self) -> pd.DataFrame:
        """A row a spell, of the replications whose rows `design.keep_rows` keeps.

        Times are in days, `frailty` has mean 1, `exit` is `job, education, recall, other` or
        `open` (still running at the end), `counted` whether durations count it.
        """
        return self._rows("spells")

    @property
    def meetings(self) -> pd.DataFrame:
        """A row a meeting that fell due; days, minutes of a caseworker, and its `outcome`."""
        return self._rows("meetings")

    @property
    def office(self) -> pd.DataFrame:
        """A row a day and arm: caseload (open spells), waiting, busy, minutes used and open."""
        return self._rows("office")

    @property
    def tables(self) -> tuple[str, ...]:
        """Names that `table` knows; those in figures/ stand behind the figures."""
        found = self._folder.path.rglob("*.csv")
        names = (p.relative_to(self._folder.path).with_suffix("").as_posix() for p in found)
        return tuple(sorted(names, key=lambda name: ("/" in name, name)))

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name, such as `summary`, `backlog` or `figures/survival`.

        Raises InputError where this comparison has none of that name.
        """
        wanted = name.removesuffix(".csv") if isinstance(name, str) else None
        if wanted not in self.tables:
            raise InputError(
                f"this comparison has no table {name!r}; it has {', '.join(self.tables)}"
            )
        return self._folder.table(f"{wanted}.csv")

    def _rows(self, name: str) -> pd.DataFrame:
        if not self._folder.has(f"{name}.parquet"):
            raise InputError(
                f"no {name} were kept; ask for them with design.keep_rows=first (or all)"
            )
        return self._folder.rows(name)
