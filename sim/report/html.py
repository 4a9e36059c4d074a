"""Pages that ask for nothing: one file, its style and script inside, no network."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from sim.report.words import find, say, spoken

UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""Signs that could end a script element or begin a comment in it."""


def page(template: str, also: str = "", data: object = None, **values: object) -> str:
    """A template of ``text/`` filled in; its policy allows its own style and script alone.

    ``also`` names a further style sheet and a script, ``also.css`` and ``also.js``, for which
    ``data`` goes into the page as JSON.
    """
    style = _text("report.css") + (_text(f"{also}.css") if also else "")
    script = _text(f"{also}.js") if also else ""
    policy = f"default-src 'none'; style-src {_digest(style)}; "
    policy += f"script-src {_digest(script)}; " if script else ""
    policy += "base-uri 'none'; form-action 'none'"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                              lstrip_blocks=True)  # fmt: skip
    source = files("sim.report").joinpath("text", template).read_text(encoding="utf-8")
    return environment.from_string(source).render(
        language=spoken(), policy=policy, style=Markup(style), script=Markup(script),
        data=embedded(data), say=say, find=find, **values,
    )  # fmt: skip


def embedded(data: object) -> Markup:
    """Data as JSON that can stand in a script element, whatever its texts contain."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(UNSAFE))


def _text(name: str) -> str:
    text = files("sim.report").joinpath("text", name).read_text(encoding="utf-8")
    return text.strip() + "\n"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
