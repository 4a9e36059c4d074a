"""`compute`: which keys belong together, and who may name a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sim.config import load
from sim.rules.errors import InputError

ADDRESS = "compute.scheduler=tcp://127.0.0.1:8786"


def refused(*words: str, folder: Path | None = None) -> str:
    with pytest.raises(InputError) as refusal:
        load(list(words), folder=folder)
    return "\n".join(refusal.value.problems)


def test_a_cluster_is_named_by_its_address_and_has_its_own_workers() -> None:
    values = load(["compute=dask", ADDRESS]).values["compute"]
    assert values == {"backend": "dask", "scheduler": "tcp://127.0.0.1:8786"}
    assert "workers of a Dask cluster are those that it has" in refused(
        "compute=dask", ADDRESS, "compute.workers=3"
    )


@pytest.mark.parametrize(
    "address",
    ["nowhere", "tcp://host", "tcp://host:port", "http://h:1", "tcp://:1", "tcp://h:1/x",
     "tcp://u@h:1"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(address: str) -> None:
    told = refused("compute=dask", f"compute.scheduler='{address}'")
    assert f"compute.scheduler is '{address}'; it must be the address of a Dask scheduler" in told


def test_a_cluster_without_an_address_and_an_address_without_a_cluster_are_refused() -> None:
    assert "compute.scheduler is not given" in refused("compute=dask")
    for backend in ("serial", "local"):
        told = refused(f"compute={backend}", ADDRESS)
        assert f"compute.backend is {backend}, which has no scheduler; leave it out" in told


def test_a_file_may_not_say_to_whom_this_computer_connects(tmp_path: Path) -> None:
    scenario = tmp_path / "theirs.yaml"
    compute = {"backend": "dask", "scheduler": "tcp://192.0.2.1:8786"}
    scenario.write_text(
        yaml.safe_dump({"title": "Theirs", "defaults": [{"compute": "dask"}], "compute": compute})
    )
    told = refused("scenarios=theirs.yaml", folder=tmp_path)
    assert "a file may not say to whom this computer connects" in told
    values = load(["scenarios=theirs.yaml", ADDRESS], folder=tmp_path).values
    assert values["compute"]["scheduler"] == "tcp://127.0.0.1:8786"


def test_the_saved_study_leaves_the_cluster_out_and_gives_the_same_study() -> None:
    text = load(["compute=dask", ADDRESS]).to_yaml()
    assert "scheduler" not in text and "compute:" not in text
    assert yaml.safe_load(text)["design"] == load(["compute=local"]).values["design"]
