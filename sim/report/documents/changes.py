"""docs/RESULTS_CHANGED.md: what CHANGELOG.md says under *Results change*, version by version."""

from __future__ import annotations

import re

from sim.report.words import say

HEADING = "Results change"


def results_changed(changelog: str) -> str:
    """The page of all changes that moved results."""
    lines = [say("documents.made"), "", f"# {say('documents.changes_title')}", ""]
    lines += [say("documents.changes_lead"), ""]
    for version in re.split(r"(?m)^## ", changelog)[1:]:
        title, _, body = version.partition("\n")
        for part in re.split(r"(?m)^### ", body)[1:]:
            heading, _, text = part.partition("\n")
            if heading.strip() == HEADING:
                lines += [f"## {title.strip()}", "", text.strip(), ""]
    return "\n".join(lines).rstrip() + "\n"
