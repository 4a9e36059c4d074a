"""The comparison in the terminal: an arm a line, at most 100 columns wide."""

from __future__ import annotations

import math

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.report.answers import closing_sentences
from sim.report.brief import remarks
from sim.report.cells import NOTHING, Cell
from sim.report.digits import MINUS, show
from sim.report.folder import Run
from sim.report.suspension import backlog_lines, suspension_sentences
from sim.report.tables import SHARES, Line, main_table
from sim.report.words import say

WIDTH = 100
COLUMNS = {
    "days_saved": 14,
    "exit_job_share": 7,
    "held_per_person": 8,
    "waiting_days_mean": 6,
    "offered_load": 6,
    "net_saving_municipality": 16,
    "worse_off_share": 6,
}
"""Lines of the main table and how wide their columns are."""
DURATION_WIDTH = 10
LEAST_WIDTH = 90
"""Below this the names of arms would have no room."""
MOST_SIGNS = 6
WITH_INTERVAL = ("days_saved", "net_saving_municipality")


def comparison(run: Run, width: int = WIDTH) -> Table:
    """The main table with an arm a row: a star marks what is more than noise."""
    lines = {line.key: line for line in main_table(run)}
    duration = next((key for key in lines if key.startswith("rmst_")), None)
    keys = [key for key in (duration, *COLUMNS) if key in lines]
    table = Table(
        box=box.SIMPLE_HEAD, width=width, padding=(0, 0), pad_edge=False, title=Text(run.title)
    )
    table.add_column(say("terminal.arm"), overflow="fold", ratio=1)
    for key in keys:
        name = say(f"terminal.{'duration' if key == duration else key}")
        wide = COLUMNS.get(key, DURATION_WIDTH)
        table.add_column(name, justify="right", overflow="fold", width=wide, vertical="top")
    for i, arm in enumerate(run.arms):
        cells = [_text(lines[key], lines[key].cells[i]) for key in keys]
        table.add_row(Text(arm.title), *cells)
    return table


def in_blocks(run: Run) -> list[Text]:
    """The same where there is no room for a table: the figures of one arm after the other."""
    lines = {line.key: line for line in main_table(run)}
    duration = next((key for key in lines if key.startswith("rmst_")), None)
    keys = [key for key in (duration, *COLUMNS) if key in lines]
    found = [Text(run.title)]
    for i, arm in enumerate(run.arms):
        found += [Text(""), Text(arm.title)]
        for key in keys:
            name = say(f"terminal.{'duration' if key == duration else key}")
            value = str(_text(lines[key], lines[key].cells[i])).replace("\n", ", ")
            found.append(Text(f"  {name}: {value}"))
    return [*found, Text("")]


def backlog_table(run: Run, width: int = WIDTH) -> Table:
    """What a suspension leaves to catch up on: a line each, an arm with a suspension a column."""
    lines = backlog_lines(run)
    named = [i for i, _ in enumerate(run.arms) if any(_is_said(line.cells[i]) for line in lines)]
    title = Text(say("brief.backlog"))
    table = Table(
        box=box.SIMPLE_HEAD, width=width, padding=(0, 1), pad_edge=False,
        title=title, title_justify="left",
    )  # fmt: skip
    table.add_column("", overflow="fold", ratio=3)
    for i in named:
        table.add_column(Text(run.arms[i].title), justify="right", overflow="fold", ratio=1)
    for line in lines:
        table.add_row(Text(line.name), *(Text(line.cells[i].text) for i in named))
    return table


def _is_said(cell: Cell) -> bool:
    return cell.text != NOTHING.text


def _text(line: Line, cell: Cell) -> Text:
    text = cell.text
    if line.key in WITH_INTERVAL and cell.span:
        star = " *" if cell.verdict == say("noise.more") else ""
        text = f"{text}{star}\n{cell.span}"
    elif len(text) > MOST_SIGNS and math.isfinite(cell.value):
        # Where an interval is tiny the page has all its digits; a column here has no room.
        text = show(cell.value, share=line.key in SHARES)
    return Text(text)


def print_comparison(run: Run, console: Console | None = None) -> None:
    """Print the comparison with what its columns are; plain where the output is no terminal."""
    console = console or Console(width=WIDTH, highlight=False)
    plain = not console.encoding.lower().startswith("utf")
    with console.capture() as captured:
        if console.width >= LEAST_WIDTH:
            console.print(comparison(run, min(WIDTH, console.width)))
        else:
            for line in in_blocks(run):
                console.print(line)
        console.print(Text(say("terminal.below", baseline=run.baseline.title)))
        if not run.table("backlog").empty:
            console.print()
            console.print(backlog_table(run, min(WIDTH, console.width)))
        for sentence in (*closing_sentences(run), *suspension_sentences(run), *remarks(run)):
            console.print(Text(sentence))
    text = captured.get()
    if plain:
        for sign, instead in (
            (MINUS, "-"),
            ("–", "-"),
            ("…", "..."),
            ("“", '"'),
            ("”", '"'),
            ("─", "-"),
            ("\N{NO-BREAK SPACE}", " "),
        ):
            text = text.replace(sign, instead)
    lines = [line.rstrip() for line in text.splitlines()]
    console.out("\n".join(lines).strip("\n"), highlight=False)
