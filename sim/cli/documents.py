"""Making the documents of docs/ again: python -m sim.cli.documents [--validation DIR].

`--validation DIR` takes the rows of a finished `samtale validate` into docs/ first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sim
from sim.cli import console
from sim.config import load
from sim.config.catalogue import data_root, published_figures
from sim.experiment import files, store
from sim.report.documents import changes, tables, used, validation
from sim.report.documents.noted import noted
from sim.report.evidence import renewed
from sim.rules.errors import DataError
from sim.rules.registry import Registry

ROWS, FACTS = "docs/validation.csv", "docs/validation.json"
TOLD = ("command", "version", "commit", "seed", "replications", "finished")
INPUTS = ("population", "hazard", "effect", "office", "market", "costs")


def made(root: Path) -> dict[str, str]:
    """Every made document by its name below the checkout, from what it is made from.

    Raises:
        DataError: something that it is made from is missing.
    """
    published = published_figures()
    found = noted(data_root() / "configs", published)
    package = Path(sim.__file__).resolve().parent
    rows = validation.rows(_text(root, ROWS))
    facts = json.loads(_text(root, FACTS))
    return {
        "docs/evidence.md": renewed(_text(root, "docs/evidence.md"), published),
        "docs/parameters.md": tables.parameters(found, Registry().parameters()),
        "docs/assumptions.md": tables.assumptions(found, used.words(package)),
        "docs/validation.md": validation.page(rows, facts, published),
        "docs/RESULTS_CHANGED.md": changes.results_changed(_text(root, "CHANGELOG.md")),
    }


def inputs_sha256() -> str:
    """SHA-256 of the values on which validation rests, whatever the design of a run."""
    values = load(["compute=serial"]).values
    chosen: dict[str, Any] = {key: values[key] for key in INPUTS}
    return hashlib.sha256(json.dumps(chosen, default=str, sort_keys=True).encode()).hexdigest()


def renew(root: Path) -> list[str]:
    """Write the documents that are out of date; their names."""
    texts = made(root)
    stale = [name for name, text in texts.items() if not _is(root / name, text)]
    for name in stale:
        files.replace_text(root / name, texts[name])
    return stale


def take_validation(root: Path, folder: Path) -> None:
    """Take rows and facts of a finished validation into docs/.

    Raises:
        DataError: the folder holds none.
    """
    run = store.read(folder)
    if not run.has("validation.csv"):
        raise DataError(f"{folder} holds no validation.csv; make it with samtale validate out=DIR")
    files.replace_text(root / ROWS, run.text("validation.csv"))
    files.replace_text(root / FACTS, json.dumps(_facts(run.manifest), indent=1) + "\n")


def _facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the page tells of the run, wherever it was written to."""
    told = {key: manifest[key] for key in TOLD}
    words = shlex.split(told["command"])
    told["command"] = shlex.join(word for word in words if not word.startswith("out="))
    return {**told, "inputs_sha256": inputs_sha256()}


def _text(root: Path, name: str) -> str:
    with files.told(f"{name} in {root} cannot be read"):
        return (root / name).read_text(encoding="utf-8")


def _is(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text(encoding="utf-8") == text


def main() -> None:
    """Makes all documents of the checkout in the current folder."""
    parser = argparse.ArgumentParser(description="make the documents of docs/ again")
    parser.add_argument(
        "--validation", type=Path, metavar="DIR", help="a finished samtale validate"
    )
    arguments = parser.parse_args()
    root = Path.cwd()
    if arguments.validation:
        take_validation(root, arguments.validation)
    stale = renew(root)
    console.say("\n".join(f"renewed {name}" for name in stale) or "all were up to date")


if __name__ == "__main__":
    main()
