"""Every command can be found, and whatever goes wrong is a sentence."""

import json
import subprocess
import sys
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

import pytest

from potluck import cli
from potluck.lib.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_test_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find the database running and up to date, as beside a served network."""
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setattr(cli, "COMMANDS", tuple(without_database(command) for command in cli.COMMANDS))


def without_database(command: cli.Command) -> cli.Command:
    return cli.Command(command.name, command.help, command.verb, command.takes, database=False)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(words)
    heard = capsys.readouterr()
    return code, heard.out, heard.err


def test_every_command_has_the_module_that_does_it() -> None:
    missing = [
        command.name
        for command in cli.COMMANDS
        if find_spec(f"potluck.commands.{command.verb.partition(':')[0]}") is None
    ]
    assert missing == []


def test_a_mistyped_command_is_answered_with_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["sevre"])
    assert ending.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_the_first_account_is_the_host_and_the_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "person", "add", "ada", "Ada@Example.org", "--name", "Ada Marsh")[0] == 0
    assert said(capsys, "person", "add", "ben", "ben@example.org")[0] == 0
    assert said(capsys, "person", "moderator", "@ben")[1] == "@ben is a moderator now.\n"
    _, listed, _ = said(capsys, "person", "list")
    assert [line.split() for line in listed.splitlines()] == [
        ["@ada", "ada@example.org", "host,", "moderator"],
        ["@ben", "ben@example.org", "moderator"],
    ]


def test_nobody_gets_two_accounts_for_one_address(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "person", "add", "ada", "ada@example.org")
    code, _, sorry = said(capsys, "person", "add", "ada2", "ADA@example.org")
    assert (code, sorry) == (1, "Somebody with the address ada@example.org is here already.\n")


def test_a_door_closed_can_be_opened_again_but_the_host_keeps_the_key(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said(capsys, "person", "add", "ada", "ada@example.org")
    said(capsys, "person", "add", "ben", "ben@example.org")
    assert "ben is suspended" in said(capsys, "person", "suspend", "ben")[1]
    assert "suspended" in said(capsys, "person", "list")[1].splitlines()[1]
    assert "can sign in again" in said(capsys, "person", "suspend", "ben", "--undo")[1]
    assert said(capsys, "person", "suspend", "ada")[0] == 1


def test_nobody_and_nothing_are_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "person", "moderator", "nobody")[2] == "Nobody here is called @nobody.\n"
    assert said(capsys, "source", "pause", "https://x.example/")[2].startswith("There is no source")
    assert said(capsys, "restore", "/nowhere/at/all")[2] == "There is no file /nowhere/at/all.\n"
    assert said(capsys, "share", "https://x.example/")[2].startswith("There is nobody here yet.")


def test_what_is_shared_says_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "person", "add", "ada", "ada@example.org")
    code, address, _ = said(capsys, "share", "https://soil.example/worms", "--person", "ada")
    assert code == 0
    assert "/posts/" in address


def test_sources_are_listed_an_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    _, listed, _ = said(capsys, "source", "list", "--json")
    assert [json.loads(line).keys() for line in listed.splitlines()] == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Refused("You may not."), "You may not."),
        (PermissionError(13, "Permission denied", "/srv/data"), "Permission denied: /srv/data."),
        (ZeroDivisionError("division by zero"), "Something went wrong that Potluck did not foresee"),
    ],
)
def test_whatever_fails_is_a_sentence_and_no_traceback(
    error: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(command: cli.Command, args: Namespace) -> None:
        raise error

    monkeypatch.setattr(cli, "_run", fail)
    code, _, sorry = said(capsys, "person", "list")
    assert code == 1
    assert sorry.startswith(sentence)
    assert "Traceback" not in sorry
    monkeypatch.setenv("POTLUCK_DEBUG", "1")
    assert "Traceback" in said(capsys, "person", "list")[2]


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from potluck import cli; cli.parser().format_help(); print('django' in sys.modules)"
    )
    heard = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert heard.stdout == "False\n"


def test_an_import_says_what_was_left_out_and_ends_with_the_count(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said(capsys, "person", "add", "ada", "ada@example.org")
    listed = tmp_path / "list.opml"
    outline = '<outline text="Worms" xmlUrl="https://worms.example/feed"/>'
    listed.write_text(f"<opml><body>{outline}{outline}</body></opml>")
    code, out, err = said(capsys, "import", "opml", str(listed), "--person", "ada")
    assert (code, out.splitlines()[-1]) == (0, "new 1 known 0 skipped 1")
    assert "Left out: Worms" in err
    assert said(capsys, "import", "opml", str(listed), "--person", "ada")[1] == "new 0 known 1 skipped 1\n"
