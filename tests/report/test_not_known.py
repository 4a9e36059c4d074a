"""The band of what is not known in figures and sentences: there, wider than the axis was, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.report import folder
from sim.report.answers import closing_sentences
from sim.report.figures import money, saved, style
from sim.report.figures.sheet import Sheet
from sim.report.folder import Run

FAR = 400.0


def run_with(path: Path, banded: bool) -> Run:
    rows = [
        {"arm": arm, "metric": metric, "unit": "", "unknown_low": -FAR * scale,
         "unknown_middle": 0.0, "unknown_high": FAR * scale, "probability_positive": 0.25,
         "draws": 128, "parameters": 61}
        for arm in ("intensified", "flexible", "lockdown_voluntary")
        for metric, scale in (("days_saved", 1), ("net_saving_municipality_dkk", 1000),
                              ("net_saving_public_dkk", 1000))
    ]  # fmt: skip
    if banded:
        pd.DataFrame(rows).to_csv(path / "not_known.csv", index=False)
    return folder.read(path, {})


@pytest.fixture
def both(make_run: Callable[..., Path], tmp_path: Path) -> tuple[Run, Run]:
    return tuple(  # type: ignore[return-value]
        run_with(make_run(tmp_path / str(banded)), banded) for banded in (False, True)
    )


def reach(sheet: Sheet) -> list[tuple[float, float]]:
    return [axes.get_xlim() for axes in sheet.figure.axes if axes.get_xlim() != (0.0, 1.0)]


def test_the_axes_reach_to_the_ends_of_the_band(both: tuple[Run, Run]) -> None:
    with style.drawing():
        for draw, far in ((saved.draw, FAR), (money.draw_net, 1000 * FAR)):
            plain, banded = (draw(run) for run in both)
            assert plain is not None and banded is not None
            assert all(high < far for _, high in reach(plain))
            assert all(low < -far and high > far for low, high in reach(banded))


def test_the_sentences_tell_the_band_and_how_often_it_pays(both: tuple[Run, Run]) -> None:
    plain, banded = (closing_sentences(run) for run in both)
    new = [sentence for sentence in banded if sentence not in plain]
    assert len(new) == 3 and "Intensified" in new[0]
    assert "128 draws of 61 parameters" in new[0] and "−400 to 400 days" in new[0]
    assert "25 % of the draws for the municipality" in new[0]
