"""The documents of docs/: what is made is up to date, and what is written links to what exists."""

import ast
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from sim.cli import documents
from sim.config.catalogue import data_root, published_figures
from sim.experiment.validation.verdict import CONTRADICTED, VERDICTS, Prediction, verdict
from sim.report.documents import tables, used, validation
from sim.report.documents.noted import declaration, noted
from sim.rules.registry import Registry

ITEMS = {"stress_des.md": 20, "odd.md": 7}
"""Documents of which every item is linked to code, and how many items they have at least."""

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?|-?inf")


@pytest.fixture(scope="module")
def docs(checkout: Path) -> Path:
    return checkout / "docs"


def test_every_made_document_is_up_to_date(checkout: Path) -> None:
    """After a change of values, sources, code or changelog: python -m sim.cli.documents."""
    for name, text in documents.made(checkout).items():
        assert (checkout / name).read_text(encoding="utf-8") == text, f"{name} is out of date"


def test_the_validation_rests_on_the_values_that_ship(docs: Path) -> None:
    """After a change: validate again as docs/README.md says, then the documents' --validation DIR."""
    facts = json.loads((docs / "validation.json").read_text(encoding="utf-8"))
    assert facts["inputs_sha256"] == documents.inputs_sha256()


def test_the_validation_has_every_published_figure_as_it_is_published(docs: Path) -> None:
    rows = validation.rows((docs / "validation.csv").read_text(encoding="utf-8"))
    published = published_figures()
    assert {row["id"] for row in rows} == set(published)
    for row in rows:
        figure = published[row["id"]]
        assert row["what"] == figure.what and row["source"] == figure.source
        told = "" if figure.value is None else str(figure.value)
        assert row["published"] == told, row["id"]
        assert row["verdict"] in VERDICTS


def test_the_index_tells_the_command_that_made_the_validation(docs: Path) -> None:
    facts = json.loads((docs / "validation.json").read_text(encoding="utf-8"))
    index = (docs / "README.md").read_text(encoding="utf-8")
    assert f"`{facts['command']} out=DIR`" in index


def test_the_page_names_fitted_figures_that_are_missed_and_what_could_not_fail(docs: Path) -> None:
    rows = validation.rows((docs / "validation.csv").read_text(encoding="utf-8"))
    page = (docs / "validation.md").read_text(encoding="utf-8")
    missed = [row for row in rows if row["if_not_fitted"] in ("strained", CONTRADICTED)]
    assert missed and all(f"`{row['id']}` ({row['if_not_fitted']})" in page for row in missed)
    (told,) = [line for line in page.splitlines() if line.startswith("Compatible: ")]
    total, arithmetic, *some, rest = map(int, re.findall(r": (\d+)", told))
    compatible = [row for row in rows if row["verdict"] == "compatible"]
    assert total == len(compatible) == arithmetic + sum(some) + rest
    assert arithmetic == sum(row["kind"] == "arithmetic" for row in compatible)
    assert "`e1_effect`" in told and "`e6_spell_days`" in told


def test_the_patterns_of_the_protocol_are_figures_that_nothing_was_fitted_to(docs: Path) -> None:
    """And it says of each what came out; what is fitted is no pattern to judge by."""
    rows = validation.rows((docs / "validation.csv").read_text(encoding="utf-8"))
    section = (docs / "odd.md").read_text(encoding="utf-8").split("\n## ")[1]
    told = re.findall(r"(?m)^\| .* \| `(\w+)`(?:, `(\w+)`)* \| (.+) \|$", section)
    assert len(told) > 5
    for line in section.splitlines():
        ids, verdicts = re.findall(r"`(\w+)`", line), line.rpartition(" | ")[2].strip(" |")
        if line.startswith("| ") and ids:
            own = [row["verdict"] for row in rows
                   if row["id"] in ids and row["kind"] == "simulated"]  # fmt: skip
            assert own and set(own) == set(verdicts.split(", ")), line


def test_the_verdicts_of_the_validation_are_those_of_its_numbers(docs: Path) -> None:
    rows = validation.rows((docs / "validation.csv").read_text(encoding="utf-8"))
    judged = [row for row in rows if row["low_90"] and row["verdict"] in VERDICTS[1:4]]
    assert len(judged) > 20
    for row in judged:
        band = (float(row["published_low"]), float(row["published_high"]))
        inside = band[0] <= float(row["high_90"]) and band[1] >= float(row["low_90"])
        almost = band[0] <= float(row["high_99"]) and band[1] >= float(row["low_99"])
        expected = "compatible" if inside else "strained" if almost else CONTRADICTED
        assert row["verdict"] == expected, row["id"]
    assert verdict((0.0, 1.0), Prediction(5.0, 1.0)) == CONTRADICTED


def test_every_value_stands_in_the_parameters_and_every_assumption_in_the_log() -> None:
    found = noted(data_root() / "configs", published_figures())
    declared = Registry().parameters()
    assert len(found) > 300
    page = tables.parameters(found, declared)
    log = tables.assumptions(found, used.words(Path(documents.sim.__file__).parent))
    for one in found:
        assert f"| `{one.full_name}` |" in page
        assert (f"| `{one.full_name}` |" in log) or one.mark in tables.READ
    without = [one.full_name for one in found if declaration(one, declared) is None]
    assert all(re.search(r"schedule|windows|areas|inflow_factors|cycle|refund|groups", name)
               for name in without), without  # fmt: skip


def test_every_assumption_names_where_it_is_used(docs: Path) -> None:
    text = (docs / "assumptions.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    for row in rows:
        assert "](../sim/" in row, row


def links(file: Path) -> Iterator[tuple[str, str]]:
    """Every relative link of a page: its text, and where it leads."""
    text = file.read_text(encoding="utf-8")
    for label, target in re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", text):
        if not target.startswith(("http:", "https:", "#")):
            yield label, target.partition("#")[0]


def test_every_link_of_the_documents_leads_to_a_file(docs: Path) -> None:
    pages = sorted(docs.glob("*.md"))
    assert len(pages) >= 9
    for page in pages:
        for label, target in links(page):
            assert (page.parent / target).exists(), f"{page.name}: [{label}]({target})"


@lru_cache(maxsize=256)
def names_in(file: Path) -> frozenset[str]:
    """What a Python file defines: functions, classes, methods and assigned names."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


def test_every_symbol_that_the_documents_name_exists(docs: Path) -> None:
    """A link whose text is `name` to a Python file means a name that the file defines."""
    count = 0
    for page in sorted(docs.glob("*.md")):
        for label, target in links(page):
            named = re.fullmatch(r"`([A-Za-z_]\w*)(?:\(\))?`", label)
            if target.endswith(".py") and named:
                assert named[1] in names_in((page.parent / target).resolve()), (
                    f"{page.name}: {label}"
                )
                count += 1
    assert count > 50


@pytest.mark.parametrize("name", ITEMS)
def test_every_item_of_a_checklist_is_linked_to_code(docs: Path, name: str) -> None:
    text = (docs / name).read_text(encoding="utf-8")
    items = re.split(r"(?m)^###? ", text)[1:]
    asked = [item for item in items if re.match(r"\d", item)]
    assert len(asked) >= ITEMS[name]
    for item in asked:
        if "\n### " not in item and item.strip().count("\n") > 0:
            assert re.search(
                r"\]\(\.\./(sim|tests|configs|scenarios|samtale|requirements|pyproject|README|CITATION|LICENSE)",
                item,
            ), item[:60]


def test_the_index_names_every_document(docs: Path) -> None:
    index = {target for _, target in links(docs / "README.md")}
    assert {page.name for page in docs.glob("*.md")} - {"README.md"} <= index


def test_the_glossary_has_each_word_once_and_its_code_words_exist(
    docs: Path, checkout: Path
) -> None:
    text = (docs / "glossary.md").read_text(encoding="utf-8")
    for part in text.split("\n## ")[1:]:
        rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| ")]
        terms = [row[0].strip() for row in rows]
        assert len(terms) == len(set(terms)), [one for one in terms if terms.count(one) > 1]
    words = {
        word.strip("`").rstrip("*").partition(":")[0]
        for line in text.splitlines()
        if line.startswith("| ") and line.count("|") == 4
        for word in re.findall(r"`[^`]+`", line.split("|")[3])
    }
    files = [*checkout.glob("sim/**/*.py"), *checkout.glob("configs/**/*.yaml")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    code += " ".join(file.stem for file in files)
    assert len(words) > 25
    assert not [word for word in words if word.rpartition(".")[2] not in code]
