"""The doctor says what is wrong and how to mend it."""

import socket
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from potluck.store import doctor
from potluck.store.doctor import Finding


@pytest.fixture
def data(tmp_path: Path, settings: Settings) -> Path:
    tmp_path.chmod(0o700)
    settings.DATA = tmp_path
    (tmp_path / "secret-key").write_text("secret")
    (tmp_path / "secret-key").chmod(0o600)
    return tmp_path


def is_mended_by(finding: Finding, words: str) -> bool:
    return not finding.is_well and words in finding.mend


def test_a_folder_and_a_key_that_only_we_can_read_are_well(data: Path) -> None:
    assert doctor.data_folder().is_well
    assert doctor.secret_key().is_well
    assert doctor.space().is_well


def test_a_folder_that_others_can_look_into_is_wrong(data: Path) -> None:
    data.chmod(0o755)
    assert is_mended_by(doctor.data_folder(), "chmod o=")


def test_a_key_that_others_can_read_is_wrong(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POTLUCK_SECRET_KEY", raising=False)
    (data / "secret-key").chmod(0o644)
    assert is_mended_by(doctor.secret_key(), "chmod 600")


def test_a_full_disk_is_wrong(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SPACE_NEEDED", 1e18)
    assert is_mended_by(doctor.space(), "Make room")


def test_a_finder_that_is_not_there_is_named(settings: Settings) -> None:
    assert doctor.plug_ins().is_well
    settings.FINDERS = ["potluck.match.telepathy.find"]
    found = doctor.plug_ins()
    assert not found.is_well
    assert "telepathy" in found.said


def test_an_address_without_https_is_wrong_but_for_localhost(settings: Settings) -> None:
    settings.ORIGIN = "http://localhost:8000"
    assert doctor.address().is_well
    settings.ORIGIN = "http://learn.example.org"
    assert is_mended_by(doctor.address(), "https")


def test_a_mail_server_that_does_not_answer_is_wrong(settings: Settings) -> None:
    settings.SMTP = ""
    assert doctor.mail().is_well
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.SMTP = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
        settings.EMAIL_BACKEND = "potluck.lib.email_backend.Smtp"
        assert is_mended_by(doctor.mail(), "POTLUCK_SMTP")


def test_migrations_that_wait_are_wrong() -> None:
    assert doctor.tables(list).is_well
    assert is_mended_by(doctor.tables(lambda: ["people.0002"]), "potluck migrate")


def test_a_port_that_another_program_has_is_wrong(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        settings.PORT = other.getsockname()[1]
        other.listen()
        assert is_mended_by(doctor.ports(serving=False), "POTLUCK_PORT")
        assert doctor.ports(serving=True).is_well


def test_clock_worker_and_sources_of_a_quiet_network_are_well(db: None, settings: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.PORT = nobody.getsockname()[1]
        assert [finding.is_well for finding in (doctor.clock(), doctor.worker(), doctor.sources())] == [
            True
        ] * 3


def test_a_database_that_does_not_answer_is_told_with_the_rest(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"host={data} dbname=nowhere")
    findings = {finding.what: finding for finding in doctor.examine(list)}
    assert not findings["Database"].is_well
    assert "does not answer" in findings["Database"].said
    assert "Worker" not in findings
