"""Morris' elementary effects (SALib) and Sobol's indices (SciPy) of outcomes over ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

LEVELS = 4
"""Levels of the grid on which Morris' trajectories walk."""

Outcomes = Mapping[tuple[str, str], np.ndarray]
"""By arm and metric: an outcome for each point."""

Model = Callable[[np.ndarray], Outcomes]
"""From points in the unit cube (point, parameter) to outcomes."""


def _problem(names: list[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def morris(names: list[str], trajectories: int, seed: int, model: Model) -> dict[tuple[str, str], dict[str, np.ndarray]]:  # fmt: skip
    """Elementary effects over the whole ranges, by arm and metric.

    An effect is the change of the outcome over the change of the parameter as a share of its range:
    ``mu`` is their mean, ``mu_star`` the mean of their sizes with half the width of a 95 %
    interval, ``sigma`` their standard deviation (curvature, or interplay with others).
    Morris 1991; Campolongo, Cariboni & Saltelli 2007.
    """
    from SALib.analyze.morris import analyze
    from SALib.sample.morris import sample

    problem, seed = _problem(names), seed % 2**32
    cube = sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    found = {}
    for key, values in model(cube).items():
        of_one = analyze(problem, cube, values, num_levels=LEVELS, seed=seed)
        found[key] = {
            name: np.asarray(of_one[name], float)
            for name in ("mu", "mu_star", "mu_star_conf", "sigma")
        }
    return found


def morris_points(parameters: int, trajectories: int) -> int:
    """How many points trajectories need."""
    return trajectories * (parameters + 1)


def sobol(names: list[str], base: int, seed: int, model: Model) -> dict[tuple[str, str], dict[str, np.ndarray]]:  # fmt: skip
    """Shares of the variance of the outcome, parameters even over their ranges, by arm and metric.

    ``first_order`` is due to a parameter alone, ``total_order`` to it and its interplay with all
    others (Saltelli et al. 2010); 0 where the outcome does not vary at all.

    Args:
        base: points of each of the two samples, a power of 2.
    """
    from scipy.stats import sobol_indices, uniform

    keys: list[tuple[str, str]] = []

    def vectorised(x: np.ndarray) -> np.ndarray:
        outcomes = model(x.T)
        keys[:] = outcomes
        # Once more the last: SciPy cannot do with a single outcome of a single parameter.
        return np.stack([outcomes[key] for key in (*keys, keys[-1])])

    with np.errstate(invalid="ignore", divide="ignore"):
        found = sobol_indices(
            func=vectorised, n=base, dists=[uniform()] * len(names),
            rng=np.random.default_rng(seed),
        )  # fmt: skip
    first, total = (
        np.asarray(indices, float).reshape(len(keys) + 1, len(names))
        for indices in (found.first_order, found.total_order)
    )
    return {
        key: {"first_order": first[place], "total_order": total[place]}
        for place, key in enumerate(keys)
    }


def sobol_points(parameters: int, base: int) -> int:
    """How many points the indices need."""
    return base * (parameters + 2)
