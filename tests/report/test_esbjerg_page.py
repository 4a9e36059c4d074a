"""The page of the Esbjerg story: numbers from its tables, readable figures, nothing from outside."""

from __future__ import annotations

import re
from html import unescape
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.cli.main import main
from sim.config.catalogue import published_figures
from sim.report.esbjerg import page
from sim.report.esbjerg.facts import facts
from sim.report.esbjerg.page import FIGURES
from sim.report.figures import style
from sim.report.words import find, say

from ..esbjerg import story

MADE = {"command": "samtale esbjerg", "version": "0"}


@pytest.fixture(scope="module")
def known() -> dict[str, str]:
    return facts(story(), published_figures())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story")
    page.write(path, story(), published_figures(), MADE)
    return path


def test_every_figure_stands_in_the_page_and_beside_its_table(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    for stem in FIGURES:
        assert f'id="figure-{stem}"' in text
        for kind in ("svg", "png", "csv"):
            assert (folder / "figures" / f"{stem}.{kind}").stat().st_size > 100
        table = pd.read_csv(folder / "figures" / f"{stem}.csv")
        assert list(table.columns) == list(story()[stem].columns)
        assert len(table) == len(story()[stem])


def test_the_page_asks_for_nothing_and_leaves_no_brace(folder: Path) -> None:
    text = unescape((folder / "report.html").read_text(encoding="utf-8"))
    assert "default-src 'none'" in text and "<script" not in text and "http://" not in text
    assert not re.search(r"(src|href)=\"(?!#|data:)", text)
    body = text[text.index("<body>") :]
    assert "{" not in body and "}" not in body and "nan" not in body.lower().split()


def test_no_sentence_of_the_story_types_a_number_that_a_table_knows() -> None:
    """Digits in the words are horizons and meetings of the law, never results."""
    allowed = {"1", "1/e", "26", "104", "0", "95"}
    for key in ("page", "needed", "predicted", "looks", "rolled_out", "money"):
        for name, words in find(f"esbjerg_{key}").items():
            for sentence in [words] if isinstance(words, str) else words:
                plain = re.sub(r"\{[^}]*\}", "", sentence)
                assert set(re.findall(r"\d[\d.,/e]*\d|\d", plain)) <= allowed, (key, name)


def test_the_story_says_what_the_tables_say(known: dict[str, str]) -> None:
    text = page.story(known)
    needed, predicted = story()["needed"], story()["predicted"].set_index("what")
    low, high = (100.0 * (needed["hazard_ratio"].agg(end) - 1.0) for end in ("min", "max"))
    assert f"{low:.0f} to {high:.0f} % higher" in text
    assert f"predict {predicted.loc['shipped', 'days']:.1f} days" in text
    together = predicted.loc["together"]
    assert f"({together['days_low']:.0f} to {together['days_high']:.0f})" in text
    money = story()["money"].set_index("what")
    days = money.loc["days_implied_largest", "low"], money.loc["days_implied_average", "high"]
    assert f"means {days[0]:.0f} to {days[1]:.0f}" in text


@pytest.mark.parametrize("stem", FIGURES)
def test_the_words_of_a_figure_are_inside_it_and_apart(stem: str, known: dict[str, str]) -> None:
    with style.drawing():
        figure = FIGURES[stem](story(), known).figure
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        beyond = _ticks_beyond(figure)
        shown = [
            (one.get_text(), Text.get_window_extent(one, renderer))
            for one in figure.findobj(Text)
            if one.get_text().strip() and one.get_visible() and one not in beyond
        ]
    assert len(shown) > 15
    for text, box in shown:
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1, text
        assert box.y0 >= 0 and box.y1 <= figure.bbox.y1, text
    for (one, a), (other, b) in combinations(shown, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        tall = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 1.0 or tall <= 2.0, (one, other)


def _ticks_beyond(figure: Figure) -> list[Text]:
    """Labels of ticks beyond the limits of their axes: they are there and not drawn."""
    found = []
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if not low - 1e-9 <= tick.get_loc() <= high + 1e-9:
                found += [tick.label1, tick.label2]
    return found


def test_the_same_tables_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    page.write(tmp_path, story(), published_figures(), MADE)
    for file in sorted(folder.rglob("*.*")):
        assert file.read_bytes() == (tmp_path / file.relative_to(folder)).read_bytes(), file.name


def test_the_command_writes_its_folder_and_replaces_none_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sim.experiment.esbjerg.tables as made

    monkeypatch.setattr(made, "tables", lambda *_: story())
    monkeypatch.chdir(tmp_path)
    assert main(["esbjerg", "--out", "out"]) == 0
    assert say("esbjerg_page.title") in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert (tmp_path / "out" / "manifest.json").is_file()
    capsys.readouterr()
    assert main(["esbjerg", "--out", "out"]) == 3
    assert "--force" in capsys.readouterr().err
    assert main(["esbjerg", "--out", "out", "--force"]) == 0
