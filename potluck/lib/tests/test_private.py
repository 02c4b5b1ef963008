"""Files of ours are for nobody else on this machine, and what was left open is found and closed."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from potluck.lib.private import close_to_others, open_to_others, write_private
from potluck.store import doctor


@pytest.fixture
def careless() -> "object":
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_file_and_its_new_folders_are_private_whatever_the_umask(tmp_path: Path, careless: None) -> None:
    write_private(tmp_path / "a/b/c", b"x")
    assert (mode(tmp_path / "a"), mode(tmp_path / "a/b"), mode(tmp_path / "a/b/c")) == (0o700, 0o700, 0o600)


def test_what_an_older_version_left_open_is_closed_and_links_are_not_followed(
    tmp_path: Path, careless: None
) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    (data / "files/7").mkdir(parents=True)
    (data / "postgres").mkdir()
    for path in (data / "files/7/a", data / "secret-key", data / "postgres/PG_VERSION", elsewhere):
        path.write_text("x")
    (data / "link").symlink_to(elsewhere)
    data.chmod(0o755)
    found = {path.name for path in open_to_others(data, besides=frozenset(("postgres",)))}
    assert found == {"files", "7", "a", "secret-key"}
    assert close_to_others(data, besides=frozenset(("postgres",))) == 5
    assert not list(open_to_others(data, besides=frozenset(("postgres",))))
    assert (mode(data), mode(data / "files"), mode(data / "secret-key")) == (0o750, 0o700, 0o600)
    assert mode(elsewhere) == 0o666 and mode(data / "postgres/PG_VERSION") == 0o666


def test_doctor_says_what_others_can_read(tmp_path: Path, settings: Settings, careless: None) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    settings.DATA = data
    assert doctor.data_folder().is_well
    (data / "dump").write_text("x")
    said = doctor.data_folder()
    assert not said.is_well and "1 files" in said.said and str(data / "dump") in said.said
