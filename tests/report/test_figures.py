"""Each figure is made, is the same when made twice, and says what coincides."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sim.experiment.pool import Pool
from sim.report import write
from sim.report.figures import (
    FIGURES,
    coincide,
    lives,
    money,
    office,
    queue_day,
    saved,
    style,
    survival,
)
from sim.report.figures.money import item_savings
from sim.report.figures.sheet import Sheet
from sim.report.folder import Arm, Run, in_words, read
from sim.report.words import LANGUAGES, language

Make = Callable[..., Path]
ALONE = {"standard": ("Standard", 1.0)}
TWINS = {"standard": ("Standard", 1.0), "again": ("Standard again", 1.0)}


def words(sheet: Sheet | None) -> str:
    """All text that a figure shows, in order."""
    assert sheet is not None
    return " ".join(text.get_text() for text in sheet.figure.texts)


@pytest.fixture(scope="module")
def run(reported: Path) -> Run:
    return read(reported)


OF_TRIALS = {"trial_looks", "roll_out"}
OF_DATES = "office_by_week"
"""Its axis has the names of months."""


def test_every_figure_is_drawn_as_svg_and_png_beside_its_table(reported: Path) -> None:
    for stem, _ in FIGURES:
        for ending in ("csv", "svg", "png"):
            drawn = (reported / "figures" / f"{stem}.{ending}").is_file()
            assert drawn == (stem not in OF_TRIALS), f"{stem}.{ending}"


def test_the_same_tables_and_facts_give_the_same_bytes(
    reported: Path, make_run: Make, facts: dict[str, Any], tmp_path: Path
) -> None:
    path = make_run(tmp_path / "again")
    (path / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    written = write(path)
    assert {p.suffix for p in written} == {".svg", ".png", ".csv", ".html"}
    for file in written:
        assert file.read_bytes() == (reported / file.relative_to(path)).read_bytes(), file.name


def test_drawing_leaves_the_settings_of_matplotlib_alone(run: Run) -> None:
    before = dict(matplotlib.rcParams)
    with style.drawing():
        survival.draw(run)
    assert dict(matplotlib.rcParams) == before


def test_a_users_settings_do_not_change_a_figure(run: Run, tmp_path: Path) -> None:
    drawn = []
    for size in (8.5, 31.0):
        with matplotlib.rc_context({"font.size": size, "axes.grid": False}), style.drawing():
            sheet = survival.draw(run)
            assert sheet is not None
            drawn.append(sheet.save(tmp_path, f"at{size}")[1].read_bytes())
    assert drawn[0] == drawn[1]


def test_curves_that_coincide_are_said_to(make_run: Make, tmp_path: Path) -> None:
    twins = read(make_run(tmp_path / "run", arms=TWINS))
    said = "Standard and Standard again coincide"
    with style.drawing():
        for draw in (survival.draw, office.draw, lives.draw):
            assert said in words(draw(twins))
        assert "in the panel" in words(office.draw(twins))


def test_curves_apart_by_more_than_a_line_are_not_said_to_coincide() -> None:
    one, other = Arm("a", "A", 0), Arm("b", "B", 1)
    curve = np.linspace(1, 0, 50)
    assert coincide.coinciding({one: curve, other: curve + 0.02}, line=0.01) == []
    (found,) = coincide.coinciding({one: curve, other: curve + 0.005}, line=0.01)
    assert found[0] == [one, other]
    assert found[1] == pytest.approx(0.005)
    assert coincide.coinciding({one: curve, other: curve + 1e-8}) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_runs_off_a_sheet_in_any_language(run: Run, code: str) -> None:
    with language(code), style.drawing():
        for stem, draw in FIGURES:
            sheet = draw(in_words(run))
            if sheet is None:
                continue
            renderer = FigureCanvasAgg(sheet.figure).get_renderer()
            for text in sheet.figure.texts:
                box = text.get_window_extent(renderer)
                assert -1 <= box.x0 and box.x1 <= sheet.figure.bbox.x1 + 1, (stem, text.get_text())


def test_a_figure_says_its_unit_interval_source_and_note(run: Run) -> None:
    with style.drawing():
        text = words(saved.draw(run))
    for part in ("Days of unemployment saved", "95 % interval over replications",
                 "Simulated with Samtale", "same labour market", "may be noise"):  # fmt: skip
        assert part in text


def test_every_figure_has_a_source_line_and_an_axis_with_its_unit(run: Run) -> None:
    with style.drawing():
        for stem, draw in FIGURES:
            sheet = draw(run)
            if sheet is None:
                assert stem in OF_TRIALS
                continue
            assert "Source: Simulated with Samtale" in words(sheet), stem
            assert any(axes.get_xlabel() for axes in sheet.figure.axes) or stem == OF_DATES, stem


def test_a_day_in_the_queue_says_who_waits_and_how_much_of_the_time_is_used(run: Run) -> None:
    with style.drawing():
        text = words(queue_day.draw(run))
    for part in ("6 January 2020", "52 people wait", "under “Intensified” 43", "12 caseworkers",
                 "from 09:00 to 12:00", "not a real one"):  # fmt: skip
        assert part in text


def test_the_moving_picture_has_a_frame_a_week_and_stands_still_without_motion(
    run: Run, reported: Path
) -> None:
    svg = (reported / "figures" / "caseload.svg").read_text(encoding="utf-8")
    table = pd.read_csv(reported / "figures" / "caseload.csv")
    assert svg.count('class="cl-frame"') == table["week"].nunique() == 78
    assert list(dict.fromkeys(table["arm"])) == ["standard", "intensified"]
    for part in ("prefers-reduced-motion", "@media print", "Source: Simulated with Samtale"):
        assert part in svg
    assert "<script" not in svg
    assert "style=" not in svg
    assert len(svg.encode()) < 300_000
    behind = run.table("office_by_week").set_index(["arm", "week"])
    for row in table.itertuples():
        assert behind.loc[(row.arm, row.week), "caseload"] == pytest.approx(row.caseload)


def test_a_title_of_money_says_who_saves_the_municipality_most(run: Run) -> None:
    with style.drawing():
        sheet = money.draw_net(run)
    assert sheet is not None
    net = run.rows("account_differences", account="municipality")
    clear = net[net["is_noise"].str.lower() == "false"]
    best = clear.loc[clear["net_saving_dkk_per_spell"].idxmax(), "arm"]
    assert next(arm.title for arm in run.arms if arm.name == best) in sheet.heading
    assert "saves the municipality most" in sheet.heading


def test_one_arm_has_no_differences_but_its_other_figures(make_run: Make, tmp_path: Path) -> None:
    names = {path.name for path in write(make_run(tmp_path / "run", arms=ALONE))}
    assert "survival.svg" in names
    assert "days_saved.svg" not in names


def test_processes_draw_the_same_bytes(
    make_run: Make, reported: Path, facts: dict[str, object], tmp_path: Path
) -> None:
    path = make_run(tmp_path / "run")
    with Pool(2) as pool:
        written = write(path, facts, pool)
    assert len(written) > 15
    for file in written:
        assert file.read_bytes() == (reported / file.relative_to(path)).read_bytes(), file.name


def test_one_replication_is_drawn_without_intervals(make_run: Make, tmp_path: Path) -> None:
    run = read(make_run(tmp_path / "run", replications=1))
    with style.drawing():
        assert "interval not defined" in words(saved.draw(run))


def test_seven_arms_with_long_titles_are_drawn_with_different_looks(
    make_run: Make, tmp_path: Path
) -> None:
    arms = {
        f"arm{k}": (f"Regime {k} with quite a long title of its own", 1 + k / 99) for k in range(7)
    }
    path = make_run(tmp_path / "run", arms=arms)
    assert len({(look.colour, look.dash) for look in map(style.look, read(path).arms)}) == 7
    write(path)


def test_shares_and_counts_have_no_band_below_zero(run: Run) -> None:
    with style.drawing():
        for draw in (survival.draw, office.draw, queue_day.draw):
            sheet = draw(run)
            assert sheet is not None
            for axes in sheet.figure.axes:
                for band in axes.collections:
                    if band.get_paths():
                        assert min(p.vertices[:, 1].min() for p in band.get_paths()) >= 0


def test_the_items_add_up_to_the_net_saving(run: Run) -> None:
    sums = item_savings(run).groupby(["arm", "account"])["saving"].sum()
    net = run.table("account_differences").set_index(["arm", "account"])
    for key, saving in sums.items():
        assert saving == pytest.approx(net.loc[key, "net_saving_dkk_per_spell"], abs=1e-6)


def with_differences(run: Run, *rows: tuple[str, float, float, float, str]) -> Run:
    """The run with these differences after a year: group, difference, interval, is it noise."""
    columns = ["group", "difference", "ci_low", "ci_high", "is_noise"]
    table = pd.DataFrame(rows, columns=columns).assign(arm="intensified", metric="survival_364")
    return replace(run, tables={**run.tables, "differences": table})


def test_the_headline_of_the_groups_states_no_noise_as_a_finding(run: Run) -> None:
    noise = ("resource", -0.31, -0.7, 0.08, "True")
    found = ("ui", -0.024, -0.030, -0.018, "False")
    other = ("seasonal", 0.011, 0.001, 0.021, "False")
    with style.drawing():
        both = words(survival.draw_groups(with_differences(run, noise, found, other)))
        none = words(survival.draw_groups(with_differences(run, noise)))
        alone = words(survival.draw_groups(with_differences(run, ("ui", -0.5, np.nan, np.nan, ""))))
    assert "more than noise is 2.4 points" in flat(both) and "31 points" not in flat(both)
    assert "(Unemployment insurance, “Intensified”)" in flat(both)
    assert "no regime moves a group by more than noise" in flat(none)
    assert "noise" not in flat(alone) and "depending on the group" in flat(alone)


def test_the_end_of_a_right_in_the_last_week_is_no_effect_of_the_regimes(run: Run) -> None:
    """A spike in the last week only is drawn, and not the largest difference of the headline."""
    table = run.table("survival").copy()
    spike = (table["arm"] == "intensified") & (table["week"] == table["week"].max())
    table.loc[spike, "survival"] += 0.4
    with style.drawing():
        usual = survival.draw(run)
        spiked = survival.draw(replace(run, tables={**run.tables, "survival": table}))
    assert usual is not None and spiked is not None
    assert spiked.heading == usual.heading and "by at most" in usual.heading


def test_thirty_people_are_told_apart_by_more_than_a_day(run: Run) -> None:
    first = run.rows("thirty_spells", arm="standard").reset_index(drop=True)
    gaps = np.repeat([-1.01, -0.99, 0.0, 0.99, 1.01], 6)
    other = first.assign(arm="intensified", duration_days=first["duration_days"] + gaps)
    near = first.assign(arm="intensified", duration_days=first["duration_days"] + 0.5)
    said = []
    for second in (other, near):
        tables = {**run.tables, "thirty_spells": pd.concat([first, second])}
        with style.drawing():
            said.append(flat(words(lives.draw(replace(run, tables=tables)))))
    assert "shortens 6 of these 30 spells by more than a day, lengthens 6" in said[0]
    assert "and leaves 18 as they are" in said[0]
    assert "shortens 0 of these 30" in said[1] and "coincide" not in said[1]


def flat(text: str) -> str:
    """Text on one line, however it was broken."""
    return " ".join(text.split())


def test_labels_are_spread_without_overlap_and_within_bounds() -> None:
    places = style.spread([5.0, 5.0, 5.1, 40.0], [10.0] * 4, 0.0, 60.0)
    ordered = sorted(places)
    assert all(b - a >= 10 - 1e-9 for a, b in itertools.pairwise(ordered))
    assert ordered[0] >= 5 - 1e-9
    assert ordered[-1] == pytest.approx(40.0)
