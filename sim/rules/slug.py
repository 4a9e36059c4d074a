"""File names made of names that may hold any text."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 60
_DANISH = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def slug(name: str) -> str:
    """Return a file name of letters, digits, - and _ for any text.

    A name that is one already stays as it is. Any other gets eight characters of its SHA-256,
    so that two names never share a file, nor a name one with a device of Windows.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_DANISH)).encode("ascii", "ignore")
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", plain.decode()).strip("-_")[:LONGEST].strip("-_")
    if name and safe == name and not _RESERVED.fullmatch(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe}-{digest}" if safe else digest
