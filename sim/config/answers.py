"""What a study is to be asked beside its comparison: published figures, and where it breaks even."""

from __future__ import annotations

from collections.abc import Iterator

from sim.config.facts import Facts
from sim.experiment.metrics import UNITS
from sim.rules.apart import arms_apart_by


def beside(facts: Facts) -> Iterator[str]:
    """Each published figure has a metric that there is, a value, and words for what it is."""
    for number, one in enumerate(facts.values.get("beside") or ()):
        path = ("beside", str(number))
        for key in ("metric", "value", "what"):
            if key not in one:
                yield facts.say(path, f"has no {key}; give it")
        if "metric" in one and one["metric"] not in UNITS:
            yield facts.say(
                (*path, "metric"), f"is {one['metric']}; it must be one of {', '.join(UNITS)}"
            )


def break_even(facts: Facts) -> Iterator[str]:
    """The lever has values in several arms that differ in nothing else."""
    asked = facts.values.get("break_even")
    if not asked:
        return
    for key in ("lever", "account"):
        if key not in asked:
            yield facts.say(("break_even",), f"has no {key}; give it")
    if "lever" in asked and not arms_apart_by(facts.values, asked["lever"]):
        yield facts.say(
            ("break_even", "lever"),
            f"is {asked['lever']}; it must be a lever that is a number, in which at least two arms "
            "after the first differ, and in nothing else",
        )
