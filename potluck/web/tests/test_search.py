"""The search page."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit
from potluck.people.models import Follow, Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.posts.share import share
from potluck.search.index import index_posts

pytestmark = pytest.mark.django_db
As = Callable[[Person | None], Client]


def shared(author: Person, text: str, **more: object) -> Post:
    post = share(Draft(author=author, text=text, **more))  # type: ignore[arg-type]
    index_posts([post])
    return post


def page(client: Client, typed: str, **headers: str) -> str:
    answer = client.get("/search", {"q": typed}, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_search_says_how_to(as_: As) -> None:
    text = page(as_(None), "")
    assert "in:following" in text
    assert "Write a word" not in text
    assert "Write a word" in page(as_(None), "-")


def test_posts_people_and_tags_are_found_with_the_words_marked(as_: As, ada: Person) -> None:
    post = shared(ada, "Slugs <b>hate</b> bran #slugs", title="Of slugs & snails")
    text = page(as_(None), "slug")
    assert f'<a href="/posts/{post.id}">Of <mark>slugs</mark> &amp; snails</a>' in text
    assert "<mark>Slugs</mark> &lt;b&gt;hate&lt;/b&gt; bran" in text
    assert 'href="/tags/slugs"' in text
    assert 'href="/@ada"' in page(as_(None), "ada")
    assert 'href="/search.atom?q=slug"' in text


def test_a_stranger_does_not_find_what_is_not_for_them(as_: As, ada: Person, cleo: Person) -> None:
    shared(ada, "my secret slugs #hush", audience=Audience.ME)
    assert "secret" in page(as_(ada), "slugs")
    for viewer in (cleo, None):
        text = page(as_(viewer), "slugs")
        assert "secret" not in text and "hush" not in text
        assert "/share?kind=question&amp;title=slugs" in text


def test_what_fits_in_part_is_set_apart(as_: As, ada: Person) -> None:
    shared(ada, "slugs alone")
    assert "With some of these words" in page(as_(ada), "slugs bran")


def test_mistakes_are_said_beside_what_was_found(as_: As, ada: Person) -> None:
    shared(ada, "slugs")
    text = page(as_(ada), "slugs kind:poem")
    assert "There is no kind “poem”" in text
    assert "/posts/" in text
    assert "nobody here called “zoe”" in page(as_(ada), "from:zoe")


def test_a_piece_is_answered_while_typing(as_: As, ada: Person) -> None:
    shared(ada, "slugs")
    text = page(as_(ada), "slugs", **{"HX-Request": "true"})
    assert "<mark>slugs</mark>" in text
    assert "<html" not in text and '<form method="get"' not in text


def test_pages_of_results_go_on(as_: As, ada: Person) -> None:
    for number in range(25):
        shared(ada, f"slugs number{number}")
    client = as_(ada)
    first = client.get("/search", {"q": "slugs"})
    more = (
        first.context["more"]
        if first.context
        else first.content.decode().split('rel="next" href="')[1].split('"')[0]
    )
    second = client.get(more.replace("&amp;", "&")).content.decode()
    assert second.count('<article class="entry') == 5
    assert 'rel="next"' not in second


def test_a_search_is_saved_and_let_go(as_: As, ada: Person) -> None:
    client = as_(ada)
    answer = client.post("/search/saved", {"q": "slugs #Bran"}, follow=True)
    assert "Saved." in answer.content.decode()
    assert Follow.objects.get(by=ada).query == "slugs tag:bran"
    client.post("/search/saved?q=slugs+tag%3Abran", {"undo": "1"})
    assert not Follow.objects.filter(by=ada).exists()


def test_a_visitor_is_asked_to_sign_in_before_saving(as_: As) -> None:
    assert as_(None).post("/search/saved", {"q": "slugs"}).url.startswith("/accounts/login/")


def test_saving_nothing_says_what_to_do(as_: As, ada: Person) -> None:
    answer = as_(ada).post("/search/saved", {"q": " "})
    assert answer.status_code >= 400
    assert "Write what to look for first" in answer.content.decode()


def test_what_fits_a_saved_search_comes_home_with_the_reason(
    as_: As, ada: Person, ben: Person, work: Callable[[], None]
) -> None:
    client = as_(ada)
    client.post("/search/saved", {"q": "slugs -poison"})
    admit(Draft(author=ben, text="Bran keeps slugs away"))
    admit(Draft(author=ben, text="Poison keeps slugs away"))
    work()
    home = client.get("/home").content.decode()
    assert "Bran keeps slugs away" in home
    assert "slugs -poison" in home
    assert "Poison keeps" not in home
