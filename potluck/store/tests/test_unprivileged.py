"""PostgreSQL will not run as root, so it runs as somebody who is let through, and no further."""

import os
import pwd
import stat
from pathlib import Path

import pytest

from potluck.store import privileges

STRANGER = pwd.struct_passwd(("stranger", "x", 54321, 54321, "", "/", "/bin/sh"))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_whoever_is_not_root_runs_it_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert privileges.user_for(tmp_path) is None


def test_root_runs_it_as_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    user = privileges.user_for(tmp_path / "not there yet")
    assert user and user.pw_name in privileges.NAMES


def test_the_way_is_opened_for_passing_but_not_for_looking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shut, open_ = tmp_path / "shut", tmp_path / "open"
    shut.mkdir(mode=0o700)
    open_.mkdir()
    open_.chmod(0o755)
    privileges.let_through(shut, STRANGER)
    privileges.let_through(open_, STRANGER)
    assert (mode(shut), mode(open_)) == (0o701, 0o755)
    assert f"{shut} may now be passed through" in capsys.readouterr().err
    privileges.let_through(shut, STRANGER)
    assert capsys.readouterr().err == ""


def test_a_folder_that_is_somebody_elses_is_not_listened_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    privileges.private_folder(tmp_path / "ours", None)
    assert mode(tmp_path / "ours") == 0o700
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(PermissionError):
        privileges.private_folder(tmp_path / "ours", None)


def test_a_link_where_the_folder_should_be_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "target")
    with pytest.raises(PermissionError):
        privileges.private_folder(tmp_path / "run", None)
