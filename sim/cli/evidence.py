"""Making the tables of docs/evidence.md again: python -m sim.cli.evidence docs/evidence.md."""

import sys
from pathlib import Path

from sim.config.catalogue import published_figures
from sim.report.evidence import renewed


def renew(file: Path) -> bool:
    """Writes the file with its tables made from configs/published.yaml; says whether it changed."""
    text = file.read_text(encoding="utf-8")
    new = renewed(text, published_figures())
    if new == text:
        return False
    file.write_text(new, encoding="utf-8")
    return True


if __name__ == "__main__":
    for name in sys.argv[1:] or ["docs/evidence.md"]:
        print(name, "renewed" if renew(Path(name)) else "was up to date")
