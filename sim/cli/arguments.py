"""The command line: which command is meant, its flags, and what is left over as overrides."""

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import NoReturn

from sim import __version__
from sim.cli.commands import COMMANDS, FLAGS, Command
from sim.rules.errors import InputError

OVERRIDES = "overrides"
OVERRIDE = "key=value"


class _Parser(argparse.ArgumentParser):
    """An argparse parser whose complaints are input errors, so that they read as all others do."""

    def error(self, message: str) -> NoReturn:
        raise InputError([message.removesuffix(f", {OVERRIDE}")])


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    top = _Parser(
        prog="samtale",
        allow_abbrev=False,
        description="What would other meeting regimes do to unemployment, caseloads and budgets?",
        epilog="Arguments of run and show are overrides: scenarios=NAME, design=quick, "
        "effect.alpha=0.2, out=DIR. `samtale COMMAND --help` tells more.",
    )
    top.add_argument("--version", action="version", version=f"samtale {__version__}")
    added = top.add_subparsers(metavar="COMMAND", title="commands", parser_class=_Parser)
    parsers: dict[str, _Parser] = {}
    for name, command in COMMANDS.items():
        parser = added.add_parser(
            name, help=command.about, description=command.about, allow_abbrev=False
        )
        for positional, options in command.positionals:
            parser.add_argument(positional, **options)
        for flag in (*command.flags, "--debug"):
            parser.add_argument(flag, **FLAGS[flag])
        if command.takes_overrides:
            parser.add_argument(OVERRIDES, nargs="*", metavar=OVERRIDE, help=command.asks)
        parsers[name] = parser
    return top, parsers


def hint(word: str, known: Iterable[str]) -> str:
    """` - did you mean X?`, or nothing when no known word resembles this one."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" – did you mean {close[0]}?" if close else ""


def parse(argv: Sequence[str]) -> tuple[Command, argparse.Namespace]:
    """The command and its arguments; flags may stand anywhere among the overrides.

    Raises InputError for an unknown command, flag or argument; --help and --version exit with 0.
    """
    top, parsers = _parsers()
    name = argv[0] if argv else "--help"
    if name.startswith("-"):
        if name in ("-h", "--help", "--version"):
            top.parse_args([name])
        raise InputError([f"name a command first: samtale {', '.join(COMMANDS)}"])
    if name not in COMMANDS:
        raise InputError(
            [
                f"unknown command {name}{hint(name, COMMANDS)}",
                f"commands are: {', '.join(COMMANDS)}",
            ]
        )
    command, parser = COMMANDS[name], parsers[name]
    if name == "test":
        return command, argparse.Namespace(arguments=list(argv[1:]), debug="--debug" in argv)
    arguments, extra = parser.parse_known_intermixed_args(list(argv[1:]))
    if extra:
        known = (*command.flags, "--debug", "--help")
        raise InputError([_unexpected(word, name, known) for word in extra])
    return command, arguments


def _unexpected(word: str, command: str, known: Sequence[str]) -> str:
    if word.startswith("-"):
        flag = word.partition("=")[0]
        return (
            f"unknown flag {flag} for samtale {command}{hint(flag, known) or '.'} "
            f"It knows {', '.join(known)}."
        )
    if word.startswith("out=") and "--out" in known:
        return f"samtale {command} does not take the argument {word}; write --out {word[4:]}"
    return f"samtale {command} does not take the argument {word}"
