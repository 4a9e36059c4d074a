"""SVG figures made fit to stand in one page: own ids, no style sheets, no namespaces."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

DROPPED = ("metadata", "style", "title")
REFERENCE = re.compile(r"url\(#")
DECIMALS = re.compile(r"(\.\d\d)\d+")
COORDINATES = ("d", "x", "y", "points")
"""What is cut to hundredths of a point, which nobody sees; it halves the page."""


def inline(path: Path, prefix: str, label: str) -> str:
    """The SVG as an element of an HTML page, described by `label`.

    Ids begin with `prefix`, so that several figures can share a page; `style` attributes become
    plain ones, so that the page's policy can forbid inline styles; comments and metadata go.
    """
    root = ElementTree.parse(path).getroot()
    box = root.get("viewBox", "0 0 100 100")
    opening = (
        f'<svg viewBox={quoteattr(box)} role="img" aria-label={quoteattr(label)}'
        ' stroke-linejoin="round" stroke-linecap="butt">'
    )
    parts = [opening]
    for child in root:
        _write(child, prefix, parts)
    parts.append("</svg>")
    return "".join(parts)


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def _attributes(element: ElementTree.Element, prefix: str) -> dict[str, str]:
    found = {}
    for name, value in element.attrib.items():
        local = _local(name)
        if local == "style":
            for declaration in value.split(";"):
                key, _, setting = declaration.partition(":")
                if setting:
                    found[key.strip()] = setting.strip()
        elif local == "href":
            if value.startswith("#"):
                found["href"] = f"#{prefix}{value[1:]}"
            elif value.startswith("data:image/png;base64,"):
                found["href"] = value
        elif local == "id":
            found["id"] = prefix + value
        else:
            found[local] = DECIMALS.sub(r"\1", value) if local in COORDINATES else value
    return {key: REFERENCE.sub(f"url(#{prefix}", value) for key, value in found.items()}


def _write(element: ElementTree.Element, prefix: str, parts: list[str]) -> None:
    name = _local(element.tag)
    if name in DROPPED:
        return
    shown = "".join(f" {k}={quoteattr(v)}" for k, v in _attributes(element, prefix).items())
    inside = escape((element.text or "").strip())
    if not len(element) and not inside:
        if name not in ("defs", "g"):
            parts.append(f"<{name}{shown}/>")
        return
    parts.append(f"<{name}{shown}>{inside}")
    for child in element:
        _write(child, prefix, parts)
    parts.append(f"</{name}>")
