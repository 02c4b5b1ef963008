"""Whoever publishes outside can say "this is me", or "not here, please", and show it by their own page."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.channels.feeds.models import Item
from potluck.channels.feeds.reading import poll
from potluck.channels.feeds.sources import add_source, claim, ownership
from potluck.channels.feeds.tests.conftest import FEED, Site
from potluck.deliver.models import Arrival
from potluck.lib.errors import Refused
from potluck.people.follow import Wish, follow
from potluck.people.models import Follow, Person, Source
from potluck.posts.models import Post
from potluck.search.find import find
from potluck.search.query import parse

pytestmark = pytest.mark.django_db
As = Callable[[Person | None], Client]


@pytest.fixture
def outside(site: Site, cleo: Person) -> Person:
    """Somebody on the site, whose feed Cleo named and follows, read once."""
    person, _ = add_source.name_outside(
        f"{site.home}/feed", by=cleo, home_url=f"{site.home}/", name="Eve Larsen"
    )
    follow(Wish(who=person), by=cleo)
    poll.poll()
    return person


def page(said: str) -> tuple[str, bytes]:
    return "text/html", f"<html><head><title>Eve</title></head><body>{said}</body></html>".encode()


def proves(outside: Person, by: Person | None) -> bool:
    """Whether what stands there now is proof enough."""
    try:
        claim.prove(outside, by)
    except Refused:
        return False
    return True


def test_a_link_with_rel_me_proves_it(outside: Person, ada: Person, site: Site) -> None:
    with pytest.raises(Refused, match="did not find it yet"):
        claim.prove(outside, ada)
    site.pages["/"] = page("<a rel='me nofollow' href='http://localhost:8000/@ada'>me</a>")
    assert proves(outside, ada)


def test_a_link_to_somebody_else_proves_nothing(
    outside: Person, ada: Person, ben: Person, site: Site
) -> None:
    site.pages["/"] = page(
        "<a rel=me href='http://localhost:8000/@ben'>me</a><a href='http://localhost:8000/@ada'>"
    )
    with pytest.raises(Refused):
        claim.prove(outside, ada)


def test_a_posted_code_proves_it(outside: Person, ada: Person, ben: Person, site: Site) -> None:
    site.pages["/"] = page(f"<p>about me {claim.code(outside, ada)}</p>")
    assert proves(outside, ada)
    assert not proves(outside, ben)


def test_a_code_in_a_new_item_proves_it(outside: Person, ada: Person, site: Site) -> None:
    said = f"On to Potluck: {claim.code(outside, ada)}".encode()
    assert not proves(outside, ada)
    site.pages["/feed"] = ("application/rss+xml", FEED.replace(b"Straw keeps slugs busy.", said))
    assert proves(outside, ada)


def test_a_code_in_a_comment_proves_nothing(outside: Person, ada: Person, site: Site) -> None:
    site.pages["/"] = page(f"<ol class='recent-comments'><li>{claim.code(outside, ada)}</ol>")
    with pytest.raises(Refused):
        claim.prove(outside, ada)


def test_where_several_write_an_item_proves_nothing(outside: Person, ada: Person, site: Site) -> None:
    said = FEED.replace(b"<description>Worms", b"<author>a@x.example (Ann)</author><description>Worms")
    said = said.replace(b"<description>Straw", b"<author>b@x.example (Bob)</author><description>Straw")
    site.pages["/feed"] = ("application/rss+xml", said.replace(b"Straw", claim.code(outside, ada).encode()))
    site.pages["/"] = page("<a rel=me href='http://localhost:8000/@ada'>me</a>")
    with pytest.raises(Refused, match="Several people write"):
        claim.prove(outside, ada)
    site.pages["/"] = ("text/html", b"<head><link rel=me href='http://localhost:8000/@ada'></head><body>")
    claim.prove(outside, ada)


def test_the_code_for_removal_does_not_claim(outside: Person, ada: Person, site: Site) -> None:
    site.pages["/"] = page(claim.code(outside, None))
    with pytest.raises(Refused):
        claim.prove(outside, ada)
    claim.prove(outside, None)


def test_what_was_theirs_is_the_members(
    outside: Person, ada: Person, ben: Person, cleo: Person, work: Callable[[], None]
) -> None:
    work()
    brought = set(Arrival.objects.filter(person=cleo).values_list("post_id", flat=True))
    assert brought
    follow(Wish(who=outside), by=ada)
    follow(Wish(who=outside), by=ben)
    follow(Wish(who=ada), by=ben)
    claim.claim(outside, by=ada)
    assert set(Post.objects.values_list("author__handle", flat=True)) == {"ada"}
    assert Source.objects.get().person == ada
    assert set(Follow.objects.filter(who=ada).values_list("by__handle", flat=True)) == {"ben", "cleo"}
    assert not Follow.objects.filter(who=outside).exists()
    assert set(Arrival.objects.filter(person=cleo).values_list("post_id", flat=True)) == brought
    found = find(parse("from:ada worms"), cleo)
    assert len(found.hits) == 1
    outside.refresh_from_db()
    assert outside.claimed_by == ada
    with pytest.raises(Refused):
        claim.claim(outside, by=ben)


def test_a_source_both_had_is_one(outside: Person, ada: Person, site: Site) -> None:
    add_source.name_source(f"{site.home}/feed", person=ada, by=ada)
    poll.poll()
    claim.claim(outside, by=ada)
    assert Source.objects.count() == 1
    assert Item.objects.count() == 2
    assert add_source.name_outside(f"{site.home}/feed", by=None)[0] == ada
    poll.poll()
    assert Post.objects.count() == 2


def test_the_page_tells_how_and_leads_to_the_member_after(
    outside: Person, ada: Person, as_: As, site: Site
) -> None:
    client, address = as_(ada), f"{outside.page}/claim"
    assert claim.code(outside, ada) in client.get(address).content.decode()
    assert claim.code(outside, ada) not in as_(None).get(address).content.decode()
    answer = client.post(f"{address}/proof")
    assert answer.status_code == 422 and "did not find it yet" in answer.content.decode()
    site.pages["/"] = page("<a rel=me href='http://localhost:8000/@ada'>me</a>")
    assert client.post(f"{address}/proof")["Location"] == "/@ada"
    assert client.get(outside.page)["Location"] == "/@ada"
    assert client.get(address)["Location"] == "/@ada"


def test_members_cannot_be_claimed(ada: Person, ben: Person, as_: As) -> None:
    assert as_(ben).get("/@ada/claim").status_code == 404
    assert as_(ben).post("/@ada/claim/proof").status_code == 404
    assert as_(None).post("/@ada/removal").status_code == 404


def test_removed_by_their_own_page(outside: Person, cleo: Person, as_: As, site: Site) -> None:
    assert as_(cleo).post(f"{outside.page}/removal").status_code == 422
    site.pages["/"] = page(claim.code(outside, None))
    as_(None).post(f"{outside.page}/removal")
    assert not Post.objects.visible_to(cleo).exists()
    assert as_(cleo).get(outside.page).status_code == 404
    assert Source.objects.get().state == "retired"


def test_a_moderator_removes_and_can_take_it_back(
    outside: Person, dov: Person, cleo: Person, as_: As
) -> None:
    as_(dov).post(f"{outside.page}/removal")
    assert not Post.objects.visible_to(cleo).exists()
    as_(cleo).post(f"{outside.page}/removal", {"undo": "1"})
    assert not Post.objects.visible_to(cleo).exists()
    as_(dov).post(f"{outside.page}/removal", {"undo": "1"})
    assert Post.objects.visible_to(cleo).count() == 2
    assert Source.objects.get().retired_at is None


def test_who_names_what_another_named_is_told_and_takes_it_over_by_proof(
    site: Site, ada: Person, ben: Person, cleo: Person, as_: As
) -> None:
    first = add_source.name_source(f"{site.home}/feed", person=ben, by=ben)
    poll.poll()
    again = add_source.name_source(f"{site.home}/feed", person=ada, by=ada, home_url=f"{site.home}/")
    poll.poll()
    assert {post.author_id for post in Post.objects.all()} == {ben.id}
    assert "Ben Okafor named this as well" in as_(ada).get("/you/sources").content.decode()
    assert "named this as well" not in as_(ben).get("/you/sources").content.decode()
    there = f"/you/sources/{again.id}/proof"
    refused = as_(ada).post(there)
    assert refused.status_code == 422 and "did not find it yet" in refused.content.decode()
    assert as_(cleo).post(there).status_code == 404
    site.pages["/"] = page("<a rel='me' href='http://localhost:8000/@ada'>me</a>")
    assert as_(ada).post(there).status_code == 302
    first.refresh_from_db()
    assert first.retired_at is not None and "Ada Marsh has shown" in first.note
    assert {(post.author_id, post.source_id) for post in Post.objects.all()} == {(ada.id, again.id)}
    # Who let go of it and names it again gets nothing new by it, and cannot prove it away.
    back = add_source.name_source(f"{site.home}/feed", person=ben, by=ben)
    fresh = b"<item><guid>%(home)s/c</guid><link>%(home)s/c</link><title>New</title><description>x</description></item>"
    site.pages["/feed"] = ("application/rss+xml", FEED.replace(b"</channel>", fresh + b"</channel>"))
    add_source.look_soon([back.url])
    poll.poll()
    assert Post.objects.get(title="New").author_id == ada.id
    site.pages["/"] = page(f"<p>{ownership.code(back)}</p>")
    with pytest.raises(Refused, match="Ada Marsh has shown"):
        ownership.prove(back)


def test_a_page_that_only_names_the_feed_proves_nothing(
    site: Site, ada: Person, ben: Person, elsewhere: str
) -> None:
    add_source.name_source(f"{site.home}/feed", person=ben, by=ben)
    mine = add_source.name_source(f"{site.home}/feed", person=ada, by=ada, home_url="http://localhost:1/ada")
    with pytest.raises(Refused):
        ownership.prove(mine)
    Source.objects.filter(pk=mine.pk).update(home_url=f"{site.home}/")
    mine.refresh_from_db()
    site.pages["/"] = page(f"<p>{ownership.code(mine)}</p>")
    ownership.prove(mine)
