"""The folder of the Esbjerg story: tables, figures, the page, and the same in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import fill

import pandas as pd
from markupsafe import Markup

from sim.report.esbjerg import looks, money, needed, predicted, rolled_out
from sim.report.esbjerg.facts import Tables, facts
from sim.report.esbjerg.sheet import Facts
from sim.report.figures import Drawn, style
from sim.report.figures.sheet import Sheet
from sim.report.html import page
from sim.report.inline import inline
from sim.report.words import find, name_of, say
from sim.rules.published import Published

PAGE, STORY = "report.html", "story.md"
MARKDOWN_WIDTH = 100

FIGURES: Mapping[str, Callable[[Tables, Facts], Sheet]] = {
    "needed": lambda tables, known: needed.draw(tables["needed"], known),
    "predicted": lambda tables, known: predicted.draw(tables["predicted"], known),
    "looks": lambda tables, known: looks.draw(tables["looks"], known),
    "rolled_out": lambda tables, known: rolled_out.draw(tables["rolled_out"], known),
    "money": lambda tables, known: money.draw(tables["money"], tables["predicted"], known),
}


def write(folder: Path, tables: Tables, published: Published, made: Mapping[str, str]) -> None:
    """Write figures/ (CSV, SVG, PNG), report.html and story.md into a folder.

    Args:
        made: what the page tells of its making, by the code of the fact.
    """
    known = facts(tables, published)
    drawn = draw(folder / "figures", tables, known)
    content = page(
        "esbjerg.html.j2",
        question=say("esbjerg_page.question", **known),
        verdict=_sentences("verdict", known),
        figures=[_figure(figure, known) for figure in drawn],
        unknown=_sentences("unknown", known),
        how=say("esbjerg_page.how"),
        made=[(name_of("fact", key), value) for key, value in made.items() if value],
    )
    (folder / PAGE).write_text(content, encoding="utf-8", newline="\n")
    (folder / STORY).write_text(story(known), encoding="utf-8", newline="\n")


def verdict(tables: Tables, published: Published) -> list[str]:
    """The story in three sentences."""
    return _sentences("verdict", facts(tables, published))


def draw(folder: Path, tables: Tables, known: Facts) -> list[Drawn]:
    """Each figure as SVG and PNG, and the table behind it."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    with style.drawing():
        for stem, sheet_of in FIGURES.items():
            sheet = sheet_of(tables, known)
            files = tuple(sheet.save(folder, stem))
            csv = folder / f"{stem}.csv"
            _write_table(tables[stem], csv)
            drawn.append(Drawn(stem, sheet.heading, sheet.subtitle, files, (csv,)))
    return drawn


def story(known: Facts) -> str:
    """The story in Markdown, with the figures from docs/figures: the README holds these lines."""
    question = say("esbjerg_page.question", **known)
    lines = [_wrapped(" ".join([question, *_sentences("verdict", known)])), ""]
    for stem in FIGURES:
        title = say(f"esbjerg_{stem}.title", **known)
        image = f'<img src="docs/figures/esbjerg_{stem}.png" width="400" alt="{title}">'
        text = f"**{title}.** {say(f'esbjerg_page.{stem}', **known)}"
        lines += [_wrapped(text), "", image, ""]
    lines += [f"{say('esbjerg_page.unknown_title')}:", ""]
    lines += [_wrapped(sentence, "- ", "  ") for sentence in _sentences("unknown", known)]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, first: str = "", later: str = "") -> str:
    return fill(text, MARKDOWN_WIDTH, initial_indent=first, subsequent_indent=later,
                break_on_hyphens=False)  # fmt: skip


def _write_table(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n", float_format="%.10g")


def _sentences(key: str, known: Facts) -> list[str]:
    return [sentence.format(**known) for sentence in find(f"esbjerg_page.{key}")]


def _figure(figure: Drawn, known: Facts) -> dict[str, object]:
    label = f"{figure.title}. {figure.subtitle}"
    return {
        "stem": figure.stem,
        "svg": Markup(inline(figure.svg, f"{figure.stem}-", label)),
        "text": say(f"esbjerg_page.{figure.stem}", **known),
    }
