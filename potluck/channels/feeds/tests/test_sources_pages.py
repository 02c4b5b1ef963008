"""A member names where they share: what they see before saying yes, and how they mind it after."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from potluck import door
from potluck.channels.feeds.importing import import_file
from potluck.channels.feeds.models import Bringing, Subscription
from potluck.channels.feeds.reading import poll
from potluck.channels.feeds.tests.conftest import Site
from potluck.people.models import Follow, Person, Source
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.search.statistics import refresh_statistics

pytestmark = pytest.mark.django_db
As = Callable[[Person | None], Client]

KEPT = b"""<!DOCTYPE NETSCAPE-Bookmark-file-1><TITLE>Bookmarks</TITLE><DL><p>
<DT><A HREF="https://slugs.example/" ADD_DATE="1700000000" TAGS="slugs,garden">Slugs</A><DD>A ring of bran
<DT><A HREF="https://private.example/" ADD_DATE="1600000000" PRIVATE="1">Mine alone</A>
<DT><A HREF="javascript:void(0)">Button</A></DL>"""


def token(html: str) -> str:
    return html.split('name="feed" value="', 1)[1].split('"', 1)[0]


def look(client: Client, address: str, **more: str) -> str:
    answer = client.post("/you/sources/preview", {"urls": address, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_shows_what_would_come_in_before_yes(ada: Person, as_: As, elsewhere: str) -> None:
    html = look(as_(ada), f"{elsewhere}/")
    assert "Soil notes" in html and "Compost in a flat" in html
    assert "<script>alert" not in html
    assert not Source.objects.exists() and not Post.objects.exists()


def test_it_tells_who_here_shares_the_like_and_what_one_could_answer(
    ada: Person, ben: Person, cleo: Person, as_: As, elsewhere: str
) -> None:
    door.admit(Draft(author=ben, text="My bin, turned weekly #compost"))
    door.admit(Draft(author=cleo, text="How do I keep slugs off my straw mulch?"))
    door.admit(Draft(author=cleo, text="Slugs again, and the straw is wet. Mulch is no help."))
    refresh_statistics()
    html = look(as_(ada), f"{elsewhere}/feed")
    assert "Ben Okafor" in html and "shares on #compost too" in html
    assert "How do I keep slugs off my straw mulch?" in html


def test_yes_names_it_and_its_posts_come_in(ada: Person, as_: As, elsewhere: str) -> None:
    client = as_(ada)
    chosen = token(look(client, f"{elsewhere}/", next="/welcome/people"))
    answer = client.post(
        "/you/sources/add", {"feed": chosen, "next": "/welcome/people", "only_tags": "#Compost"}
    )
    assert answer["Location"] == "/welcome/people"
    source = Source.objects.get()
    assert (source.person, source.only_tags, source.url) == (ada, ["compost"], f"{elsewhere}/feed")
    poll.poll()
    assert [post.title for post in Post.objects.filter(author=ada)] == ["Compost in a flat"]
    page = client.get("/you/sources").content.decode()
    assert "Soil notes" in page and "Only what is tagged compost" in page and "Next look " in page


def test_not_me_follows_somebody_outside(ada: Person, as_: As, elsewhere: str) -> None:
    client = as_(ada)
    client.post("/you/sources/add", {"feed": token(look(client, f"{elsewhere}/")), "follow": "1"})
    outside = Follow.objects.get(by=ada).who
    assert outside is not None
    assert (outside.is_member, outside.name, outside.url) == (False, "Soil notes", f"{elsewhere}/")
    assert Source.objects.get().person == outside


def test_next_leads_nowhere_else(ada: Person, as_: As, elsewhere: str) -> None:
    client = as_(ada)
    chosen = token(look(client, f"{elsewhere}/"))
    for trick in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = client.post("/you/sources/add", {"feed": chosen, "next": trick})
        assert answer["Location"] == "/you/sources"


def test_a_made_up_token_names_nothing(ada: Person, as_: As) -> None:
    answer = as_(ada).post("/you/sources/add", {"feed": "https://eve.example/feed"})
    assert answer.status_code == 400
    assert not Source.objects.exists()


def test_an_address_without_a_feed_is_told_beside_the_field(ada: Person, as_: As, elsewhere: str) -> None:
    answer = as_(ada).post("/you/sources/preview", {"urls": f"{elsewhere}/nothing not-an-address"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "There is nothing at this address" in text
    assert "not an address we can read" in text


def test_private_addresses_are_not_looked_at(ada: Person, as_: As) -> None:
    answer = as_(ada).post("/you/sources/preview", {"urls": "http://127.0.0.1:8000/"})
    assert answer.status_code == 422
    assert not Source.objects.exists()


def test_a_source_rests_wakes_and_is_let_go(ada: Person, ben: Person, as_: As, elsewhere: str) -> None:
    client = as_(ada)
    client.post("/you/sources/add", {"feed": token(look(client, f"{elsewhere}/"))})
    source = Source.objects.get()
    assert as_(ben).post(f"/you/sources/{source.id}/rest").status_code == 404
    client.post(f"/you/sources/{source.id}/rest")
    source.refresh_from_db()
    assert source.state == "paused" and "Resting" in client.get("/you/sources").content.decode()
    Subscription.objects.update(next_look_at=None)
    client.post(f"/you/sources/{source.id}/rest", {"undo": "1"})
    source.refresh_from_db()
    assert source.state == "waiting"
    assert Subscription.objects.get().next_look_at is not None
    client.post(f"/you/sources/{source.id}/removal")
    assert (
        "Soil notes"
        not in client.get("/you/sources").content.decode().split("</h1>")[1].split("named so far")[-1]
    )
    client.post(f"/you/sources/{source.id}/removal", {"undo": "1"})
    source.refresh_from_db()
    assert source.state == "waiting"


def test_a_list_of_subscriptions_is_chosen_from_and_followed(ada: Person, as_: As, site: Site) -> None:
    client = as_(ada)
    file = SimpleUploadedFile("reader.opml", site.answer("/list.opml")[2])
    answer = client.post("/you/sources/preview", {"file": file, "next": "/welcome/people"})
    page = client.get(answer["Location"]).content.decode()
    assert "Soil" in page and "is not a web address" in page
    answer = client.post(answer["Location"].partition("?")[0], {"chosen": ["0"], "whose": "others"})
    row = Bringing.objects.get()
    import_file.bring_file(row.id)
    assert [follow.who.uri for follow in Follow.objects.filter(by=ada) if follow.who] == [f"{site.home}/"]
    done = client.get(row.page).content.decode()
    assert "1 new, 0 known before, 1 left out" in done
    import_file.bring_file(row.id)
    assert Follow.objects.count() == 1


def test_a_list_behind_an_address_is_found(ada: Person, as_: As, elsewhere: str) -> None:
    answer = as_(ada).post("/you/sources/preview", {"urls": f"{elsewhere}/list.opml"})
    assert answer.status_code == 302 and "/you/sources/files/" in answer["Location"]


def test_bookmarks_are_shown_and_taken_in(ada: Person, ben: Person, as_: As) -> None:
    client = as_(ada)
    answer = client.post("/you/sources/preview", {"file": SimpleUploadedFile("kept.html", KEPT)})
    page = client.get(answer["Location"]).content.decode()
    assert "Slugs" in page and "only you" in page and "small program" in page
    assert as_(ben).get(answer["Location"]).status_code == 404
    client.post(answer["Location"])
    import_file.bring_file(Bringing.objects.get().id)
    assert Post.objects.filter(author=ada, kind="link").count() == 2
    assert not Post.objects.visible_to(ben).filter(title="Mine alone").exists()


def test_visitors_are_sent_to_sign_in(as_: As, db: None) -> None:
    assert as_(None).get("/you/sources")["Location"].startswith("/accounts/login/")
