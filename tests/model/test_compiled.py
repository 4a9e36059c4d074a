"""The compiled engine beside its rows: its luck, its arrays, what it keeps, when SimPy serves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.experiment.study import build
from sim.model import engines
from sim.model.engines import compile_ahead
from sim.model.replication import run_replication
from sim.model.streams import key_of, uniforms
from sim.rules.errors import InputError

from ..test_engines import assert_same_rows
from ..worlds import PLAIN, merged, plain, same, shipped

pytest.importorskip("numba", reason="the compiled engine needs Numba")

from sim.model.compiled import kernels, luck  # noqa: E402
from sim.model.compiled.arrays import Arrays  # noqa: E402
from sim.model.compiled.translate import compiled  # noqa: E402

HAZARD = '''"""A hazard with a bump."""
from math import exp, sin


def bump(spell_day, height, width):
    """Rate per week."""
    {odd}
    return 0.03 + height * exp(-((spell_day - 60.0) / width) ** 2) + 0.001 * sin(spell_day)


def every_ten(number, clock_day, gap):
    """The next meeting."""
    return gap * number


def steep(stock, responsiveness, slope):
    """What multiplies the rate."""
    return 1.0 + slope * responsiveness * stock


def register(registry):
    """Add them."""
    registry.hazard("bump", bump, about="a bump", height=(0, 1), width=(1, 100))
    registry.schedule("every_ten", every_ten, about="often", gap=(1, 50))
    registry.effect("steep", steep, about="steep", slope=(0, 5))
'''


def drawn():
    """The compiled luck, as a function."""
    twins = compiled([luck], {}, [luck.four_uniforms], cache=False)
    return twins[luck.four_uniforms]


DRAWN = drawn()


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**40), st.integers(0, 999), st.integers(0, 8 * 10**7), st.integers(0, 30_000),
    st.integers(0, 9_000),
)  # fmt: skip
def test_luck_drawn_one_by_one_is_the_luck_drawn_in_blocks(
    seed: int, replication: int, person: int, number: int, spell: int
) -> None:
    key = key_of(seed, replication, "plan")
    expected = uniforms(key, person, 1, number, spell)[0]
    assert list(DRAWN(key[0], key[1], person, number, spell)) == expected.tolist()


def test_arrays_that_begin_too_short_are_lengthened_without_changing_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = plain(
        {"population": {"inflow": {"people": 3000}, "reentry_rate_per_week": 0.02}},
        arm={
            "caseworkers": 2, "minutes": {"kind": "exponential"},
            "form": {"default": {"physical": 0.5, "distance": 0, "group": 0.5}},
        },
    )  # fmt: skip
    study = replace(study, engine="compiled")
    ample = run_replication(study, 0)["arm"]
    start = Arrays.start
    monkeypatch.setattr(Arrays, "start", lambda self, people, *rest: start(self, 0, *rest))
    short = run_replication(study, 0)["arm"]
    assert len(ample.spells["person"]) > 3000
    for table in ("spells", "meetings", "office"):
        assert same(getattr(ample, table), getattr(short, table))


def study_with_plugin(folder: Path, odd: str = ""):
    """Everything that can be plugged in, plugged in."""
    file = folder / "own.py"
    file.write_text(HAZARD.format(odd=odd or "pass"))
    values = merged(shipped(), merged(PLAIN, {
        "hazard": {"ui": {"job": {"kind": "bump", "height": 0.05, "width": 20}}},
        "effect": {"kind": "steep", "slope": 0.4},
        "population": {"inflow": {"people": 150}},
    }))  # fmt: skip
    values["engine"] = "compiled"
    schedule = {"default": [{"kind": "every_ten", "gap": 12}]}
    values["arms"] = {"arm": {"regime": "standard", "levers": {"schedule": schedule}}}
    return build(values, [file])


def test_a_plug_in_that_numba_can_compile_runs_compiled(tmp_path: Path) -> None:
    study = study_with_plugin(tmp_path)
    assert (study.engine, study.engine_note) == ("compiled", "")
    rows = assert_same_rows(study)
    assert rows["arm"].meetings["person"].size > 150


def test_a_plug_in_that_numba_cannot_compile_runs_under_simpy_and_the_study_says_why(
    tmp_path: Path,
) -> None:
    study = study_with_plugin(tmp_path, odd="import decimal; decimal.Decimal(1)")
    assert study.engine == "simpy"
    assert "Numba cannot compile bump" in study.engine_note
    assert "\n" not in study.engine_note
    assert run_replication(study, 0)["arm"].spells["person"].size == 150


def test_where_numba_is_not_installed_simpy_serves_and_the_study_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    study = build(shipped("engine=compiled"))
    assert study.engine == "simpy"
    assert "samtale[compiled]" in study.engine_note


def test_simpy_serves_who_asks_for_it() -> None:
    study = build(shipped("engine=simpy"))
    assert (study.engine, study.engine_note) == ("simpy", "")


def test_what_is_kept_is_known_by_every_rule_it_was_made_of(tmp_path: Path) -> None:
    """Numba does not notice an edit in another file: a new text must mean another folder."""
    named = {file.name for file in kernels.sources()}
    assert {"leaving.py", "effects.py", "regimes.py", "meetings.py", "entering.py", "alone.py",
            "story.py", "pools.py", "layout.py", "rulebook.py"} <= named  # fmt: skip
    file = tmp_path / "rule.py"
    file.write_text("RATE = 1.0\n")
    before = kernels.fingerprint([file])
    file.write_text("RATE = 2.0\n")
    assert kernels.fingerprint([file]) != before


def test_a_folder_that_cannot_be_written_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_file").write_text("")
    monkeypatch.setenv(kernels.CACHE_VARIABLE, str(tmp_path / "a_file" / "below"))
    kernels.cache_folder.cache_clear()
    assert kernels.cache_folder() is None
    kernels.cache_folder.cache_clear()
    twins = compiled([luck], {}, [luck.uniform], cache=False)
    assert 0.0 < twins[luck.uniform](np.uint64(2**63)) < 1.0


BAD = '''"""A hazard that fails between the days on which it is tried before a run."""


def bad(spell_day, r):
    """Rate per week."""
    if 90.2 < spell_day < 90.6:
        {odd}
    return r


def register(registry):
    """Add it."""
    registry.hazard("bad", bad, about="bad at times", r=(0, 1), kinks=[90.2, 90.6])
'''


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ("return -1.0", "gives -1.0"),
        ("return float('nan')", "gives nan"),
        ("return r / (spell_day - spell_day)", "raises ZeroDivisionError"),
        ("raise ValueError('no')", "raises ValueError: no"),
    ],
)
def test_a_plug_in_that_fails_in_a_run_is_named_with_the_day(
    engine: str, odd: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "bad.py"
    file.write_text(BAD.format(odd=odd))
    values = merged(shipped(f"engine={engine}"), merged(PLAIN, {
        "hazard": {"ui": {"job": {"kind": "bad", "r": 0.05}}},
        "population": {"inflow": {"people": 60}},
    }))  # fmt: skip
    values["arms"] = {"arm": {"regime": "standard", "levers": {"caseworkers": "unlimited"}}}
    with pytest.raises(InputError) as told:
        run_replication(build(values, [file]), 0)
    assert f"bad ({file}) {said}" in str(told.value)
    assert "at (90." in str(told.value)
    assert "a finite number of 0 or more" in str(told.value)


def test_folders_of_other_versions_are_taken_away_after_a_month(tmp_path: Path) -> None:
    for name, days in (("engine-old", 40), ("engine-new", 3), ("other", 400)):
        (tmp_path / name).mkdir()
        when = time.time() - days * 86_400
        os.utime(tmp_path / name, (when, when))
    kernels._forget_old(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["engine-new", "other"]


ELSEWHERE = """
import sim
from sim.model.compiled import kernels
from sim.model.engines import compile_ahead

assert kernels.is_kept()
compile_ahead()
print(sim.__file__)
"""


def test_another_copy_of_the_program_takes_what_this_one_has_compiled(tmp_path: Path) -> None:
    compile_ahead()
    folder = kernels.cache_folder()
    assert folder is not None
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert any(path.suffix == ".nbc" for path in before)
    shutil.copytree(Path(sim.__file__).parent, tmp_path / "sim")
    done = subprocess.run(
        [sys.executable, "-P", "-c", ELSEWHERE],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "sim" / "__init__.py")
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
