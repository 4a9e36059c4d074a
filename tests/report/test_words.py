"""The Danish catalogue says what the English one says, and the language is a choice of the moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.config.catalogue import data_root
from sim.experiment.manifest import LOAD_NOTE
from sim.report.digits import day, plain, rounded, show_interval
from sim.report.words import catalogue, language, name_of, say, spoken, translated

TEXT = Path(sim.__file__).parent / "report" / "text"

ENGLISH_FILES = ("en_bench", "en_calibration", "en_esbjerg", "en_sensitivity", "en_sweep")
ENGLISH_FILES += ("en_documents", "en_fit", "en_validate")
"""Pages of other commands than run and report stay English."""

ENGLISH_SECTIONS = ("life", "form", "duty", "outcome", "month", "terminal")
ENGLISH_SECTIONS += ("same_hours", "sensitivity", "workbook", "workbook_table")
"""The terminal, `samtale trace`, the page of a sensitivity and the workbook stay English."""


def flat(entries: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in entries.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def in_english() -> dict[str, Any]:
    import tomllib

    found: dict[str, Any] = {}
    for file in sorted(TEXT.glob("en*.toml")):
        if file.stem not in ENGLISH_FILES:
            for section, own in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if section not in ENGLISH_SECTIONS:
                    found |= dict(flat({section: own}))
    return found


def in_danish() -> dict[str, Any]:
    return {k: v for k, v in flat(catalogue("da")) if not k.startswith("translated.")}


def places(text: object) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", str(text))))


def test_what_the_brief_says_in_english_it_says_in_danish_and_the_other_way_round() -> None:
    english, danish = in_english(), in_danish()
    assert sorted(english) == sorted(danish)
    assert [k for k in english if places(english[k]) != places(danish[k])] == []
    assert [k for k in english if type(english[k]) is not type(danish[k])] == []
    lists = [k for k, value in english.items() if isinstance(value, list)]
    assert [k for k in lists if len(english[k]) != len(danish[k])] == []


def shipped() -> set[str]:
    """Every text that shipped scenarios and regimes show to readers."""
    found = {LOAD_NOTE.replace("{elasticity:g}", "{elasticity}")}
    for file in sorted((data_root() / "scenarios").glob("*.yaml")):
        scenario = yaml.safe_load(file.read_text(encoding="utf-8"))
        found |= {scenario[key] for key in ("title", "question", "note")}
        found |= {arm["title"] for arm in scenario["arms"].values() if "title" in arm}
        found |= {one["what"] for one in scenario.get("beside", [])}
    for file in sorted((data_root() / "configs" / "regime").glob("*.yaml")):
        found.add(yaml.safe_load(file.read_text(encoding="utf-8"))["title"])
    return {" ".join(text.split()) for text in found}


def test_every_shipped_scenario_and_regime_has_its_words_in_danish_and_no_word_is_left_over() -> (
    None
):
    known = catalogue("da")["translated"]
    assert sorted(shipped()) == sorted(known)
    assert [text for text, said in known.items() if places(text) != places(said)] == []
    # An arm's title is a name and what it is about: both or neither.
    assert [t for t, said in known.items() if len(t) < 60 and (": " in t) != (": " in said)] == []


def test_a_text_that_is_not_shipped_stays_as_it_is_and_places_are_filled() -> None:
    with language("da"):
        assert translated("My own regime {x} <b>") == "My own regime {x} <b>"
        assert translated("Intensified:  11 meetings\n in 6 months").startswith("Intensiveret: 11")
        assert "(office.load_elasticity 0.25)" in translated(LOAD_NOTE.format(elasticity=0.25))
    assert translated("Intensified") == "Intensified"


def test_numbers_and_dates_are_written_as_the_language_writes_them() -> None:
    assert (rounded(-1234.56, -1), plain(1.2), day("2026-11-27")) == (
        "−1,234.6", "1.2", "27 November 2026",
    )  # fmt: skip
    with language("da"):
        assert (rounded(-1234.56, -1), plain(1.2), day("2026-11-27")) == (
            "−1.234,6", "1,2", "27. november 2026",
        )  # fmt: skip
        assert show_interval(8.93, 8.12, 9.74) == "8,1 til 9,7"
        assert name_of("group", "ui") == "Dagpenge"


def test_the_language_ends_with_its_block_also_after_an_error() -> None:
    with pytest.raises(KeyError), language("da"):
        assert say("brief.answer") == "Svaret"
        say("no.such")
    assert (spoken(), say("brief.answer")) == ("en", "The answer")
    with pytest.raises(ValueError, match="no language de: there are en, da"), language("de"):
        pass
