"""The brief in a real Chromium: both languages, a desk and a phone, printed, by keyboard, without script."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.report import pages, pdf, write
from sim.rules.errors import ResourceError

REQUIRED = "SAMTALE_BROWSER_REQUIRED"
QUIET = ["--no-sandbox", *(flag for flag in pdf.QUIET if flag.startswith("--disable"))]
DESK, PHONE = (1280, 900), (390, 844)
LARGEST_BYTES = 3_000_000
OPENS_WITHIN_SECONDS = 2.0
Make = Callable[..., Path]


def missing(what: str) -> None:
    """Skip, or fail where the environment says that the browser must be there."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{what} is missing, and {REQUIRED} is set")
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium that is installed on this machine."""
    path = next((found for name in pdf.BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        missing("Chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright (pip install 'samtale[test]')")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()


class Opened:
    """A page with all that it said and all that it asked for."""

    def __init__(self, browser: Any, path: Path, size: tuple[int, int], **how: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **how)
        self.page = context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append("a dialog opened"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.route(re.compile(r"^(?!file:)"), lambda route: route.abort())
        self.page.goto(path.resolve().as_uri())

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Opens pages, and closes them after the test."""
    opened: list[Opened] = []

    def open_one(path: Path, size: tuple[int, int] = DESK, **how: Any) -> Opened:
        opened.append(Opened(browser, path, size, **how))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.mark.parametrize("language", [0, 1])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_page_opens_at_once_says_no_error_and_asks_for_nothing_else(
    reported: Path, open_page: Callable[..., Opened], language: int, size: tuple[int, int]
) -> None:
    path = pages(reported)[language]
    assert path.stat().st_size < LARGEST_BYTES
    opened = open_page(path, size)
    assert opened.said == []
    assert opened.asked == [path.resolve().as_uri()]
    session = opened.page.context.new_cdp_session(opened.page)
    session.send("Performance.enable")
    spent = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    # The time that the page's own thread worked: other programs do not count.
    assert spent["TaskDuration"] < OPENS_WITHIN_SECONDS
    wide = opened.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0], "the page itself does not scroll sideways, its tables do"
    if size == PHONE:
        scrollers = opened.page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
        )
        assert scrollers > 0


@pytest.mark.parametrize("language", [0, 1])
def test_an_accessibility_checker_finds_nothing_serious(
    reported: Path, open_page: Callable[..., Opened], language: int
) -> None:
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python (pip install 'samtale[test]')")
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        opened = open_page(pages(reported)[language], size, color_scheme=scheme)
        found = Axe().run(opened.page).response["violations"]
        serious = [
            (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], (size, scheme)


@pytest.mark.parametrize("language", [0, 1])
def test_four_arms_print_on_two_pages(
    reported: Path, open_page: Callable[..., Opened], language: int
) -> None:
    opened = open_page(pages(reported)[language])
    printed = opened.page.pdf(prefer_css_page_size=True, print_background=True)
    assert sheets(printed) == 2


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["four_regimes", "esbjerg_2017", "lockdown_2020"])
def test_the_brief_of_a_scenario_is_two_pages_small_and_quiet(
    scenario: str, tmp_path: Path, open_page: Callable[..., Opened]
) -> None:
    out = tmp_path / "run"
    assert main(["run", f"scenarios={scenario}", "design=quick", f"out={out}"]) == 0
    for path in pages(out):
        assert path.stat().st_size < LARGEST_BYTES
        opened = open_page(path)
        assert opened.said == [] and opened.asked == [path.resolve().as_uri()]
        printed = opened.page.pdf(prefer_css_page_size=True, print_background=True)
        assert sheets(printed) == 2, path.name


def sheets(printed: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def test_what_is_chosen_changes_the_numbers_shown(
    reported: Path, open_page: Callable[..., Opened]
) -> None:
    page = open_page(pages(reported)[0]).page
    data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
    page.select_option("#group", "sickness")
    shown = page.inner_text("#days")
    cell = data["days"]["sickness"]["intensified"]
    assert cell["text"] in shown and cell["span"] in shown
    page.select_option("#account", "society")
    assert words_of(data, "nothing") in page.inner_text("#money"), "not told of this group"
    for group in ("all", "ui"):
        page.select_option("#group", group)
        assert data["money"][group]["society"]["flexible"]["text"] in page.inner_text("#money")
        assert title_of(data, group) in page.inner_text("#money caption")
    assert page.locator("tr[data-metric=days_saved] td:visible").count() > 0
    page.uncheck("input[value=flexible]")
    assert "Flexible" not in page.inner_text("#days")
    first = page.locator("tr[data-metric=days_saved]").first
    assert first.locator("td:visible").count() == len(data["arms"]) - 1


def words_of(data: dict[str, Any], key: str) -> str:
    return str(data["words"][key])


def title_of(data: dict[str, Any], group: str) -> str:
    return str(next(one["title"] for one in data["groups"] if one["name"] == group))


def test_the_slider_and_the_pointer_read_a_week(
    reported: Path, open_page: Callable[..., Opened]
) -> None:
    page = open_page(pages(reported)[1]).page
    data = page.evaluate("JSON.parse(document.getElementById('data').textContent)")
    page.focus("#week")
    page.keyboard.press("ArrowRight")
    own = data["survival"]["all"]["standard"]
    share = own["share"][own["weeks"].index(53)]
    assert "uge 53" in page.inner_text("#at-week")
    assert f"{100 * share:.1f} %".replace(".", ",") in page.inner_text("#at-week")
    box = page.locator("#curves rect.catch").bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 20)
    assert "uge 0" in page.inner_text("#at-week") and "100,0 %" in page.inner_text("#at-week")


def test_light_and_dark_can_be_chosen_by_keyboard(
    reported: Path, open_page: Callable[..., Opened]
) -> None:
    page = open_page(pages(reported)[0], color_scheme="light").page
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "theme"
    assert page.evaluate(paper) != before


def test_without_script_every_table_and_figure_is_there(
    reported: Path, open_page: Callable[..., Opened]
) -> None:
    page = open_page(pages(reported)[0], java_script_enabled=False).page
    assert page.locator("tr[data-metric=days_saved] td:visible").count() > 3
    assert page.locator("figure svg:visible").count() > 5
    assert page.locator("#arms:visible, #theme:visible").count() == 0


def test_a_hostile_configuration_does_nothing_in_a_browser(
    make_run: Make, tmp_path: Path, open_page: Callable[..., Opened]
) -> None:
    evil = "</script><script>alert(1)</script><img src=https://example.org/x onerror=alert(2)>"
    arms = {"standard": (evil, 1.0), "other": ("<!--<script>" + evil, 1.1)}
    path = make_run(tmp_path / "run", arms=arms, title=evil, note=evil)
    write(path)
    for page in pages(path):
        opened = open_page(page)
        assert (opened.said, len(opened.asked)) == ([], 1)
        assert opened.page.locator("#arms label").count() == 2


def test_pdfs_are_printed_by_what_is_installed(
    browser: Any, reported: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(pages(reported)[0].read_bytes())
    (printed,) = pdf.print_pages([page])
    assert printed == tmp_path / "report.pdf"
    assert sheets(printed.read_bytes()) == 2


def test_where_nothing_prints_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ResourceError, match="needs Chromium, Chrome or WeasyPrint") as told:
        pdf.print_pages([tmp_path / "report.html"])
    assert "sudo apt install chromium" in str(told.value)
