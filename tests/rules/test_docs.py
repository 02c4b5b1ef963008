"""The docs are held to account: what they name exists, and what exists is named."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from potluck.cli import COMMANDS
from tests.rules.source import TOP, files, ours, rooms, text, tree

DOCS = [path for path in ours(".md") if path.parts[0] != "potluck"]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?<![\w@./-])potluck ([a-z]+)(?: ([a-z]+))?")
WORDS = [
    "person",
    "source",
    "post",
    "thread",
    "tag",
    "follow",
    "group",
    "circle",
    "match",
    "delivery",
    "home",
]
WORDS += ["thanks", "use", "standing question"]


def doc(name: str) -> str:
    return text(Path("docs") / name)


def anchors(markdown: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", markdown, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def code(markdown: str) -> str:
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", markdown, re.S))


@pytest.mark.parametrize("path", DOCS, ids=str)
def test_every_link_between_the_docs_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(text(path)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (TOP / path.parent / name) if name else TOP / path
        assert there.exists(), f"{path} links to {target}"
        if anchor:
            assert anchor in anchors(there.read_text(encoding="utf-8")), f"{path} links to {target}"


@pytest.mark.parametrize("path", DOCS, ids=str)
def test_every_make_command_in_the_docs_exists(path: Path) -> None:
    known = set(re.findall(r"^([a-z]+):", text(Path("Makefile")), re.M))
    named = set(re.findall(r"\bmake ([a-z]+)", code(text(path))))
    assert named <= known, f"{path} names make {', '.join(named - known)}"


@pytest.mark.parametrize("path", DOCS, ids=str)
def test_every_potluck_command_in_the_docs_exists(path: Path) -> None:
    known = {command.name for command in COMMANDS}
    named = [(first, f"{first} {second}") for first, second in COMMAND.findall(code(text(path)))]
    assert [both for first, both in named if first not in known and both not in known] == []


def test_the_map_has_a_line_for_every_room() -> None:
    missing = [
        str(room) for room in rooms() if f"`{room.relative_to('potluck').as_posix()}/`" not in doc("map.md")
    ]
    assert missing == []


def test_the_map_names_no_room_that_is_gone() -> None:
    named = re.findall(r"^\s*(?:\||-) `([\w./]+)`", doc("map.md"), re.M)
    gone = [name for name in named if not (TOP / "potluck" / name).exists() and not (TOP / name).exists()]
    assert named
    assert gone == []


def test_every_room_says_in_a_few_lines_what_it_is() -> None:
    silent = [str(room) for room in rooms() if len(docstring(room).splitlines()) < 2]
    wordy = [str(room) for room in rooms() if len(docstring(room).splitlines()) > 12]
    assert silent == [], "a room's __init__.py says what it is and where to start reading"
    assert wordy == [], "about five lines are enough"


def docstring(room: Path) -> str:
    body = tree(room / "__init__.py").body
    first = body[0] if body else None
    value = getattr(getattr(first, "value", None), "value", "")
    return value.strip() if isinstance(value, str) else ""


def guests() -> set[str]:
    wanted = (text(Path("requirements.in")) + text(Path("requirements-alone.in"))).splitlines()
    return {
        re.split(r"[\[<>=! ]", line)[0].lower() for line in wanted if line and not line.startswith(("#", "-"))
    }


def test_every_dependency_has_the_sentence_that_invited_it() -> None:
    told = dict(re.findall(r"^\| `([\w.-]+)` \| (.+) \|$", doc("dependencies.md"), re.M))
    assert guests() - told.keys() == set(), "not told in docs/dependencies.md"
    assert told.keys() - guests() == set(), "told in docs/dependencies.md, but no longer a guest"
    assert [name for name, why in told.items() if len(why) < 20] == []


def test_the_words_of_the_house_are_written_down() -> None:
    told = set(re.findall(r"^\| (\w[\w ]*?) \|", doc("words.md"), re.M))
    assert [word for word in WORDS if word not in told] == []


def environment() -> set[str]:
    read = re.compile(r"""(?:environ(?:\.get\(|\[)|getenv\(|env\()\s*["'](\w+)["']""")
    return {name for path in ours(".py", under="potluck/", tests=False) for name in read.findall(text(path))}


def test_every_setting_a_host_can_turn_is_in_the_running_guide() -> None:
    ours_to_tell = {name for name in environment() if name.startswith("POTLUCK_") or name == "DATABASE_URL"}
    assert ours_to_tell
    assert [name for name in sorted(ours_to_tell) if f"`{name}`" not in doc("running.md")] == []


def test_the_running_guide_names_no_setting_that_is_gone() -> None:
    named = set(re.findall(r"`(POTLUCK_\w+)`", doc("running.md")))
    everything = "\n".join(
        text(path) for path in files() if path.suffix in (".py", "") and path.name != "running.md"
    )
    assert [name for name in sorted(named) if name not in everything] == []


def test_every_setting_from_the_environment_has_its_comment() -> None:
    said = text(Path("potluck/settings.py")).splitlines()
    bare = [
        line
        for before, line in pairwise(said)
        if re.match(r"[A-Z_]+: .*environ", line) and not before.startswith("#")
    ]
    assert bare == []
