"""The errors that a user can mend, one class for each exit code."""

from collections.abc import Sequence


class UserError(Exception):
    """Everything that is wrong, all of it at once: one sentence a problem."""

    def __init__(self, problems: Sequence[str] | str) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("; ".join(self.problems))


class InputError(UserError):
    """A configuration or an argument that cannot be used; nothing was written (exit code 2)."""


class DataError(UserError):
    """A results folder or a data file that cannot be used (exit code 3)."""


class ResourceError(UserError):
    """Not enough memory, disk or time (exit code 4)."""


class CheckError(UserError):
    """The model contradicts itself; the message names where (exit code 5)."""
