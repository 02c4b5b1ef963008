"""`potluck ...`: every command, what it takes, and where it is done.

Nothing heavy is imported here, so that `--help` and a mistyped command answer at once.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pkgutil import resolve_name

from potluck import __version__
from potluck.lib.errors import PotluckError
from potluck.store import paths

Parser = argparse.ArgumentParser


@dataclass(frozen=True)
class Command:
    """A command: what is typed, what it is for, where it is done, what it takes, if it needs the database,
    and the data folder it keeps to where POTLUCK_DATA names none."""

    name: str
    help: str
    verb: str
    takes: Callable[[Parser], object] = lambda parser: None
    database: bool = True
    data: str = ""


def _person(parser: Parser, *, required: bool = False) -> None:
    parser.add_argument("--person", metavar="HANDLE", required=required, help="whose it is")


def _handle(parser: Parser) -> None:
    parser.add_argument("handle", help="the person's handle, without @")


def _person_add(parser: Parser) -> None:
    _handle(parser)
    parser.add_argument("email", help="their mail address; they sign in with a code sent there")
    parser.add_argument("--name", help="the name others see (default: the handle)")


def _person_suspend(parser: Parser) -> None:
    _handle(parser)
    parser.add_argument("--undo", action="store_true", help="open the door again")


def _source_add(parser: Parser) -> None:
    parser.add_argument("url", help="a page, a feed, or an account")
    _person(parser)


def _source_list(parser: Parser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="an object a line: url person state posts note next_poll"
    )


def _source_poll(parser: Parser) -> None:
    parser.add_argument("url", nargs="?", help="one source (default: those that are due)")
    parser.add_argument("--all", action="store_true", help="every source, due or not")


def _url(parser: Parser) -> None:
    parser.add_argument("url", help="its address")


def _file(parser: Parser) -> None:
    parser.add_argument("file", help="the file")


def _import(parser: Parser) -> None:
    parser.add_argument("kind", choices=("opml", "bookmarks", "follows", "mbox"), help="what the file is")
    _file(parser)
    _person(parser)
    parser.add_argument(
        "--mine", action="store_true", help="the feeds are the person's own, not what they read"
    )


def _export(parser: Parser) -> None:
    _person(parser, required=True)
    _file(parser)


def _share(parser: Parser) -> None:
    parser.add_argument("what", help="a web address, or - for a text from standard input")
    _person(parser)


def _mail(parser: Parser) -> None:
    parser.add_argument(
        "to", nargs="*", help="whom it came for (default: as the message or the mail server says)"
    )
    parser.add_argument("--sender", metavar="ADDRESS", help="who sent it, by its envelope")


def _bench(parser: Parser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="which (default: all that is about speed)")
    parser.add_argument(
        "--data", metavar="DIR", help="matching: the folder with real communities, or one of them"
    )
    parser.add_argument("--task", help="matching: one task alone")
    parser.add_argument("--encoder", help="matching: the encoder to try (default: the one of the settings)")
    parser.add_argument(
        "--tune", action="store_true", help="matching: the time that may be tuned on, not the test"
    )


def _rest(parser: Parser) -> None:
    parser.add_argument(
        "rest", nargs=argparse.REMAINDER, help="a Django management command and its arguments"
    )


COMMANDS = (
    Command("serve", "run everything", "serve:serve", database=False),
    Command(
        "demo",
        "fill a network with an example and serve it",
        "demo.command:demo",
        database=False,
        data="data-demo",
    ),
    Command("web", "serve the pages alone", "web:web"),
    Command("stream", "serve the streams of new things alone", "web:stream"),
    Command("worker", "do the work of the queue alone", "worker:worker"),
    Command("migrate", "bring the database up to date", "maintenance:migrate"),
    Command("doctor", "say what is wrong and how to mend it", "maintenance:doctor", database=False),
    Command("backup", "write everything into one file", "maintenance:backup", _file),
    Command(
        "restore", "read such a file into an empty network", "maintenance:restore", _file, database=False
    ),
    Command("person add", "open an account for somebody", "person:add", _person_add),
    Command("person list", "everybody who has an account", "person:list_all"),
    Command("person moderator", "make somebody a moderator", "person:moderator", _handle),
    Command("person suspend", "close the door for somebody", "person:suspend", _person_suspend),
    Command("source add", "follow what somebody publishes elsewhere", "source:add", _source_add),
    Command("source list", "every source and how it is", "source:list_all", _source_list),
    Command("source poll", "ask sources for what is new, now", "source:poll", _source_poll),
    Command("source pause", "stop asking a source for now", "source:pause", _url),
    Command("source retire", "stop asking a source for good; its posts stay", "source:retire", _url),
    Command(
        "import", "bring in subscriptions, bookmarks or a mail archive", "import_export:bring_in", _import
    ),
    Command("export", "take out everything somebody gave", "import_export:take_out", _export),
    Command("mail", "take in a message from standard input", "mail:mail", _mail),
    Command("dkim", "show the DNS records by which others know our letters", "dkim:dkim", database=False),
    Command("listen", "take in mail alone, by SMTP or LMTP", "mail:listen"),
    Command("share", "share a web address or a text", "share:share", _share),
    Command("bench", "measure how fast it is, or how well it matches", "bench:bench", _bench, database=False),
    Command("manage", "Django's own commands", "maintenance:manage", _rest),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code. Whatever goes wrong is said in a sentence."""
    args = parser().parse_args(argv)
    os.umask(0o077)  # Whatever any command writes is for nobody else on this machine.
    try:
        _run(args.command, args)
    except PotluckError as error:
        return _sorry(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # Whoever read our output has had enough; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        named = f": {error.filename}" if error.filename else ""
        return _sorry(f"{error.strerror or error}{named}.")
    except Exception as error:
        return _sorry(
            f"Something went wrong that Potluck did not foresee ({type(error).__name__}: {error}). "
            f"POTLUCK_DEBUG=1 shows where; `potluck doctor` may know more."
        )
    return 0


def parser() -> Parser:
    """Every command as an argument parser; `person add` is a command within a group."""
    top = Parser(prog="potluck", description="A learning network that grows by sharing.")
    top.add_argument("--version", action="version", version=f"potluck {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    groups: dict[str, argparse._SubParsersAction[Parser]] = {}
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            within = commands.add_parser(group, help=f"commands about a {group}")
            groups[group] = within.add_subparsers(required=True, metavar="COMMAND")
        own = (groups[group] if group else commands).add_parser(
            name, help=command.help, description=command.help.capitalize() + "."
        )
        command.takes(own)
        own.set_defaults(command=command)
    return top


def _run(command: Command, args: argparse.Namespace) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "potluck.settings")
    if command.data:
        os.environ.setdefault("POTLUCK_DATA", str(paths.home() / command.data))
    import django

    django.setup()
    verb = resolve_name(f"potluck.commands.{command.verb}")
    with ExitStack() as stack:
        if command.database:
            from django.conf import settings

            from potluck.commands import prepare
            from potluck.store import server

            stack.enter_context(server.running(settings.DATA))
            if paths.is_embedded():
                prepare.tables()
        verb(args)


def _sorry(sentence: str) -> int:
    if os.environ.get("POTLUCK_DEBUG") == "1":
        traceback.print_exc()
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
