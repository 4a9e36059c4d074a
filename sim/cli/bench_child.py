"""One run of a bench, in a process of its own: `python -m sim.cli.bench_child TASK MODEL PEOPLE N`.

Before the run that counts, the model runs twice with few people: what the first takes beyond the
second is compiling, or loading what was compiled. Prints one line of JSON: what the run took and
the means of its spells, or why the model cannot run here.
"""

import gc
import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.cli.testing import folder
from sim.experiment.bench_models import MODELS, WORKLOAD_W, Model
from sim.rules.errors import InputError, ResourceError, SamtaleError

SMALL_PEOPLE = 200
SMALL_SCALE = 0.02
"""What part of a scenario's people the small runs simulate."""
MEANS = ("duration_days", "held", "waiting_days")
Simulate = Callable[[], Any]


def main(argv: list[str]) -> None:
    """Makes one run and prints what it took, as JSON."""
    task, name, people, number = argv[0], argv[1], int(argv[2]), int(argv[3])
    try:
        found = measure(task, MODELS[name], people, number)
    except ModuleNotFoundError as missing:
        found = {"left_out": f"{missing.name} is not installed: pip install 'samtale[bench]'"}
    except SamtaleError as error:
        found = {"left_out": " ".join(error.problems)}
    print(json.dumps(found))


def measure(task: str, model: Model, people: int, number: int) -> dict[str, Any]:
    """What one run took, and what came out of it."""
    sys.path.insert(0, str(folder() / "benchmarks"))
    try:
        if model.engine:
            return _measure_ours(task, model, people, number)
        return _measure_peer(model, people, number)
    except Exception as error:
        if type(error).__name__ == "NotHere":  # of the peers, which come from another folder
            raise ResourceError([str(error)]) from None
        raise


def _measure_ours(task: str, model: Model, people: int, number: int) -> dict[str, Any]:
    from sim.experiment import rows
    from sim.model import replication

    small, study = (_study(task, model.engine, people, number, warm) for warm in (True, False))
    if study.engine != model.engine:
        raise ResourceError([study.engine_note])
    took = _timed(
        lambda: replication.run_replication(small, 0), lambda: replication.run_replication(study, 0)
    )
    arms = took.pop("result")
    digests = {}
    for arm, of_arm in arms.items():
        digests[arm] = [rows.digest_of_world(arm, 0, of_arm)]
    spells = [of_arm.spells for of_arm in arms.values()]
    count = sum(len(table["held"]) for table in spells)
    means = {name: float(sum(table[name].sum() for table in spells)) / count for name in MEANS}
    more = {"rows_sha256": rows.rows_sha256(digests)["all"]}
    return _result(took, count, replication.GC_POLICY, means | more)


def _study(task: str, engine: str, people: int, number: int, small: bool) -> Any:
    """The study of a task the way `run` goes: configuration, then study."""
    import sim.config
    import sim.experiment.study

    words = [f"engine={engine}", f"design.seed={number}"]
    if task == WORKLOAD_W:
        common = importlib.import_module("peers.common")
        people = SMALL_PEOPLE if small else people
        words += [
            f"scenarios={folder() / 'benchmarks' / 'workload_w.yaml'}",
            f"population.inflow.people={people}",
            f"arms.{WORKLOAD_W}.levers.caseworkers={common.caseworkers(people)}",
        ]
    else:
        words += [f"scenarios={task}", "design=quick"]
        words += [f"population.scale={SMALL_SCALE}"] if small else []
    configuration = sim.config.load(words)
    return sim.experiment.study.build(configuration.values, configuration.plugins)


def _measure_peer(model: Model, people: int, number: int) -> dict[str, Any]:
    common = importlib.import_module("peers.common")
    peer = importlib.import_module(f"peers.{model.module}")
    few, crowd = (common.generate(n, 1, number) for n in (SMALL_PEOPLE, people))
    small: list[Any] = []

    def warm_up() -> None:
        small.append(peer.simulate(few, common.caseworkers(len(few)), number))

    took = _timed(warm_up, lambda: peer.simulate(crowd, common.caseworkers(people), number))
    spells = took.pop("result")
    if len(spells.held) != people:
        raise InputError([f"it simulated {len(spells.held)} people instead of {people}"])
    if spells.cost is not None:
        before = small[-1].cost.peak_bytes
        took = {
            "cpu_seconds": spells.cost.cpu_seconds,
            "peak_bytes": spells.cost.peak_bytes,
            "grown_bytes": spells.cost.peak_bytes - before,
        }
    means = {name: float(getattr(spells, name).mean()) for name in MEANS}
    return _result(took, people, peer.GC_POLICY, means)


def _timed(warm_up: Simulate, run: Simulate) -> dict[str, Any]:
    """The result of a run, its processor seconds and its memory, after two small runs."""
    small = []
    for _ in range(2):
        begun = time.process_time()
        warm_up()
        small.append(time.process_time() - begun)
    gc.collect()
    _forget_the_peak()
    before = _memory_bytes("VmRSS")
    begun = time.process_time()
    result = run()
    seconds = time.process_time() - begun
    peak = _memory_bytes("VmHWM")
    return {
        "result": result,
        "cpu_seconds": seconds,
        "compile_seconds": max(0.0, small[0] - small[1]),
        "peak_bytes": peak,
        "grown_bytes": peak - before,
    }


def _result(
    took: dict[str, Any], spells: int, garbage: str, more: dict[str, Any]
) -> dict[str, Any]:
    took = took | {"bytes_per_spell": took.pop("grown_bytes") / spells}
    return took | {"spells": spells, "garbage_collection": garbage} | more


def _memory_bytes(field: str) -> int:
    """The memory of this process from Linux (VmHWM the peak, VmRSS now), elsewhere its peak."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _forget_the_peak() -> None:
    """Lets Linux measure the peak anew, so that compiling does not count."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


if __name__ == "__main__":
    main(sys.argv[1:])
