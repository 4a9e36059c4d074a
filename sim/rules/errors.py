"""The four ways in which Samtale says no, each with its exit code."""

from __future__ import annotations

from collections.abc import Sequence


class SamtaleError(Exception):
    """A refusal that a user can act on; `exit_code` is what the command ends with."""

    exit_code = 1

    def __init__(self, problems: str | Sequence[str]) -> None:
        """Keep every problem that was found, so that all of them can be told at once."""
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(self.problems))


class InputError(SamtaleError):
    """What was asked for is wrong: exit code 2, and nothing was written."""

    exit_code = 2


class DataError(SamtaleError):
    """A results folder or a data file cannot be used: exit code 3."""

    exit_code = 3


class ResourceError(SamtaleError):
    """Memory, disk or time do not suffice: exit code 4."""

    exit_code = 4


class CheckError(SamtaleError):
    """A run broke one of its own rules: exit code 5."""

    exit_code = 5
