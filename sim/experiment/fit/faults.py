"""What is wrong with a table, gathered, so that all of it can be told at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sim.rules.errors import InputError

MOST_PLACES = 8
MOST_VALUES = 3
LONGEST_VALUE = 40


class Faults:
    """Sentences, each with the rows it is about."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def add(self, sentence: str) -> None:
        """Note a fault."""
        self.told.append(sentence)

    def stop(self) -> None:
        """Go on only without faults.

        Raises:
            InputError: with all of them, if there are any.
        """
        if self.told:
            raise InputError(list(dict.fromkeys(self.told)))

    @staticmethod
    def places(word: str, numbers: Iterable[int]) -> str:
        """`line 3`, `lines 3, 5 and 9`, or the first of many and how many more."""
        found = [int(n) for n in numbers]
        if len(found) == 1:
            return f"{word} {found[0]}"
        if len(found) <= MOST_PLACES:
            return f"{word}s {', '.join(map(str, found[:-1]))} and {found[-1]}"
        shown = ", ".join(map(str, found[:MOST_PLACES]))
        return f"{word}s {shown} and {len(found) - MOST_PLACES:,} more"

    @staticmethod
    def values(given: Iterable[object]) -> str:
        """The first few different values, as they were given."""
        different = list(dict.fromkeys(str(one) for one in given))
        shown = [
            repr(one[:LONGEST_VALUE]) if not one.replace(".", "").lstrip("-").isalnum() else one
            for one in different[:MOST_VALUES]
        ]
        more = len(different) - len(shown)
        return ", ".join(shown) + (f" and {more:,} other values" if more else "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` – did you mean X?`, or nothing where no known word resembles this one."""
    close = difflib.get_close_matches(word.lower(), list(known), 1)
    return f" – did you mean {close[0]}?" if close else ""
