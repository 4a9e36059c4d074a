"""What the commands print: text, tables, problems, and a progress bar with the time left."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH = 200
PLAIN_STEPS = 10
NARROW = 80
COLUMN_GAP = 3


def prepare() -> None:
    """Makes the streams print any character in any locale (a replacement sign where they cannot)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def silence() -> None:
    """Sends all later output nowhere, because whoever read it has gone (samtale show | head)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):
            continue


def flush() -> None:
    """Writes out what is still held back; a reader that has gone is no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        silence()


def say(text: str = "") -> None:
    """Prints a line of the answer; goes on quietly when nobody reads it any longer."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        silence()


def note(text: str) -> None:
    """Prints a line about the work (not the answer), to standard error."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        silence()


def problems(what: str, messages: Sequence[str]) -> None:
    """Prints what went wrong, one line a problem, to standard error."""
    if len(messages) == 1:
        note(f"samtale: {what}: {messages[0]}")
        return
    note(f"samtale: {what}" + (":" if messages else ""))
    for message in messages:
        note(f"  - {message}")


def rich_console(error: bool = False) -> "Console":
    """A rich console for this stream; wide enough for tables where there is no terminal."""
    from rich.console import Console

    class Quiet(Console):
        """A console that goes on quietly when nobody reads it any longer."""

        def on_broken_pipe(self) -> None:
            silence()

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Quiet(file=stream, width=width, highlight=False)


PLAIN_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "–": "-", "…": "..."})
"""What stands for signs that the terminal cannot show."""


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str = "",
    right: Sequence[str] = (),
) -> None:
    """Prints a table; the columns named in `right` are set flush right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD
    )
    for column in columns:
        numeric = column in right
        shown.add_column(
            column, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold"
        )
    signs = {} if rich_console().encoding.lower().startswith("utf") else PLAIN_SIGNS
    for row in rows:
        shown.add_row(*(Text(cell.translate(signs)) for cell in row))
    rich_console().print(shown)


def side_by_side(
    names: Sequence[str],
    labels: Sequence[str],
    rows: Sequence[Sequence[str]],
    title: str,
    right: bool = False,
) -> None:
    """Prints a table with a column a label, or a block a row where the terminal is too narrow.

    A row is what it is called (one cell a name), then a cell a label. Cells of numbers (`right`)
    are never broken; others are, down to a terminal of 80 columns.
    """
    widths = [max(map(len, column)) for column in zip((*names, *labels), *rows, strict=True)]
    needed = sum(widths) + COLUMN_GAP * len(widths)
    width = rich_console().width
    if not rows or needed <= width or (width >= NARROW and not right):
        table((*names, *labels), rows, title=title, right=labels if right else ())
        return
    say(f"\n{title}")
    signs = {} if rich_console().encoding.lower().startswith("utf") else PLAIN_SIGNS
    for row in rows:
        say(f"\n{': '.join(row[: len(names)])}".translate(signs))
        for label, cell in zip(labels, row[len(names) :], strict=True):
            say(f"  {label}: {cell}".translate(signs))


def duration(seconds: float) -> str:
    """A length of time in words: 40 s, 3 min 20 s, 2 h 5 min, 12 days."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole / 86400:,.0f} days"


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Yields `tell(done, total)`: a bar with the time left, or plain lines without a terminal."""
    if sys.stderr.isatty():
        yield from _bar(what, total)
    else:
        yield _lines(what)


def _bar(what: str, total: int) -> Iterator[Callable[[int, int], None]]:
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns: list[Any] = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("left"),
    ]
    with Progress(*columns, console=rich_console(error=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(what: str) -> Callable[[int, int], None]:
    began = time.monotonic()
    said = -1

    def tell(done: int, total: int) -> None:
        nonlocal said
        step = PLAIN_STEPS * done // max(total, 1)
        if step == said or done == 0:
            return
        said = step
        left = (time.monotonic() - began) / done * (total - done)
        note(f"{what}: {done} of {total}" + (f", {duration(left)} left" if done < total else ""))

    return tell
