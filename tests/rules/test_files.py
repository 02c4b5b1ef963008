"""What lies in the repository: nothing of one machine or registry, everything locked, tests as sentences."""

import re
from pathlib import Path

from tests.rules.source import TOP, files, functions, ours, text

# Written in halves, so that this file does not find itself.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb.debian" + ".org"]
HOSTS += ["artifact" + "ory", "PIP_INDEX" + "_URL", "registry" + "="]
PATHS = re.compile(r"(?<![\w.~])/(?:(?:wo" + r"rk|ro" + r"ot)/[\w.]|(?:home|Us" + r"ers)/\w+/[\w.-]+/)")
BINARY = {".png", ".ico", ".jpg", ".gif", ".webp", ".woff2", ".gz", ".zip", ".mo", ".npy", ".bin"}


def readable() -> list[Path]:
    return [path for path in files() if path.suffix not in BINARY]


def test_no_file_names_a_package_registry() -> None:
    assert [f"{path} {host}" for path in readable() for host in HOSTS if host in text(path)] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert [f"{path} {hit[0]}" for path in readable() for hit in PATHS.finditer(text(path))] == []


def test_such_a_folder_would_be_found() -> None:
    assert PATHS.search("see " + "/ro" + "ot/data") and PATHS.search('"/wo' + 'rk/main"')
    assert PATHS.search("/ho" + "me/ada/potluck/data") and not PATHS.search("/ho" + "me/feed/renewal")
    assert not PATHS.search("https://example.org/wo" + "rk/1") and not PATHS.search("tests/ro" + "ot/a")


LOCKED = ("requirements", "requirements-alone", "requirements-dev")


def test_every_locked_package_has_its_hash() -> None:
    for name in (f"{each}.txt" for each in LOCKED):
        locked = re.findall(
            r"^([\w.-]+)==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text(Path(name)), re.M
        )
        asked = re.findall(r"^[\w.-]+==", text(Path(name)), re.M)
        assert asked and len(locked) == len(asked), name
        assert not re.search(r"^--?(?:index|extra-index|find-links|trusted)", text(Path(name)), re.M), name


def test_everything_asked_for_is_locked() -> None:
    for name in LOCKED:
        asked = re.findall(r"^([a-z][\w.-]*)", text(Path(f"{name}.in")), re.M)
        locked = set(re.findall(r"^([\w.-]+)==", text(Path(f"{name}.txt")), re.M))
        assert [package for package in asked if package not in locked] == []


def test_the_licence_is_whole() -> None:
    licence = text(Path("LICENSE"))
    assert licence.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert "13. Remote Network Interaction" in licence
    assert "How to Apply These Terms to Your New Programs" in licence
    assert licence.rstrip().endswith("<https://www.gnu.org/licenses/>.")


def test_tests_are_sentences() -> None:
    terse = [
        f"{path} {node.name}"
        for path in ours(".py")
        if path.name.startswith("test_")
        for node in functions(path)
        if node.name.startswith("test_") and node.name.count("_") < 2
    ]
    assert terse == []


def test_no_test_is_skipped_for_convenience() -> None:
    """Only tests on real data may be absent, where that data is; they say so by naming POTLUCK_SHARED."""
    skip = re.compile(r"pytest\.(?:mark\.(?:skip|xfail)|skip|xfail|importorskip)\b|@(?:unittest\.)?skip")
    found = [
        str(path)
        for path in ours(".py")
        if skip.search(text(path)) and "POTLUCK_SHARED" not in text(path) and path.name != "test_files.py"
    ]
    assert found == []


def test_scripts_can_be_started() -> None:
    for name in (".ci/run", ".ci/check"):
        assert (TOP / name).stat().st_mode & 0o111, name
        assert text(Path(name)).startswith("#!/usr/bin/env bash\n")
