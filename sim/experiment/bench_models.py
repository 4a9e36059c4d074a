"""What `samtale bench` times: our engines, and models of workload W by other means."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

WORKLOAD_W = "workload_w"
"""The task that every model does; the others are scenarios, which only our engines do."""


@dataclass(frozen=True)
class Model:
    """A way to simulate workload W, and how large it is worth waiting for."""

    name: str
    title: str
    engine: str = ""
    """Our engine, as the configuration names it; empty for a peer."""
    module: str = ""
    """The module of a peer, in tests/benchmarks/peers."""
    one_round_above: float = inf
    """With more people than this it runs in one round."""
    at_most: float = inf
    """With more people than this it does not run."""
    drawn_people: bool = True
    """Whether all its luck is in the people that the bench draws for the peers."""
    exact_waits: bool = True
    """Whether it has a queue; if not, its waiting is not compared."""


MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            "samtale_simpy",
            "Samtale (SimPy)",
            engine="simpy",
            one_round_above=100_000,
            drawn_people=False,
        ),
        Model("samtale_compiled", "Samtale (compiled)", engine="compiled", drawn_people=False),
        Model(
            "simpy_documented",
            "SimPy as documented",
            module="simpy_documented",
            one_round_above=100_000,
        ),
        Model(
            "simpy_daily_tick",
            "SimPy, a daily tick",
            module="simpy_daily_tick",
            one_round_above=10_000,
            at_most=50_000,
            drawn_people=False,
        ),
        Model(
            "salabim",
            "salabim",
            module="salabim_resource",
            one_round_above=10_000,
            at_most=20_000,
        ),
        Model("ciw", "Ciw", module="ciw_network", one_round_above=2_000, at_most=5_000),
        Model("simmer", "simmer (R)", module="simmer_trajectory", one_round_above=100_000),
        Model(
            "starsim",
            "Starsim, daily step",
            module="starsim_module",
            drawn_people=False,
            exact_waits=False,
        ),
        Model(
            "numpy_daily",
            "NumPy, daily step",
            module="numpy_daily",
            exact_waits=False,
        ),
        Model("c_loop", "C event loop", module="c_loop"),
    )
}
"""Every model by its name, in the order of the tables."""
