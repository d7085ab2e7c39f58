"""The command line: parse, call, print. A command's module is loaded when it is chosen, so that each process stays small."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from onstage import __version__, logs, settings
from onstage.errors import Refused


@dataclass(frozen=True)
class Command:
    """One subcommand: `where` is `module:function`, called with the settings and the parsed arguments by name."""

    name: str
    where: str
    meaning: str
    arguments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


_PARENT: Mapping[str, Any] = {"type": int, "help": "end when the process with this number ends", "metavar": "NUMBER"}

COMMANDS = (
    Command("serve", "onstage.supervisor:serve", "answer HTTP and do the jobs", {"--parent": _PARENT}),
    Command(
        "web",
        "onstage.supervisor:help_answering",
        "answer HTTP beside `serve`, which starts it where WEB_PROCESSES says so",
        {"--parent": {**_PARENT, "required": True}},
    ),
    Command(
        "worker",
        "onstage.worker:work",
        "do the jobs only",
        {"--parent": _PARENT},
    ),
    Command(
        "migrate",
        "onstage.upkeep.commands:migrate",
        "bring the database to this version",
        {"--quiet": {"action": "store_true", "help": "say nothing when all is well"}},
    ),
    Command(
        "backup",
        "onstage.upkeep.backup:backup",
        "save the database and the media in one file, while the server runs",
        {
            "file": {"help": "a new file, or a folder in which one is named by the time", "metavar": "FILE"},
            "--without-secret": {"action": "store_true", "help": "leave the secret out; keep it somewhere else"},
        },
    ),
    Command(
        "restore",
        "onstage.upkeep.restore:restore",
        "bring a backup back into an empty data folder",
        {
            "file": {"help": "the backup", "metavar": "FILE"},
            "--journal": {"help": "the latest deletions.log, where it is not in the data folder", "metavar": "FILE"},
            "--nothing-was-deleted": {"action": "store_true", "help": "go without a journal, on your word"},
        },
    ),
    Command("demo", "onstage.upkeep.demo:demo", "fill an empty server with people and clips"),
    Command(
        "doctor",
        "onstage.upkeep.doctor:doctor",
        "check the set-up and say how to mend it",
        {
            "--deep": {"action": "store_true", "help": "read every page of the database"},
            "--media": {"action": "store_true", "help": "compare every object with the rows that name it"},
            "--counts": {"action": "store_true", "help": "count again, while the server runs, and compare"},
            "--mend": {"action": "store_true", "help": "remove what belongs to nothing, try failed jobs again"},
        },
    ),
    Command(
        "sweep",
        "onstage.upkeep.sweep:sweep",
        "look everywhere for what was deleted, to prove that nothing of it is left",
        {"words": {"nargs": "*", "help": "what it said or was called", "metavar": "WORDS"}},
    ),
    Command(
        "person",
        "onstage.upkeep.people:person",
        "list the people here, give one a way back in, or the server to one",
        {
            "act": {"choices": ("list", "reset", "make-owner"), "metavar": "list | reset | make-owner"},
            "handle": {"nargs": "?", "help": "whom", "metavar": "HANDLE"},
        },
    ),
    Command(
        "vault",
        "onstage.upkeep.vault:vault",
        "list what the law obliged this server to keep, write a piece of it into a file, or erase one before its time",
        {
            "act": {"choices": ("list", "export", "erase"), "metavar": "list | export | erase"},
            "item": {"nargs": "?", "type": int, "help": "its number, as the list says it", "metavar": "NUMBER"},
            "file": {"nargs": "?", "help": "a new file (ZIP) to write it into", "metavar": "FILE"},
        },
    ),
    Command(
        "ledger",
        "onstage.upkeep.ledger_file:check",
        "check somebody's copy of a ledger, or a receipt, which needs no server; or read this server's again (replay)",
        {
            "act": {"choices": ("verify", "receipt", "replay"), "metavar": "verify | receipt | replay"},
            "file": {"nargs": "?", "help": "the copy, or the receipt", "metavar": "FILE"},
            "--head": {"help": "a head that you hold, from a receipt or a mail", "metavar": "POSITION.HASH"},
            "--key": {"help": "the key that you trust, as the server publishes it", "default": ""},
        },
    ),
    Command("settings", "onstage.upkeep.commands:settings_in_force", "print every setting as it is in force"),
    Command(
        "owner-link",
        "onstage.upkeep.commands:owner_link",
        "print a link with which the first person becomes the server's owner",
    ),
)


def main() -> None:
    """Run one command; exits 2 with a sentence when it can't be done."""
    given = vars(_parser().parse_args())
    command: Command = given.pop("command")
    try:
        chosen = settings.load()
        logs.start(chosen.log_level)
        _found(command)(chosen, **given)
    except (settings.BadSetting, Refused) as error:
        print(f"onstage: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _found(command: Command) -> Callable[..., None]:
    module, function = command.where.split(":")
    found: Callable[..., None] = getattr(import_module(module), function)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="onstage", description="Short video that people host themselves.")
    parser.add_argument("--version", action="version", version=f"onstage {__version__}")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        meaning = command.meaning
        sub = subparsers.add_parser(command.name, help=meaning, description=meaning[0].upper() + meaning[1:] + ".")
        for name, options in command.arguments.items():
            sub.add_argument(name, **options)
        sub.set_defaults(command=command)
    return parser
