"""Every public list goes out as a feed, with what everybody may see and nothing else."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from potluck.lib.ids import new_id
from potluck.lib.tests.valid import wrong_atom, wrong_json_feed, wrong_rss
from potluck.people.models import Network, Person, Source
from potluck.people.network import look_again
from potluck.posts.models import Attachment, Audience, Kind, Manner, Post, Tag
from potluck.search.index import index_posts

HERE = settings.ORIGIN
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WRONG = {"atom": wrong_atom, "rss": wrong_rss, "json": wrong_json_feed}
Sign = Callable[[Person | None], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_name() -> Iterator[None]:
    Network.objects.update_or_create(pk=1, defaults={"name": "Gardeners", "tagline": "We share."})
    look_again()
    yield
    look_again()


def post(author: Person, text: str = "Worms like shade.", **more: object) -> Post:
    at = more.pop("at", NOON)
    key = new_id(at)
    fields = {
        "uri": f"{HERE}/posts/{key}",
        "thing": key,
        "thread": key,
        "kind": Kind.NOTE,
        "text": text,
        "html": f"<p>{text}</p>",
        "excerpt": text,
        "published_at": at,
        "arrived_at": at,
    }
    return Post.objects.create(id=key, author=author, **(fields | more))


def listed(client: Client, address: str) -> list[str]:
    """The texts of a feed, after it was found valid in each format."""
    for form, wrong in WRONG.items():
        response = client.get(address.replace(".atom", f".{form}", 1))
        assert response.status_code == 200, response.content
        assert wrong(response.content) == []
    read = json.loads(client.get(address.replace(".atom", ".json", 1)).content)
    return [item["content_html"] for item in read["items"]]


def test_each_format_says_what_it_is(client: Client) -> None:
    kinds = {form: client.get(f"/fresh.{form}")["Content-Type"] for form in WRONG}
    assert kinds == {
        "atom": "application/atom+xml; charset=utf-8",
        "rss": "application/rss+xml; charset=utf-8",
        "json": "application/feed+json; charset=utf-8",
    }


def test_fresh_has_what_everybody_may_see_newest_first(client: Client, ada: Person, ben: Person) -> None:
    first = post(ada, "First.")
    post(ben, "Second.", at=NOON + timedelta(hours=1))
    post(ben, "A reply.", reply_to=first, thread=first.id)
    assert listed(client, "/fresh.atom") == ["<p>Second.</p>", "<p>First.</p>"]


@pytest.mark.parametrize("audience", [Audience.MEMBERS, Audience.CIRCLE, Audience.NAMED, Audience.ME])
@pytest.mark.parametrize("who", ["ada", "ben", "cleo", "dov", None])
def test_nobody_reads_a_narrowed_post_in_a_public_feed(
    who: str | None, audience: int, as_: Sign, request: pytest.FixtureRequest
) -> None:
    people = {name: request.getfixturevalue(name) for name in ("ada", "ben", "cleo", "dov")}
    narrow = post(people["ada"], "Secret compost.", audience=audience, tags=["soil"])
    open_one = post(people["ben"], "Open compost.", reply_to=narrow, thread=narrow.id, tags=["soil"])
    client = as_(people.get(who or ""))
    for address in ("/fresh.atom", "/@ada.atom", "/@ada/tags/soil.atom", "/tags/soil.atom"):
        assert "Secret" not in "".join(listed(client, address))
    assert client.get(f"/posts/{narrow.id}.atom").status_code == 404
    assert listed(client, f"/posts/{open_one.id}.atom") == ["<p>Open compost.</p>"]
    assert narrow.uri not in client.get("/@ben.json").content.decode()


@pytest.mark.parametrize("gone", ["deleted_at", "held_at"])
def test_what_is_deleted_or_held_is_in_no_feed(client: Client, ada: Person, dov: Person, gone: str) -> None:
    hidden = post(ada, tags=["soil"], **{gone: timezone.now()})
    for address in ("/fresh.atom", "/@ada.atom", "/@ada/tags/soil.atom", "/tags/soil.atom"):
        assert listed(client, address) == []
    assert client.get(f"/posts/{hidden.id}.rss").status_code == 404


@pytest.mark.parametrize("gone", ["suspended_at", "removed_at"])
def test_who_is_suspended_or_removed_is_in_no_feed(client: Client, ada: Person, gone: str) -> None:
    post(ada, tags=["soil"])
    Person.objects.filter(pk=ada.pk).update(**{gone: timezone.now()})
    assert listed(client, "/fresh.atom") == listed(client, "/tags/soil.atom") == []
    for address in ("/@ada.atom", "/@ada/tags/soil.json", "/@ada/sources.opml"):
        assert client.get(address).status_code == 404


def test_a_person_has_a_feed_and_one_for_each_topic(client: Client, ada: Person, ben: Person) -> None:
    post(ada, "On soil.", tags=["soil"])
    post(ada, "On water.", tags=["water"], at=NOON + timedelta(hours=1))
    post(ben, "Ben on soil.", tags=["soil"], at=NOON + timedelta(hours=2))
    assert listed(client, "/@ada.atom") == ["<p>On water.</p>", "<p>On soil.</p>"]
    assert listed(client, "/@ada/tags/soil.atom") == ["<p>On soil.</p>"]
    assert listed(client, "/tags/soil.atom") == ["<p>Ben on soil.</p>", "<p>On soil.</p>"]
    read = feedparser.parse(client.get("/@ada.atom").content)
    assert (read.feed.title, read.feed.link) == ("Ada Marsh at Gardeners", f"{HERE}/@ada")
    topic = feedparser.parse(client.get("/@ada/tags/soil.atom").content).feed
    assert (topic.id, topic.link) == (f"{HERE}/@ada/tags/soil", f"{HERE}/@ada?tag=soil")
    assert read.entries[0].author_detail == {"name": "Ada Marsh", "href": f"{HERE}/@ada"}


def test_a_tag_is_found_by_its_synonyms_and_any_spelling(client: Client, ada: Person) -> None:
    Tag.objects.create(name="node.js", label="node.js")
    Tag.objects.create(name="nodejs", label="nodejs", merged_into_id="node.js")
    post(ada, tags=["node.js", "grösse"])
    assert len(listed(client, "/tags/NodeJS.atom")) == len(listed(client, "/tags/node.js.atom")) == 1
    assert len(listed(client, "/tags/Größe.atom")) == 1
    assert listed(client, "/tags/nobody-said-it.atom") == []
    assert client.get("/tags/---.atom").status_code == 404


def test_a_thread_has_all_of_its_conversation(client: Client, ada: Person, ben: Person) -> None:
    asked = post(ada, "Why is my heap cold?", title="Cold heap", kind=Kind.QUESTION)
    answer = post(ben, "More green.", reply_to=asked, thread=asked.id, at=NOON + timedelta(hours=1))
    for entrance in (asked, answer):
        assert listed(client, f"/posts/{entrance.id}.atom") == [
            "<p>More green.</p>",
            "<p>Why is my heap cold?</p>",
        ]
    read = json.loads(client.get(f"/posts/{asked.id}.json").content)
    assert read["title"] == "Cold heap: the conversation"
    assert read["items"][0]["_potluck"] == {"in_reply_to": asked.uri}


def test_somebody_outside_is_only_an_excerpt_that_leads_home(client: Client, eve: Person) -> None:
    post(eve, "The long of it.", excerpt="The short <of> it", url="https://eve.example/1", title="Heap")
    [html] = listed(client, f"/@{eve.handle}.atom")
    assert html == (
        "<p>The short &lt;of&gt; it</p>\n"
        '<p><a href="https://eve.example/1">Read the rest at eve.example</a></p>'
    )
    response = client.get(f"/@{eve.handle}.rss")
    assert response["X-Robots-Tag"] == "noindex"
    [entry] = feedparser.parse(response.content).entries
    assert entry.link == "https://eve.example/1"
    assert entry.comments.startswith(f"{HERE}/posts/")


def test_what_a_member_wrote_elsewhere_is_whole_and_leads_home(client: Client, ada: Person) -> None:
    post(ada, url="https://ada.example/worms", uri="tag:ada.example,2026:worms")
    assert listed(client, "/@ada.atom") == ["<p>Worms like shade.</p>"]
    [entry] = feedparser.parse(client.get("/@ada.atom").content).entries
    assert (entry.id, entry.link) == ("tag:ada.example,2026:worms", "https://ada.example/worms")


def test_what_is_passed_on_says_from_whom(client: Client, ada: Person, ben: Person, eve: Person) -> None:
    first = post(eve, "By Eve.", url="https://eve.example/1")
    post(ben, "", html="", via=first, thing=first.id)
    response = client.get("/@ben.json")
    [item] = json.loads(response.content)["items"]
    assert item["authors"][0]["name"] == "Ben Okafor"
    assert "By Eve." in item["content_html"]
    assert item["external_url"] == "https://eve.example/1"
    [entry] = feedparser.parse(client.get("/@ben.atom").content).entries
    assert [(link.href, link.title) for link in entry.links if link.rel == "via"] == [
        (f"{HERE}/posts/{first.id}", "Eve Larsen")
    ]
    Post.objects.filter(pk=first.pk).update(held_at=timezone.now())
    assert "Eve" not in client.get("/@ben.json").content.decode()


def test_files_go_along(client: Client, ada: Person) -> None:
    with_file = post(ada)
    picture = Attachment.objects.create(
        person=ada, post=with_file, name="my heap.png", path="x", type="image/png", size=10, alt='a "heap"'
    )
    address = f"{HERE}/files/{picture.id}/my%20heap.png"
    assert f'<img src="{address}" alt="a &quot;heap&quot;">' in listed(client, "/@ada.atom")[0]
    [entry] = feedparser.parse(client.get("/@ada.rss").content).entries
    assert [(file.href, file.type, file.length) for file in entry.enclosures] == [
        (address, "image/png", "10")
    ]


def test_a_long_list_goes_on_page_by_page_without_a_gap(client: Client, ada: Person) -> None:
    for hour in range(95):
        post(ada, f"No. {hour}", at=NOON + timedelta(hours=hour))
    seen, address, pages = [], f"{HERE}/fresh.json", 0
    while address:
        read = json.loads(client.get(address.removeprefix(HERE)).content)
        seen += [item["id"] for item in read["items"]]
        assert read["feed_url"] == address
        address, pages = read.get("next_url"), pages + 1
    assert pages == 3
    assert seen == [
        f"{HERE}/posts/{key}" for key in Post.objects.order_by("-id").values_list("id", flat=True)
    ]
    assert client.get("/fresh.atom?before=soon").status_code == 400
    assert client.get(f"/fresh.atom?before={10**30}").status_code == 400


def again(client: Client, address: str, response: HttpResponse) -> tuple[int, int]:
    """What a reader gets who sends back the tag, and what one who sends back the date."""
    by_tag = client.get(address, headers={"If-None-Match": response["ETag"]})
    by_date = client.get(address, headers={"If-Modified-Since": response["Last-Modified"]})
    return by_tag.status_code, by_date.status_code


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_reader_is_told_when_nothing_changed(client: Client, ada: Person, form: str) -> None:
    post(ada)
    response = client.get(f"/@ada.{form}")
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert again(client, f"/@ada.{form}", response) == (304, 304)
    same = client.get(f"/@ada.{form}", headers={"If-None-Match": f'"other", W/{response["ETag"]}'})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", response["ETag"])
    assert client.head(f"/@ada.{form}")["ETag"] == response["ETag"]
    assert client.post(f"/@ada.{form}").status_code == 405


def test_every_change_is_seen_by_tag_and_by_date(client: Client, ada: Person) -> None:
    old, new = post(ada, "Old."), post(ada, "New.", at=NOON + timedelta(hours=1))
    response = client.get("/@ada.atom")
    Post.objects.filter(pk=old.pk).update(html="<p>Edited.</p>", edited_at=NOON + timedelta(hours=2))
    assert again(client, "/@ada.atom", response) == (200, 200)
    response = client.get("/@ada.atom")
    Post.objects.filter(pk=old.pk).update(deleted_at=timezone.now())
    assert again(client, "/@ada.atom", response) == (200, 200)
    response = client.get("/@ada.atom")
    Person.objects.filter(pk=ada.pk).update(name="Ada M.")
    assert again(client, "/@ada.atom", response)[0] == 200
    response = client.get("/@ada.atom")
    post(ada, "Newer.", at=NOON + timedelta(hours=3))
    assert again(client, "/@ada.atom", response) == (200, 200)
    assert new.id


def test_nothing_new_costs_one_query(
    client: Client, ada: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    post(ada)
    tag = client.get("/fresh.atom")["ETag"]
    with django_assert_num_queries(1):
        assert client.get("/fresh.atom", headers={"If-None-Match": tag}).status_code == 304
    with django_assert_num_queries(3):
        client.get("/fresh.atom")


def test_a_feed_speaks_the_language_of_the_network(client: Client, eve: Person) -> None:
    post(eve, url="https://eve.example/1")
    plain = client.get("/fresh.atom").content
    assert client.get("/fresh.atom", headers={"Accept-Language": "de"}).content == plain


def test_nobody_of_that_name_has_no_feed(client: Client) -> None:
    assert client.get("/@nobody.atom").status_code == 404
    assert client.get("/@nobody/sources.opml").status_code == 404
    assert client.get("/posts/1.atom").status_code == 404
    assert client.get(f"/posts/{10**30}.atom").status_code == 404


def test_hostile_words_stay_words(client: Client, ada: Person) -> None:
    post(
        ada, title="]]> </title><script>alert(1)</script> & \x1b \u202e", html="<p>]]&gt; \x0c שלום 🧑‍🌾</p>"
    )
    assert listed(client, "/@ada.atom") == ["<p>]]&gt;  שלום 🧑‍🌾</p>"]


def test_source_names_do_not_leave_with_a_person_gone(client: Client, ada: Person) -> None:
    Source.objects.create(person=ada, url="https://ada.example/atom", title="Ada's blog")
    Person.objects.filter(pk=ada.pk).update(removed_at=timezone.now())
    assert client.get("/@ada/sources.opml").status_code == 404


def test_any_search_has_a_feed_of_what_everybody_would_find(as_: Sign, ada: Person) -> None:
    old, narrow = post(ada, "Worms, worms."), post(ada, "Worms for me.", audience=Audience.ME)
    new = post(ada, "Worms and shade, long after.", at=NOON + timedelta(hours=1))
    index_posts([old, narrow, new])
    for who in (None, ada):
        expected = ["<p>Worms and shade, long after.</p>", "<p>Worms, worms.</p>"]
        assert listed(as_(who), "/search.atom?q=worms") == expected
    read = json.loads(as_(None).get("/search.json?q=worms+from:ada").content)
    assert read["title"] == "Search: worms from:ada at Gardeners"
    assert read["home_page_url"] == f"{HERE}/search?q=worms+from%3Aada"
    assert listed(as_(None), "/search.atom?q=nothing+like+it") == []
    assert as_(None).get("/search.atom?q=").status_code == 400


def test_the_licence_goes_along_in_each_format_and_in_the_page(client: Client, ada: Person) -> None:
    free, kept = post(ada, "Worms like shade.", kind=Kind.ARTICLE), post(ada, "Mine alone.")
    Manner.objects.create(post=free, licence="by-sa")
    Manner.objects.create(post=kept, licence="all")
    assert len(listed(client, "/fresh.atom")) == 2
    where = "https://creativecommons.org/licenses/by-sa/4.0/"
    atom, rss = (feedparser.parse(client.get(f"/fresh.{form}").content).entries for form in ("atom", "rss"))
    by = {entry.id: entry for entry in atom}
    assert [link.href for link in by[free.uri].links if link.rel == "license"] == [where]
    assert (by[free.uri].rights, by[kept.uri].rights) == ("CC BY-SA 4.0", "All rights reserved")
    assert {entry.id: (entry.rights, entry.get("license")) for entry in rss} == {
        free.uri: ("CC BY-SA 4.0", where),
        kept.uri: ("All rights reserved", None),
    }
    told = {item["id"]: item["_potluck"] for item in json.loads(client.get("/fresh.json").content)["items"]}
    assert told[free.uri] == {"licence": "CC BY-SA 4.0", "licence_url": where}
    page = client.get(free.page).content.decode()
    assert f'"license": "{where}"' in page and f'<a rel="license noopener" href="{where}">' in page
    assert "Cite this" in page and "(CC BY-SA 4.0)" in page
