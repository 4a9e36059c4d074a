"""The page holds the numbers of the tables, escapes what it is given, and asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from sim.report import write
from sim.report.brief import answers, remarks
from sim.report.folder import Run, read
from sim.report.tables import Line, difference_table, main_table
from sim.report.terminal import print_comparison

Make = Callable[..., Path]
FROM = {
    "rmst_728_days": "summary",
    "exit_job_share": "summary",
    "held_per_person": "summary",
    "waiting_days_mean": "summary",
    "offered_load": "summary",
    "days_saved": "differences",
    "worse_off_share": "differences",
}


class Reader(HTMLParser):
    """Tags, links, ids and the main table's cells of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.rows: dict[str, list[tuple[str, str]]] = {}
        self._metric = ""
        self._value: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.tags.append(tag)
        self.attributes += list(given.items())
        if "data-metric" in given:
            self._metric = given["data-metric"]
        self._value = given.get("data-value") if tag == "td" else self._value

    def handle_data(self, data: str) -> None:
        if self._value is not None and data.strip():
            self.rows.setdefault(self._metric, []).append((self._value, data.strip()))
            self._value = None


def read_page(path: Path) -> Reader:
    reader = Reader()
    reader.feed((path / "report.html").read_text(encoding="utf-8"))
    return reader


def _as_number(text: str) -> float:
    """The number that a reader reads."""
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-").removesuffix(" %"))


def _half_digit(text: str) -> float:
    """Half a unit of the last digit that is shown (tens, hundreds for round numbers)."""
    digits = text.removesuffix(" %").replace(",", "").lstrip("\N{MINUS SIGN}")
    decimals = len(digits.partition(".")[2])
    zeros = 0 if decimals else len(digits) - len(digits.rstrip("0"))
    return 0.501 * 10.0 ** (min(zeros, 1) - decimals)


def test_each_number_of_the_main_table_equals_the_csv(reported: Path) -> None:
    rows = read_page(reported).rows
    arms = list(dict.fromkeys(pd.read_csv(reported / "summary.csv")["arm"]))
    for metric, table in FROM.items():
        frame = pd.read_csv(reported / f"{table}.csv")
        own = frame[(frame["metric"] == metric) & (frame["group"] == "all")].set_index("arm")
        column = "mean" if table == "summary" else "difference"
        assert len(rows[metric]) >= len(arms), metric
        for arm, (value, text) in zip(arms, rows[metric], strict=False):
            if arm not in own.index:
                assert (value, text) == ("", "–")
                continue
            assert float(value) == own.loc[arm, column], (metric, arm)
            share = metric.endswith("_share") or metric == "offered_load"
            shown = float(own.loc[arm, column]) * (100.0 if share else 1.0)
            assert _as_number(text) == pytest.approx(shown, abs=_half_digit(text))


def as_rows(run: Run, metric: str, unit: str, *rows: tuple[float, float, float, object]) -> Line:
    """The line of a metric that has these differences: value, interval, is it noise."""
    columns = ["difference", "ci_low", "ci_high", "is_noise"]
    table = pd.DataFrame(rows, columns=columns).assign(metric=metric, unit=unit, group="all")
    table["arm"] = [arm.name for arm in run.arms[1 : len(rows) + 1]]
    (line,) = difference_table(replace(run, tables={**run.tables, "differences": table}))
    return line


def test_differences_of_shares_are_percentage_points_and_people_worse_off_per_cent(
    reported: Path,
) -> None:
    run = read(reported)
    row = (-0.0026, -0.0031, -0.0021, False)
    for metric in ("exit_job_share", "offered_load", "survival_364"):
        cell = as_rows(run, metric, "share", row).cells[1]
        assert (cell.text, cell.span) == ("−0.26 pp", "−0.31 to −0.21 pp"), metric
    people = as_rows(run, "worse_off_share", "share", (0.041, 0.039, 0.043, False)).cells[1]
    assert people.text == "4.10 %"


def test_a_day_saved_has_a_price_only_where_days_are_saved_at_a_cost(reported: Path) -> None:
    prices = as_rows(
        read(reported), "dkk_per_day_saved", "DKK per day",
        (-190.0, -240.0, -140.0, False), (212.0, 160.0, 271.0, False), (-9.0, -20.0, 2.0, True),
    ).cells  # fmt: skip
    assert [cell.text for cell in prices] == ["–", "saves both", "210", "no clear cost"]
    assert [cell.verdict for cell in prices] == ["", "", "more than noise", ""]


def test_each_net_saving_equals_the_csv(reported: Path) -> None:
    rows = read_page(reported).rows
    frame = pd.read_csv(reported / "figures" / "account_differences.csv")
    for account in ("municipality", "public", "society"):
        own = frame[frame["account"] == account]["net_saving_dkk_per_spell"]
        shown = [float(value) for value, _ in rows[f"net_saving_{account}"] if value]
        assert shown == list(own)


def test_nothing_on_the_page_asks_the_network(reported: Path) -> None:
    reader = read_page(reported)
    assert reader.tags.count("script") == 2  # the data, and what draws from it
    assert "link" not in reader.tags
    for key, value in reader.attributes:
        if key in ("src", "href", "action", "srcset", "data"):
            assert value.startswith("#"), (key, value)
        assert key != "style"
        assert not key.startswith("on")
    page = (reported / "report.html").read_text(encoding="utf-8")
    assert "http:" not in page.replace('"http://www.w3.org/2000/svg"', "")  # a name, no address


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else(reported: Path) -> None:
    page = (reported / "report.html").read_text(encoding="utf-8")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    policy = dict(read_page(reported).attributes)
    assert f"style-src 'sha256-{digest}'" in page.replace("&#39;", "'")
    assert "default-src 'none'" in page.replace("&#39;", "'")
    assert policy
    assert page.count("<style>") == 1
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script.group(1).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in page.replace("&#39;", "'")


def test_ids_are_unique_and_every_reference_is_to_one(reported: Path) -> None:
    attributes = read_page(reported).attributes
    ids = [value for key, value in attributes if key == "id"]
    assert len(ids) == len(set(ids))
    wanted = {value[1:] for key, value in attributes if key == "href"}
    wanted |= {name for _, value in attributes for name in re.findall(r"url\(#(.+?)\)", value)}
    assert wanted <= set(ids)


def test_what_a_configuration_contains_is_escaped(make_run: Make, tmp_path: Path) -> None:
    evil = "<script>alert('x')</script>"
    arms = {"standard": (evil, 1.0), "other": ("=cmd() & $\\frac{1}{2}$ \x07 🙂", 1.1)}
    path = make_run(tmp_path / "run", arms=arms, title=evil, note='"><img src=x onerror=alert(1)>')
    write(path, {"command": evil})
    for name in ("report.html", "report.da.html"):
        page = (path / name).read_text(encoding="utf-8")
        assert page.count("<script") == page.count("</script") == 2
        assert "<img" not in page
        assert "&lt;script&gt;" in page
        assert "\\u003cscript\\u003e" in page  # in the JSON that the page's own script reads
    for figure in (path / "figures").glob("*.svg"):
        assert "<script" not in figure.read_text(encoding="utf-8")


def test_the_facts_of_the_run_stand_on_the_page(reported: Path) -> None:
    page = (reported / "report.html").read_text(encoding="utf-8")
    for part in (
        "simpy 4.1.2",
        "the queue &lt;grows&gt;",
        "Left out: Weeks in work, of 104, needs 728",
    ):
        assert part in page
    assert re.search(r"effect\.tau_days</code></td><td>28[.0]*</td><td>56</td>", page)


def test_assumptions_and_changes_are_listed(reported: Path) -> None:
    page = (reported / "report.html").read_text(encoding="utf-8")
    assert "market.displacement" in page
    assert "population.groups.ui.no_show.physical" in page
    rests, changed = page.index("What the result rests on"), page.index("Values that differ: 1")
    assert rests < page.index("effect.alpha") < changed < page.rindex("effect.tau_days")
    assert page.rindex("effect.alpha") < changed


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"replications": 1}, "No interval: one replication."),
        ({"replications": 9, "luck": "grid"}, "No interval: a grid"),
        ({"replications": 9, "luck": "random"}, ""),
    ],
)
def test_a_run_without_intervals_says_so_on_the_screen_and_on_the_page(
    make_run: Make, tmp_path: Path, facts: dict[str, Any], said: str
) -> None:
    path = make_run(tmp_path / "run", replications=1 if said else 30)
    found = read(path, facts)
    with (tmp_path / "out.txt").open("w+", encoding="utf-8") as file:
        print_comparison(found, Console(file=file, width=100))
        file.seek(0)
        shown = file.read()
    for text in (shown, " ".join(remarks(found))):
        assert said in text and ("No interval" in text) == bool(said)


def test_an_arm_without_caseworkers_shows_words_in_place_of_waits_and_load(reported: Path) -> None:
    found = read(reported)
    summary = found.table("summary").copy()
    nobody = (summary["arm"] == "flexible") & (summary["group"] == "all")
    summary.loc[nobody & (summary["metric"] == "held_per_person"), "mean"] = 0.0
    due = summary[summary["metric"] == "held_per_person"].assign(metric="due_per_person", mean=6.0)
    weeks = found.table("office_by_week").copy()
    weeks.loc[weeks["arm"] == "flexible", "caseworkers"] = 0.0
    tables = {**found.tables, "summary": pd.concat([summary, due]), "office_by_week": weeks}
    lines = {line.key: line for line in main_table(replace(found, tables=tables))}
    place = [arm.name for arm in found.arms].index("flexible")
    assert lines["waiting_days_mean"].cells[place].text == "never met"
    assert lines["offered_load"].cells[place].text == "no staff"
    for key, words in (("waiting_days_mean", "never met"), ("offered_load", "no staff")):
        assert [cell.text for cell in lines[key].cells].count(words) == 1


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"summary\.csv"):
        write(tmp_path)


def test_a_narrow_terminal_shows_the_figures_of_one_arm_after_the_other(
    reported: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    with path.open("w", encoding="utf-8") as file:
        print_comparison(read(reported), Console(file=file, width=60))
    text = path.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 60
    for part in ("Standard", "Intensified", "10.1 to 11.7", "186"):
        assert part in text


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_the_terminal_shows_the_comparison_in_a_hundred_columns(
    reported: Path, encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "out.txt"
    with path.open("w", encoding=encoding) as file:
        print_comparison(read(reported), Console(file=file, width=100))
    text = path.read_text(encoding=encoding)
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    for part in ("Standard", "Intensified", "10.1 to 11.7", "186"):
        assert part in text


def test_the_example_person_is_said_to_wait_for_nobody(reported: Path) -> None:
    """It is met at once whatever the queue: more meetings than in a run with too few caseworkers."""
    page = (reported / "report.html").read_text(encoding="utf-8")
    assert "waits for no caseworker" in page
    assert "The example waits for nobody." in page


def test_nothing_and_next_to_nothing_are_told_as_what_they_are(reported: Path) -> None:
    run = read(reported)

    def said(days: tuple[float, float, float], dkk: float) -> str:
        differences, money = (
            run.table(name).copy() for name in ("differences", "account_differences")
        )
        own = (differences["arm"] == "flexible") & (differences["metric"] == "days_saved")
        differences.loc[own, ["difference", "ci_low", "ci_high"]] = days
        differences.loc[own, "is_noise"] = "False" if days[1] > 0 else "True"
        money.loc[money["arm"] == "flexible", "net_saving_dkk_per_spell"] = dkk
        tables = {**run.tables, "differences": differences, "account_differences": money}
        return answers(replace(run, tables=tables))[1]

    assert "Flexible: changes nothing in this run" in said((0.0, 0.0, 0.0), 0.0)
    assert "changes nothing" not in said((0.0, 0.0, 0.0), 5.0)
    assert "no practical meaning" in said((0.004, 0.001, 0.008), 1.0)
    assert "no practical meaning" not in said((1.2, 1.0, 1.4), 1.0)


def test_what_the_average_hides_is_told(reported: Path) -> None:
    run = read(reported)
    days = run.table("days_saved").copy()
    for group, saved in (("ui", 20.0), ("sickness", -4.0)):
        own = (days["arm"] == "intensified") & (days["group"] == group)
        days.loc[own, ["days_saved", "ci_low", "ci_high"]] = (saved, saved - 0.5, saved + 0.5)
        days.loc[own, "is_noise"] = "False"
    said = answers(replace(run, tables={**run.tables, "days_saved": days}))[0]
    assert "Unemployment insurance 20.0 days shorter, Sickness" in said
    assert "4.0 days longer" in said
