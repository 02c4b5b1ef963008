"""Where things lie, and the key that is made once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from potluck.lib.errors import Refused
from potluck.store import paths


def test_the_data_folder_is_made_for_us_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POTLUCK_DATA", str(tmp_path / "a" / "b"))
    folder = paths.data_folder()
    assert folder == tmp_path / "a" / "b"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_in_a_checkout_the_data_folder_does_not_depend_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.home() == Path(paths.__file__).resolve().parents[2]


def test_many_processes_that_start_at_once_agree_on_one_secret_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POTLUCK_SECRET_KEY", raising=False)
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(paths.secret_key, [tmp_path] * 64))
    assert len(keys) == 1
    assert len(keys.pop()) > 50
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_a_given_secret_key_wins_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POTLUCK_SECRET_KEY", "given")
    assert paths.secret_key(tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


def test_a_network_answers_to_its_name_and_to_this_machine() -> None:
    assert paths.hosts("https://learn.example.org:8443") == [
        "learn.example.org",
        "localhost",
        "127.0.0.1",
        "[::1]",
    ]
    assert paths.hosts("http://localhost:8000") == ["localhost", "127.0.0.1", "[::1]"]


def test_another_postgresql_is_named_by_any_form_libpq_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ben:s%40crt@db1:5433/net?sslmode=require")
    entry = paths.database(tmp_path)
    assert (entry["HOST"], entry["PORT"], entry["USER"]) == ("db1", "5433", "ben")
    assert (entry["PASSWORD"], entry["NAME"]) == ("s@crt", "net")
    assert entry["OPTIONS"]["sslmode"] == "require"
    monkeypatch.setenv("DATABASE_URL", "host=db1,db2 dbname=net target_session_attrs=read-write")
    assert paths.database(tmp_path)["OPTIONS"]["target_session_attrs"] == "read-write"


def test_the_embedded_one_is_reached_by_a_socket_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert paths.database(tmp_path)["HOST"] == str(tmp_path / "run")


def test_a_data_folder_too_deep_for_a_socket_gets_a_short_one_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    folder = paths.socket_folder(deep)
    assert len(str(folder / paths.SOCKET_NAME)) <= paths.SOCKET_PATH_BYTES
    assert folder == paths.socket_folder(deep)
    assert folder != paths.socket_folder(tmp_path / ("e" * 100))


def test_a_data_folder_that_cannot_be_one_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("POTLUCK_DATA", str(tmp_path / "file"))
    with pytest.raises(Refused, match=r"cannot be the data folder \(File exists\).*POTLUCK_DATA"):
        paths.data_folder()


@pytest.mark.parametrize("given", ["eighty", "0", "70000", "-1", "nan"])
def test_a_port_that_is_none_is_refused_in_words(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POTLUCK_PORT", given)
    with pytest.raises(Refused, match=f"POTLUCK_PORT is {given}, but must be a number from 1 to 65535"):
        paths.port("POTLUCK_PORT", 8000)


def test_a_database_address_that_is_none_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "nonsense")
    with pytest.raises(Refused, match="DATABASE_URL is not the address of a database"):
        paths.database(tmp_path)
