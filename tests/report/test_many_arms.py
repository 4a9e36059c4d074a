"""Figures of many arms, and of arms whose long titles begin alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.report.figures import chosen, office, saved, style, survival
from sim.report.figures.sheet import Sheet
from sim.report.folder import Arm, Run, read

Make = Callable[..., Path]
SAME = "Every 14 days, with"
ALIKE = [f"{SAME} what the budget pays", f"{SAME} the staff it needs", "The law"]


def words(sheet: Sheet | None) -> str:
    assert sheet is not None
    texts = [*sheet.figure.texts, *(text for axes in sheet.figure.axes for text in axes.texts)]
    return " ".join(" ".join(text.get_text() for text in texts).split())


@pytest.fixture(scope="module")
def many(make_run: Make, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Eight arms; the last four are furthest from the first."""
    arms = {f"arm{k}": (f"Regime {k}", 1 + k * k / 200) for k in range(8)}
    return read(make_run(tmp_path_factory.mktemp("many") / "run", arms=arms))


def test_sixteen_arms_have_looks_of_their_own() -> None:
    looks = [style.look(Arm(str(k), str(k), k)) for k in range(16)]
    assert len({(look.colour, look.dash) for look in looks}) == 16
    assert len({(look.colour, look.marker) for look in looks}) == 16
    assert len({(look.marker, look.face == look.colour) for look in looks}) >= 13
    assert {look.colour for look in looks} == set(style.COLOURS)


def test_titles_that_begin_alike_are_told_apart_where_they_are_cut() -> None:
    first, second, law = style.names(ALIKE, 70, 8)
    assert " ".join(first) == "…what the budget pays"
    assert " ".join(second) == "…the staff it needs"
    assert law == ["The law"]
    assert style.names(ALIKE, 300, 8)[0] == [ALIKE[0]]


def test_of_many_curves_the_first_and_the_furthest_are_drawn_and_the_others_named() -> None:
    arms = [Arm(f"a{k}", f"Arm {k}", k) for k in range(7)]
    curves = {
        arm: np.array([0.0, away]) for arm, away in zip(arms, (0, 1, -9, 3, -4, 5, 2), strict=True)
    }
    drawn, notes = chosen.furthest(curves)
    assert [arm.place for arm in drawn] == [0, 2, 3, 4, 5]
    assert notes[0].endswith("The other 2 stay nearer to it: Arm 1 and Arm 6.")
    assert chosen.furthest(dict(list(curves.items())[:6])) == (arms[:6], [])


def test_many_arms_are_drawn_without_a_tangle(many: Run) -> None:
    with style.drawing():
        for draw in (survival.draw, survival.draw_groups, office.draw):
            sheet = draw(many)
            assert "stay nearer to it" in words(sheet)
            assert sheet is not None
            assert len(sheet.figure.axes[0].lines) <= chosen.OTHERS + 2
        assert "Regime 1" in words(survival.draw(many))  # still in the table of those at risk


def test_days_saved_shows_all_groups_together_where_there_are_many_arms(
    many: Run, reported: Path
) -> None:
    few = read(reported)
    with style.drawing():
        sheets = [saved.draw(many), saved.draw(few)]
    assert sheets[0] is not None and sheets[1] is not None
    assert len(sheets[0].figure.axes) == 1 and len(sheets[1].figure.axes) == 8
    assert "each group stands in days_saved.csv" in words(sheets[0])


def test_the_only_group_is_not_shown_twice(reported: Path) -> None:
    run = read(reported)
    table = run.table("days_saved")
    alone = table[table["group"].isin(["all", "ui"])]
    with style.drawing():
        sheet = saved.draw(replace(run, tables={**run.tables, "days_saved": alone}))
    assert sheet is not None and len(sheet.figure.axes) == 1
    assert "Unemployment insurance" in words(sheet) and "All groups" not in words(sheet)


def test_no_text_runs_off_the_sheet(many: Run) -> None:
    """Long numbers take their room from the axes."""
    table = many.table("days_saved").copy()
    table[["days_saved", "ci_low", "ci_high"]] = [-1234.0012, -1234.0020, -1234.0005]
    with style.drawing():
        sheet = saved.draw(replace(many, tables={**many.tables, "days_saved": table}))
        assert sheet is not None
        sheet.figure.canvas.draw()
        for text in sheet.figure.texts:
            assert text.get_window_extent().x1 <= sheet.figure.bbox.x1, text.get_text()
