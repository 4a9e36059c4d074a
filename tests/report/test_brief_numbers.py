"""Each number of the brief, in both languages, is one of the CSVs and reads as its language writes it."""

from __future__ import annotations

import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

PAGES = {"en": "report.html", "da": "report.da.html"}
SIGNS = {"en": (",", "."), "da": (".", ",")}
NUMBER = re.compile(r"[−-]?\d[\d.,]*")


class Cells(HTMLParser):
    """The cells that hold a number, what they show, the answers, and the data of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[tuple[str, list[str]]] = []
        self.answers: list[str] = []
        self.data = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if "data-value" in given:
            self.cells.append((given["data-value"], []))
            self._in = "cell"
        elif given.get("class") == "answers":
            self._in = "answers"
        elif given.get("id") == "data":
            self._in = "data"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "ul", "script"):
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "cell":
            self.cells[-1][1].append(data)
        elif self._in == "answers" and data.strip():
            self.answers.append(data)
        elif self._in == "data":
            self.data += data


def page_of(folder: Path, language: str) -> Cells:
    found = Cells()
    found.feed((folder / PAGES[language]).read_text(encoding="utf-8"))
    return found


def numbers_in(text: str, language: str) -> list[float]:
    thousands, decimal = SIGNS[language]
    found = []
    for shown in NUMBER.findall(text):
        plain = shown.rstrip(".,").replace(thousands, "").replace(decimal, ".")
        found.append(float(plain.replace("−", "-")))
    return found


def last_digit(text: str, language: str) -> float:
    """What one unit of the last digit that is shown is worth; of round numbers, of the last before the zeros."""
    thousands, decimal = SIGNS[language]
    shown = NUMBER.findall(text)[0].rstrip(".,").replace(thousands, "").replace(decimal, ".")
    whole, _, decimals = shown.lstrip("−-").partition(".")
    zeros = 0 if decimals else len(whole) - len(whole.rstrip("0"))
    return float(10.0 ** (zeros - len(decimals)))


def in_csvs(folder: Path) -> set[float]:
    """Every number of every CSV, and what the tables add up of them: kroner over years, mean staff."""
    found: set[float] = set()
    for file in (*folder.glob("*.csv"), *folder.glob("figures/*.csv")):
        for _, column in pd.read_csv(file).select_dtypes("number").items():
            found |= {float(value) for value in column.dropna()}
    costs = pd.read_csv(folder / "costs.csv").groupby(["account", "item", "arm"])["dkk_mean"].sum()
    weeks = pd.read_csv(folder / "figures" / "office_by_week.csv").groupby("arm")["caseworkers"]
    return found | set(costs) | set(weeks.mean())


@pytest.mark.parametrize("language", PAGES)
def test_each_number_of_each_table_is_one_of_the_csvs(reported: Path, language: str) -> None:
    known = in_csvs(reported)
    cells = [(float(value), parts) for value, parts in page_of(reported, language).cells if value]
    assert len(cells) > 100
    for value, parts in cells:
        assert value in known, (value, parts)
        shown = numbers_in(parts[0], language)
        if shown:
            room = 0.501 * last_digit(parts[0], language)
            near = [abs(shown[0] - value * factor) <= room for factor in (1, 100, 1e-6)]
            assert any(near), (value, parts)


def test_both_languages_show_the_same_numbers_everywhere(reported: Path) -> None:
    english, danish = page_of(reported, "en"), page_of(reported, "da")
    assert len(english.cells) == len(danish.cells)
    for (value, parts), (again, deler) in zip(english.cells, danish.cells, strict=True):
        assert value == again
        shown = numbers_in(" ".join(parts), "en")
        assert shown == numbers_in(" ".join(deler), "da"), (parts, deler)
    assert len(english.answers) == len(danish.answers) > 0
    for answer, svar in zip(english.answers, danish.answers, strict=True):
        assert numbers_in(answer, "en") == numbers_in(svar, "da"), (answer, svar)


@pytest.mark.parametrize("language", PAGES)
def test_the_answers_hold_the_days_and_kroner_of_the_csvs(reported: Path, language: str) -> None:
    days = pd.read_csv(reported / "differences.csv").query(
        "metric == 'days_saved' and group == 'all'"
    )
    money = pd.read_csv(reported / "figures" / "account_differences.csv")
    money = money[money["account"] == "municipality"].set_index("arm")
    answers = page_of(reported, language).answers
    for (_, row), answer in zip(days.iterrows(), answers, strict=False):
        saved = float(money.loc[row["arm"], "net_saving_dkk_per_spell"])
        for value, of in ((row["difference"], row), (saved, money.loc[row["arm"]])):
            wanted = value if not of["is_noise"] else of["ci_low"]
            half = (of["ci_high"] - of["ci_low"]) / 2
            near = [abs(abs(n) - abs(wanted)) <= half for n in numbers_in(answer, language)]
            assert any(near), (wanted, answer)


@pytest.mark.parametrize("language", PAGES)
def test_the_data_that_the_script_draws_from_are_those_of_the_csvs(
    reported: Path, language: str
) -> None:
    data = json.loads(page_of(reported, language).data)
    days = pd.read_csv(reported / "figures" / "days_saved.csv")
    money = pd.read_csv(reported / "figures" / "account_differences.csv")
    survival = pd.read_csv(reported / "figures" / "survival.csv")
    arms = [arm["name"] for arm in data["arms"]]
    assert arms == list(dict.fromkeys(survival["arm"]))
    assert [one["name"] for one in data["accounts"]] == list(data["money"]["all"])
    for table, by, cells, column in (
        (days, "group", data["days"], "days_saved"),
        (money, "account", data["money"]["all"], "net_saving_dkk_per_spell"),
    ):
        for _, row in table.iterrows():
            cell = cells[row[by]][row["arm"]]
            assert [cell[key] for key in ("value", "low", "high")] == [
                row[key] for key in (column, "ci_low", "ci_high")
            ]
            room = max(0.501 * last_digit(cell["text"], language), 1e-9)
            assert abs(numbers_in(cell["text"], language)[0] - row[column]) <= room, cell
    costs = pd.read_csv(reported / "differences.csv").query("group == 'ui'")
    costs = costs[costs["metric"].isin([f"{account}_dkk" for account in data["money"]["ui"]])]
    assert len(costs) == 3 * (len(arms) - 1)
    for _, row in costs.iterrows():
        cell = data["money"]["ui"][row["metric"].removesuffix("_dkk")][row["arm"]]
        ends = [row["difference"], row["ci_high"], row["ci_low"]]
        assert [-cell[key] for key in ("value", "low", "high")] == ends
    for (group, arm), own in survival.groupby(["group", "arm"]):
        curve = data["survival"][group][arm]
        for key, column in (("share", "survival"), ("low", "ci_low"), ("high", "ci_high")):
            assert curve[key] == list(own[column])
    summary = pd.read_csv(reported / "summary.csv").set_index(["group", "metric", "arm"])["mean"]
    counted = 0
    for group, lines in data["table"].items():
        for line in lines:
            for arm, cell in line["cells"].items():
                if (group, line["key"], arm) in summary.index and cell["value"] is not None:
                    assert math.isclose(cell["value"], summary[group, line["key"], arm], rel_tol=0)
                    counted += 1
    assert counted > 8


def test_the_page_has_no_number_that_is_not_finite(reported: Path) -> None:
    def no(constant: str) -> Any:
        raise AssertionError(constant)

    for language in PAGES:
        json.loads(page_of(reported, language).data, parse_constant=no)
