"""Figures of many arms, and of arms whose long titles begin alike."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.report.figures import chosen, example, meetings, money, office, saved, style, survival
from sim.report.figures.sheet import Sheet
from sim.report.folder import Arm, Run, Window, read
from sim.report.words import find

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


def test_titles_and_the_words_beside_them_do_not_cross(make_run: Make, tmp_path: Path) -> None:
    arms = {"law": ("The law", 1.0)} | {
        f"arm{k}": (f"Every 14 days, with caseworkers of number {k}", 1 + k / 99) for k in (1, 2)
    }
    run = read(make_run(tmp_path / "run", arms=arms))
    with style.drawing():
        for draw in (example.draw, meetings.draw):
            sheet = draw(run)
            assert sheet is not None
            sheet.figure.canvas.draw()
            boxes = [text.get_window_extent() for text in sheet.figure.texts]
            for place, box in enumerate(boxes):
                assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def test_an_item_of_money_has_one_fill_in_every_run() -> None:
    named = find("item")
    assert isinstance(named, dict)
    assert set(style.FILLS) == set(named) - {"total"}
    assert len(set(style.FILLS.values())) == len(style.FILLS)


def test_kroner_have_room_for_their_ticks_and_intervals(many: Run) -> None:
    """Six digits: ticks side by side do not touch, and nothing runs off the sheet."""
    net, items = (many.table(name).copy() for name in ("account_differences", "accounts"))
    columns = ["net_saving_dkk_per_spell", "ci_low", "ci_high"]
    net[columns] = 100.0 * net[columns]
    items["dkk_per_spell"] = 100.0 * items["dkk_per_spell"]
    run = replace(many, tables={**many.tables, "account_differences": net, "accounts": items})
    with style.drawing():
        for draw in (money.draw_net, money.draw_items):
            sheet = draw(run)
            assert sheet is not None
            sheet.figure.canvas.draw()
            last = sheet.figure.axes[-1]
            low, high = last.get_xlim()
            ticks = [label.get_window_extent() for label in last.get_xticklabels()
                     if low <= label.get_position()[0] <= high]  # fmt: skip
            assert len(ticks) > 1
            assert all(a.x1 + 2 < b.x0 for a, b in zip(ticks, ticks[1:], strict=False))
            for box in (*ticks, *(text.get_window_extent() for text in sheet.figure.texts)):
                assert box.x1 <= sheet.figure.bbox.x1


def test_suspended_meetings_are_said_to_count_as_due(many: Run) -> None:
    window = Window(datetime.date(2020, 3, 12), datetime.date(2020, 5, 26))
    arms = (*many.arms[:-1], replace(many.arms[-1], windows=(window,)))
    with style.drawing():
        assert "meeting that is suspended" in words(meetings.draw(replace(many, arms=arms)))
        assert "meeting that is suspended" not in words(meetings.draw(many))
