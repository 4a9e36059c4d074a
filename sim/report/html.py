"""Pages that ask for nothing: one file, its style inside, no script, no network."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from sim.report.words import say, spoken


def page(template: str, **values: object) -> str:
    """A template of ``text/`` filled in; its policy allows the one style sheet and nothing else."""
    folder = files("sim.report").joinpath("text")
    style = folder.joinpath("report.css").read_text(encoding="utf-8").strip() + "\n"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    source = folder.joinpath(template).read_text(encoding="utf-8")
    return environment.from_string(source).render(
        language=spoken(), policy=policy, style=Markup(style), say=say, **values
    )
