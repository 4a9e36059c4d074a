"""`compute=dask`: the same rows from a cluster, whatever happens to its workers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.config import load
from sim.experiment import compare, files
from sim.experiment.attempts import attempts
from sim.experiment.cluster import Cluster
from sim.experiment.computing import WARM
from sim.experiment.folder import read
from sim.experiment.pool import AHEAD, Pool
from sim.experiment.study import build
from sim.experiment.sweep import parts
from sim.experiment.sweep.points import Unit, simulate
from sim.experiment.task import Job, shipped_world
from sim.model.journal import ArmRows
from sim.model.settings import Study
from sim.rules.errors import ResourceError

from .dask import Client, LoopbackCluster, loopback_cluster
from .experiment.test_attempts import die, linger, stumble
from .killing import ROOT, kept, start

TINY = [
    "design=quick",
    "population.scale=0.02",
    "design.replications=2",
    "~arms.lockdown_voluntary",
]
OWN_REGIME = """title: Our own
about: four meetings a year
schedule: {default: [{every_days: 91}]}
"""

PLUGIN = """
import os

if os.environ.get("SAMTALE_TEST_WORKER"):
    print("the plug-in is read from", __file__, flush=True)


def factor(stock, responsiveness, strength):
    return 1.0 + strength * responsiveness * stock


def register(registry):
    registry.effect("ours", factor, strength=(0, 1, ""))
    registry.regime("often", schedule={"default": [{"every_days": 30}]})
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackCluster]:
    """Two workers whose processes are replaced when they end, in a folder of their own.

    A task counts as lost with the first worker that is lost with it (Dask's default is the fourth).
    """
    folder = tmp_path_factory.mktemp("cluster")
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with loopback_cluster(folder, 2, nanny=True, **once) as made:
        yield made


def digest(folder: Path) -> str:
    """The digest of all rows of a finished folder, after every file was verified."""
    return str(read(folder).manifest["rows_sha256"]["all"])


def test_a_cluster_gives_the_rows_of_one_process_and_reads_none_of_the_clients_files(
    cluster: LoopbackCluster, tmp_path: Path
) -> None:
    (tmp_path / "regimes").mkdir()
    (tmp_path / "regimes" / "our_own.yaml").write_text(OWN_REGIME)
    plugin = tmp_path / "ours.py"
    plugin.write_text(PLUGIN)
    arms = ["arms.own.regime=our_own", "arms.often.regime=often", "~arms.intensified"]
    found = []
    for name, words in (("serial", ["compute=serial"]), ("dask", cluster.words)):
        configuration = load([*TINY, *arms, *words], plugins=[plugin], folder=tmp_path)
        study = build(configuration.values, configuration.plugins)
        compare.run(study, tmp_path / name, configuration=configuration)
        found.append(sorted((tmp_path / name).glob("*.parquet")))
    assert digest(tmp_path / "dask") == digest(tmp_path / "serial")
    assert [file.read_bytes() for file in found[0]] == [file.read_bytes() for file in found[1]]
    assert len(found[0]) == 3
    assert "compute:" not in (tmp_path / "dask" / "scenario.yaml").read_text()
    places = re.findall(r"the plug-in is read from (.*)", cluster.log())
    assert places and {Path(place).name for place in places} == {"ours.py"}
    assert not any(place.startswith(str(tmp_path)) for place in places)


@pytest.mark.slow
def test_a_sweep_of_a_plug_in_that_is_compiled_in_the_workers(
    cluster: LoopbackCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ours.py").write_text(PLUGIN)
    own = ["effect.kind=ours", "+effect.strength=0.1,0.2", "--plugin", "ours.py"]
    assert main(["sweep", *TINY, *own, "compute=serial", "out=serial"]) == 0
    assert main(["sweep", *TINY, *own, *cluster.words, "out=dask"]) == 0
    tables = [(tmp_path / name / "sweep.csv").read_bytes() for name in ("serial", "dask")]
    assert digest(tmp_path / "dask") == digest(tmp_path / "serial")
    assert tables[0] == tables[1]


@pytest.mark.slow
def test_a_run_on_a_cluster_draws_the_figures_of_one_process(
    cluster: LoopbackCluster, tmp_path: Path
) -> None:
    assert main(["run", *TINY, f"out={tmp_path / 'serial'}", "compute=serial"]) == 0
    assert main(["run", *TINY, f"out={tmp_path / 'dask'}", *cluster.words]) == 0
    serial, dask = (tmp_path / name / "figures" for name in ("serial", "dask"))
    names = files.names(serial)
    assert len(names) > 20 and names == files.names(dask)
    for name in names:
        assert (dask / name).read_bytes() == (serial / name).read_bytes(), name


def test_show_tells_how_many_workers_a_cluster_has(
    cluster: LoopbackCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", *cluster.words]) == 0
    said = f"It would run on the Dask cluster at {cluster.address}, workers: 2."
    assert said in capsys.readouterr().out


def test_what_fails_twice_on_a_cluster_is_told_and_the_others_finish(
    cluster: LoopbackCluster, tmp_path: Path
) -> None:
    with Pool(Cluster(cluster.address, ())) as pool:
        work = [(tmp_path, item) for item in range(6)]
        found = {one.place: one for one in attempts(pool, stumble, work, 60.0)}
    assert [place for place in sorted(found) if found[place].result is None] == [3]
    assert found[3].problem == "item 3 stumbled"
    tried = {item: len((tmp_path / f"{item}.txt").read_text()) for item in range(6)}
    assert tried == {0: 1, 1: 1, 2: 2, 3: 2, 4: 1, 5: 1}


@pytest.mark.slow
def test_a_task_that_takes_its_worker_along_each_time_is_told_and_the_others_finish(
    cluster: LoopbackCluster, tmp_path: Path
) -> None:
    with Pool(Cluster(cluster.address, ())) as pool:
        work = [(tmp_path, item) for item in range(8)]
        found = {one.place: one for one in attempts(pool, die, work, 60.0)}
        assert list(pool.map(pow, 2, [3])) == [8], "the cluster lives on"
    assert sorted(found) == list(range(8))
    assert [place for place, one in found.items() if one.result is None] == [3]
    assert "every worker that had it was lost" in found[3].problem
    assert len((tmp_path / "3.txt").read_text()) == 2, "beside others once, alone once"


@pytest.mark.slow
def test_a_task_that_never_ends_is_stopped_with_its_worker_and_told(
    cluster: LoopbackCluster, tmp_path: Path
) -> None:
    with Pool(Cluster(cluster.address, ())) as pool:
        work = [(tmp_path, item) for item in range(5)]
        found = {one.place: one for one in attempts(pool, linger, work, 4.0)}
    assert [place for place, one in found.items() if one.result is None] == [3]
    assert "did not end within 4 s" in found[3].problem


def test_an_address_where_no_scheduler_answers_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        words = ["run", *TINY, "compute=dask", f"compute.scheduler={address}"]
        assert main([*words, f"out={tmp_path / 'r'}"]) == 4
    assert time.monotonic() - began < 30.0
    told = capsys.readouterr().err
    assert f"no Dask scheduler answers at {address} within" in told
    assert "connection refused" in told
    assert not (tmp_path / "r").exists()


def test_a_worker_with_another_program_gets_no_task_and_is_named(
    cluster: LoopbackCluster, tmp_path: Path
) -> None:
    package = ROOT / "sim"
    shutil.copytree(
        package, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__", "tests", "report")
    )
    (tmp_path / "sim" / "rules" / "market.py").open("a").write("\n# a change\n")
    told: list[str] = []
    with Pool(Cluster(cluster.address, (), told.append)) as pool:
        other = cluster.worker(PYTHONPATH=str(tmp_path))
        try:
            end = time.monotonic() + 60.0
            while not told and time.monotonic() < end:
                assert list(pool.map(pow, 2, range(4))) == [1, 2, 4, 8]
                time.sleep(0.3)
            with pytest.raises(ResourceError) as refusal:
                Cluster(cluster.address, ())
        finally:
            other.kill()
            other.wait()
    assert "has another program and is given nothing: samtale's source is " in told[0]
    assert "has another program: samtale's source is " in refusal.value.problems[0]
    assert "All workers must have the program that is here" in refusal.value.problems[-1]


def counted_world(study: Study, replication: int) -> Mapping[str, ArmRows]:
    """The world as it is shipped, slower, and with a mark in a file for each time it is made."""
    with Path(os.environ["SAMTALE_TEST_COUNTS"], f"{replication}.txt").open("a") as stream:
        stream.write("x")
    time.sleep(0.15)
    return shipped_world(study, replication)


def test_a_killed_worker_costs_what_it_was_doing_and_no_row(tmp_path: Path) -> None:
    study = build(load([*TINY, "compute=serial"]).values)
    number = 24
    expected = [simulate(Job(study, shipped_world), r) for r in range(number)]
    counts = tmp_path / "counts"
    counts.mkdir()
    found: dict[int, Unit] = {}
    told: list[str] = []
    with loopback_cluster(tmp_path / "cluster", 1, SAMTALE_TEST_COUNTS=str(counts)) as made:
        victim = made.worker()
        made.wait_for(2)
        with Pool(Cluster(made.address, WARM, told.append)) as pool:
            work = [(Job(study, counted_world), r) for r in range(number)]
            for one in attempts(pool, simulate, work, 60.0):
                assert one.result is not None
                found[one.place] = one.result
                if len(found) == 8:
                    finished = set(found)
                    victim.kill()
        assert victim.wait() == -signal.SIGKILL
    assert [found[r].digests for r in range(number)] == [one.digests for one in expected]
    assert [found[r].values for r in range(number)] == [one.values for one in expected]
    made_times = {r: len((counts / f"{r}.txt").read_text()) for r in range(number)}
    assert all(made_times[r] == 1 for r in finished), "nothing finished is run again"
    assert sum(made_times.values()) <= number + AHEAD, "what it had been given"
    assert len(told) == 1 and ": lost; what it was doing is done again, 1 left" in told[0]


@pytest.mark.slow
def test_sixty_points_by_twenty_with_one_of_two_workers_killed(tmp_path: Path) -> None:
    grid = ["effect.alpha=range(0.1,0.35,0.05)", "office.load_elasticity=range(0,0.12,0.01)"]
    words = ["design=quick", "population.scale=0.02", "design.replications=20", *grid]
    units, there = 1_200, tmp_path / "killed" / parts.FOLDER
    assert main(["sweep", *words, f"out={tmp_path / 'undisturbed'}"]) == 0
    with loopback_cluster(tmp_path / "cluster", 1) as made:
        victim = made.worker()
        made.wait_for(2)
        program = start("sweep", *words, *made.words, "out=killed", cwd=tmp_path)
        seen: dict[str, int] = {}
        end = time.monotonic() + 1_200.0
        while program.poll() is None and time.monotonic() < end:
            now = kept(there)
            assert {name: now[name] for name in seen} == seen, "nothing finished is run again"
            seen = now
            if len(now) >= 0.4 * units and victim.poll() is None:
                victim.kill()
            time.sleep(0.01)
        _, told = program.communicate(timeout=60)
        assert program.returncode == 0, told
        assert victim.poll() == -signal.SIGKILL, "the worker was killed on the way"
    whole = kept(there)
    assert len(whole) == units and {name: whole[name] for name in seen} == seen
    assert ": lost; what it was doing is done again, 1 left" in told
    assert digest(tmp_path / "killed") == digest(tmp_path / "undisturbed")


SCRIPT = """
import sys
from sim.experiment.cluster import Cluster
from sim.experiment.pool import AHEAD, Pool
from sim.tests_of_dask import stay

if __name__ == "__main__":
    try:
        with Pool(Cluster(sys.argv[1], ())) as pool:
            for _ in pool.map(stay, 1.0, range(100)):
                print("begun", flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def stay(seconds: float, _: int) -> None:
    time.sleep(seconds)


def test_ctrl_c_cancels_what_was_given_and_the_cluster_lives_on(
    cluster: LoopbackCluster, tmp_path: Path
) -> None:
    script = SCRIPT.replace("sim.tests_of_dask", __name__)
    program = subprocess.Popen(
        [sys.executable, "-c", script, cluster.address],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        start_new_session=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "begun\n"
    os.killpg(program.pid, signal.SIGINT)
    _, said = program.communicate(timeout=30)
    assert program.returncode == 130
    assert "Traceback" not in said
    with Client(cluster.address, set_as_default=False) as client:
        assert not any(client.processing().values()), "nothing is left"
    with Pool(Cluster(cluster.address, ())) as pool:
        assert list(pool.map(pow, 2, [3])) == [8]


def test_without_dask_installed_it_is_said_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError('not there')\n")
    done = subprocess.run(
        [sys.executable, "-m", "sim", "run", *TINY, "compute=dask", "compute.scheduler=tcp://a:1"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 4
    assert "pip install 'samtale[dask]'" in done.stderr and "Traceback" not in done.stderr
