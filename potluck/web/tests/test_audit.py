"""The audit log: what moderators decide for others is written down, once, and read by moderators alone."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.channels.feeds.sources.claim import bring_back, remove_as_moderator
from potluck.door import admit
from potluck.events.models import AuditEntry
from potluck.people.models import Account, Person
from potluck.people.moderate import make_moderator, readmit, suspend
from potluck.people.network import the_network
from potluck.people.network_settings import settle_network
from potluck.posts.draft import Draft
from potluck.posts.edit import delete, undelete
from potluck.posts.models import Post
from potluck.posts.moderation import refuse, release
from potluck.posts.tags import merge

As = Callable[[Person | None], Client]


def log() -> list[tuple[str, int | None, int | None]]:
    return list(AuditEntry.objects.order_by("id").values_list("what", "by", "whom"))


def test_each_decision_is_written_down_once_with_who_made_it_and_for_whom(
    ada: Person, cleo: Person, dov: Person, eve: Person
) -> None:
    suspend(cleo, by=dov)
    suspend(cleo, by=dov)
    readmit(cleo, by=dov)
    make_moderator(ada, by=None)
    remove_as_moderator(eve, by=dov)
    eve.refresh_from_db()
    bring_back(eve, by=dov)
    merge("worms", "worm", by=dov)
    assert log() == [
        ("suspended", dov.id, cleo.id),
        ("readmitted", dov.id, cleo.id),
        ("made_moderator", None, ada.id),
        ("removed", dov.id, eve.id),
        ("returned", dov.id, eve.id),
        ("merged", dov.id, None),
    ]


def test_what_is_done_to_what_somebody_else_wrote_is_written_down(ada: Person, dov: Person) -> None:
    mine, held, bad = (admit(Draft(author=ada, text=f"Worms, {n}.")) for n in range(3))
    delete(mine, by=ada)
    undelete(mine, by=ada)
    assert log() == []
    delete(mine, by=dov)
    undelete(mine, by=dov)
    Post.objects.filter(pk__in=[held.pk, bad.pk]).update(held_at=mine.published_at)
    release(held, by=dov)
    refuse(bad, by=dov)
    assert [what for what, by, whom in log() if (by, whom) == (dov.id, ada.id)] == [
        "taken_away", "brought_back", "released", "refused",
    ]  # fmt: skip


def test_what_the_host_changes_is_named_and_what_stays_is_not(dov: Person) -> None:
    Account.objects.filter(person=dov).update(is_superuser=True)
    network = the_network()
    same = {"tagline": network.tagline, "joining": network.joining, "norms": network.norms}
    settle_network(by=Person.objects.get(pk=dov.pk), name="The Shed", **same)
    settle_network(by=Person.objects.get(pk=dov.pk), name="The Shed", **same)
    assert [entry.words for entry in AuditEntry.objects.all()] == ["name"]


def test_a_moderator_reads_the_log_and_nobody_else_learns_there_is_one(
    ada: Person, cleo: Person, dov: Person, as_: As
) -> None:
    Person.objects.filter(pk=cleo.pk).update(name="<b>Cleo")
    suspend(cleo, by=dov)
    page = as_(dov).get("/moderation/log").content.decode()
    assert "suspended" in page and "&lt;b&gt;Cleo" in page and f'href="{dov.page}"' in page
    assert as_(ada).get("/moderation/log").status_code == 404
    assert as_(None).get("/moderation/log").status_code in (302, 404)


def test_who_left_is_not_named_any_more(dov: Person, as_: As) -> None:
    AuditEntry.objects.create(what="suspended", by=dov.id, whom=7)
    assert "somebody who left" in as_(dov).get("/moderation/log").content.decode()


@pytest.mark.usefixtures("db")
def test_an_empty_log_says_so(dov: Person, as_: As) -> None:
    assert "Nothing was decided for anybody yet." in as_(dov).get("/moderation/log").content.decode()
