"""Everything into one file and back: the same network, or nothing."""

import io
import json
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Network, Person
from potluck.store import backup, dump

pytestmark = pytest.mark.django_db(transaction=True)


def quiet(sentence: str) -> None:
    """Say nothing."""


def known() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a key and an attached file."""
    folder = tmp_path / "data"
    (folder / "files/2026").mkdir(parents=True)
    (folder / "files/2026/soil.txt").write_text("worms")
    (folder / "secret-key").write_text("very secret\n")
    return folder


@pytest.fixture
def kept(ada: Person, data: Path, tmp_path: Path) -> Path:
    """A backup of a network in which there is Ada."""
    target = tmp_path / "network.backup"
    backup.backup(target, data, quiet)
    return target


@pytest.fixture
def elsewhere(tmp_path: Path, kept: Path) -> Iterator[Path]:
    """An empty data folder, with Django's connection pointed at an empty database."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    here, there = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_elsewhere"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{there}" TEMPLATE template0')
    connection.close()
    connection.settings_dict["NAME"] = there
    yield folder
    connection.close()
    connection.settings_dict["NAME"] = here
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{there}"')


def test_a_restored_network_is_the_same(kept: Path, elsewhere: Path) -> None:
    backup.restore(kept, elsewhere, set(), quiet)
    assert Person.objects.get().handle == "ada"
    assert Person.objects.get().account
    assert (elsewhere / "files/2026/soil.txt").read_text() == "worms"
    assert (elsewhere / "secret-key").read_text() == "very secret\n"
    assert stat.S_IMODE((elsewhere / "secret-key").stat().st_mode) == 0o600


def test_only_its_owner_can_read_a_backup_and_nothing_else_is_left(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert sorted(path.name for path in kept.parent.iterdir()) == ["data", "network.backup"]


def test_a_network_that_is_there_is_never_written_over(kept: Path, data: Path) -> None:
    with pytest.raises(Refused, match="There is a network"):
        backup.restore(kept, data, known(), quiet)


def test_a_damaged_backup_brings_back_nothing(kept: Path, elsewhere: Path) -> None:
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Malformed, match="damaged"):
        backup.restore(kept, elsewhere, set(), quiet)
    assert dump.is_empty()
    assert list(elsewhere.iterdir()) == []


def test_a_dump_that_breaks_off_leaves_the_database_empty(elsewhere: Path, tmp_path: Path) -> None:
    broken = tmp_path / "database.dump"
    broken.write_bytes(b"PGDMP and then nothing")
    with pytest.raises(Refused, match="Nothing of it was kept"):
        dump.read(broken)
    assert dump.is_empty()


def packed(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "name",
    ["../evil", "files/../../evil", "/tmp/evil", "evil", "files/a/../../secret-key", "postgres/PG_VERSION"],
)
def test_no_name_in_a_backup_leads_out_of_its_place(elsewhere: Path, tmp_path: Path, name: str) -> None:
    hostile = packed(tmp_path / "hostile", (tarfile.TarInfo(name), b"evil"))
    with pytest.raises(Malformed, match="does not belong"):
        backup.restore(hostile, elsewhere, set(), quiet)
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_a_backup_is_refused(elsewhere: Path, tmp_path: Path) -> None:
    link = tarfile.TarInfo("files/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    with pytest.raises(Malformed, match="not a plain file"):
        backup.restore(packed(tmp_path / "hostile", (link, b"")), elsewhere, set(), quiet)


def test_a_backup_of_a_newer_potluck_is_refused(elsewhere: Path, tmp_path: Path) -> None:
    about = {"format": 1, "potluck": "9.9", "made": "2031-01-01", "migrations": ["people.0999_moon"]}
    newer = packed(tmp_path / "newer", (tarfile.TarInfo("potluck.json"), json.dumps(about).encode()))
    with pytest.raises(Refused, match=r"made by Potluck 9\.9"):
        backup.restore(newer, elsewhere, {"people.0001_initial"}, quiet)


def test_something_else_altogether_is_no_backup(elsewhere: Path, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear Ben")
    with pytest.raises(Malformed, match="not a backup"):
        backup.restore(other, elsewhere, set(), quiet)


def test_a_backup_tells_which_migrations_it_has_seen(kept: Path, db: None) -> None:
    with tarfile.open(kept) as tar:
        content = tar.extractfile("potluck.json")
        assert content
        assert set(json.load(content)["migrations"]) == known()
    assert Network._meta.app_label == "people"
