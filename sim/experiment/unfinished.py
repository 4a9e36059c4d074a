"""A run that is not whole yet: its finished replications, in a folder beside the one it will have.

`NAME.unfinished` holds the parts, the run folder in the making, and a lock while somebody works
there. When the run folder is whole it gets its name, and `NAME.unfinished` goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.experiment import begun, files, lock, parts
from sim.experiment.kept import Kept
from sim.rules.errors import DataError

ENDING = ".unfinished"
BEGUN = "run.json"
"""What says from the beginning that a folder is an unfinished run, and of what."""
WHOLE = "whole"
LONGEST_NAME = 255


def place_of(out: Path | str) -> Path:
    """The folder beside a run folder in which the run is made."""
    final = Path(out).absolute()
    name = final.name + ENDING
    if len(name.encode(errors="surrogateescape")) > LONGEST_NAME:
        short = hashlib.sha256(final.name.encode(errors="surrogateescape")).hexdigest()[:12]
        name = f".samtale-{short}{ENDING}"
    return final.with_name(name)


def look(out: Path | str) -> dict[str, Any]:
    """What was noted of the unfinished run of a folder when it was begun; empty where none is.

    Raises DataError where there is something else, or a run of another version.
    """
    place = place_of(out)
    return begun.read(place / BEGUN) if _is_there(place) else {}


def _is_there(place: Path) -> bool:
    """Whether there is an unfinished run; what is not ours is refused."""
    with files.told(f"The results folder {place} cannot be used"):
        if not place.exists():
            return False
        foreign = begun.of_others(place, BEGUN) if place.is_dir() else [place.name]
        if foreign:
            raise DataError(
                f"{place} is in the way: unfinished results would be kept there, and it is no "
                f"unfinished run of Samtale ({BEGUN} is missing); choose another folder with out="
            )
        return (place / BEGUN).is_file()


def check(
    out: Path | str,
    facts: Mapping[str, Any],
    force: bool,
    resume: bool,
    explain: Callable[[Mapping[str, Any]], Sequence[str]] = lambda found: (),
) -> None:
    """Refuse what cannot begin, or go on with, the run of a folder; nothing is changed.

    Args:
        facts: what must have been noted of the same run.
        explain: says in lines by what the run that is there differs.
    Raises DataError.
    """
    if not _is_there(place_of(out)):
        return
    lock.check(place_of(out))
    if force and not resume:
        return
    found = look(out)
    if not resume:
        number = len(kept(out))
        raise DataError(
            f"The results folder {out} holds an unfinished run ({number} replications in "
            f"{place_of(out).name}); go on with it with --resume, begin anew with --force, or "
            "choose another folder with out="
        )
    if any(found.get(key) != value for key, value in facts.items()):
        lines = [*explain(found)]
        if found["seed"] != facts.get("seed", found["seed"]):
            lines.append(f"seed: {found['seed']}, not {facts['seed']}")
        head = (
            f"The results folder {out} holds another unfinished run; choose another folder with "
            "out=, or begin anew with --force. What differs (that run, and this one):"
        )
        raise DataError([head, *lines])


@contextmanager
def taken(out: Path | str, facts: Mapping[str, Any], anew: bool) -> Iterator[Path]:
    """The folder in which a run is made, locked; it stays while there is a finished replication."""
    with begun.taken(place_of(out), BEGUN, facts, anew) as place:
        files.remove(place / WHOLE)
        try:
            yield place
        finally:
            Kept(place / parts.FOLDER, "").forget_orphans()


def kept(out: Path | str) -> list[int]:
    """Numbers of the replications that are kept for a folder, not read yet."""
    return Kept(place_of(out) / parts.FOLDER, "").there()


def clear(place: Path) -> None:
    """Remove what an unfinished run kept, since it is whole under its own name.

    What was noted goes last, so that a removal that was cut short can be told.
    """
    begun.empty(place, BEGUN)
