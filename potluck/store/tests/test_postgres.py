"""The embedded PostgreSQL: started once, shared, ended by the last, healed after anything."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from potluck.lib.errors import Refused
from potluck.store import cluster, paths, tuning
from potluck.store import server as store_server

pytestmark = pytest.mark.xdist_group("embedded")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pg")


def start(data: Path) -> store_server.Server:
    return store_server.start(data, tied=True, extra=tuning.CARELESS)


def ask(data: Path, question: str) -> object:
    with psycopg.connect(
        host=str(paths.socket_folder(data)), user=paths.DATABASE, dbname=paths.DATABASE
    ) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[arg-type]
    return row[0] if row else None


def kill(server: store_server.Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_it_answers_with_vectors_in_the_builtin_locale(data: Path) -> None:
    with start(data):
        assert ask(data, "SELECT '[1,2]'::vector <-> '[1,2]'::vector") == 0
        assert ask(data, "SELECT datlocale FROM pg_database WHERE datname = 'potluck'") == "C.UTF-8"
        assert ask(data, "SELECT lower('ÄÖ') = 'äö'") is True
        assert ask(data, "SHOW listen_addresses") == ""


def test_what_is_acknowledged_is_on_the_disk_unless_a_test_says_otherwise(data: Path) -> None:
    with store_server.start(data):
        assert [ask(data, f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]


def test_who_comes_second_shares_it_and_the_last_to_leave_ends_it(data: Path) -> None:
    first = start(data)
    second = start(data)
    assert second.pid == first.pid
    first.stop()
    assert second.is_alive()
    second.stop()
    assert cluster.running_pid(cluster.Layout(data)) is None


def test_the_one_who_serves_ends_it_even_if_others_use_it(data: Path) -> None:
    serving, using = start(data), start(data)
    serving.stop(even_if_used=True)
    assert not using.is_alive()
    using.stop()


def test_after_kill_9_the_next_start_heals_and_nothing_acknowledged_is_lost(data: Path) -> None:
    server = store_server.start(data, tied=True)
    with psycopg.connect(
        host=str(paths.socket_folder(data)), user=paths.DATABASE, dbname=paths.DATABASE, autocommit=True
    ) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    kill(server)
    with start(data) as healed:
        assert healed.pid != server.pid
        assert ask(data, "SELECT answer FROM kept") == 42
    server.stop()


def test_a_server_that_died_can_be_started_again_by_who_minds_it(data: Path) -> None:
    with start(data) as server:
        kill(server)
        assert not server.is_alive()
        server.start_again()
        assert ask(data, "SELECT 1") == 1


def test_a_pid_file_whose_number_belongs_to_somebody_else_by_now_is_no_obstacle(data: Path) -> None:
    with start(data) as server:
        words = (server.layout.database / "postmaster.pid").read_text().splitlines()
        kill(server)
    (data / "postgres/postmaster.pid").write_text("\n".join([str(os.getppid()), *words[1:]]) + "\n")
    with start(data):
        assert ask(data, "SELECT 1") == 1


def test_it_ends_by_itself_when_the_one_it_is_tied_to_is_killed(data: Path) -> None:
    program = (
        "import pathlib, sys, time; from potluck.store import server;"
        "started = server.start(pathlib.Path(sys.argv[1]), tied=True); print(started.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program, data], stdout=subprocess.PIPE, text=True)
    with starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        starter.kill()
    deadline = time.monotonic() + 10
    while cluster.is_ours(pid, cluster.Layout(data)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not cluster.is_ours(pid, cluster.Layout(data))


def test_an_orphan_is_taken_over_and_ended(data: Path) -> None:
    program = (
        "import pathlib, sys, os; from potluck.store import server;"
        "server.start(pathlib.Path(sys.argv[1])); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, data], check=False)
    orphan = cluster.running_pid(cluster.Layout(data))
    assert orphan
    with start(data) as server:
        assert server.pid == orphan
    assert cluster.running_pid(cluster.Layout(data)) is None


def test_data_of_an_older_postgresql_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres/PG_VERSION").write_text("16\n")
    with pytest.raises(Refused, match=r"written by PostgreSQL 16.*Make a backup.*restore"):
        start(tmp_path)


def test_a_broken_setting_of_the_host_is_told_with_the_last_words(data: Path) -> None:
    own = data / "postgres/local.conf"
    own.write_text("shared_buffers = plenty\n")
    try:
        with pytest.raises(Refused, match="shared_buffers"):
            start(data)
    finally:
        own.unlink()


def test_a_log_that_has_grown_is_turned(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LOG_BYTES", 100)
    with start(data) as server:
        before = server.layout.log.stat().st_size
        server.tidy_log()
        assert server.layout.log.stat().st_size == 0
        assert (data / "postgres.log.1").stat().st_size >= before > 100


def embedded_url(data: Path) -> str:
    return f"host={paths.socket_folder(data)} user=potluck dbname=potluck"


def test_another_server_is_taken_if_it_is_new_enough_and_knows_vectors(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start(data):
        store_server.check_external(embedded_url(data))
        monkeypatch.setattr(store_server, "OLDEST", 99)
        with pytest.raises(Refused, match="needs 99 or newer"):
            store_server.check_external(embedded_url(data))
        monkeypatch.undo()
        monkeypatch.setattr(store_server, "OLDEST_VECTOR", (9, 1))
        with pytest.raises(Refused, match=r"has pgvector \d.* needs 9.1 or newer"):
            store_server.check_external(embedded_url(data))


def test_another_server_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="does not answer"):
        store_server.check_external(embedded_url(tmp_path))


def test_a_command_ends_what_it_started(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with store_server.running(data):
        assert ask(data, "SELECT 1") == 1
    assert cluster.running_pid(cluster.Layout(data)) is None
