"""Links that act for whoever has them are published nowhere, however a mail program wrote them."""

import re
import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from potluck.channels.micropub.tokens import make_key
from potluck.door import amend
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import Change
from potluck.posts.models import Post
from potluck.safety.tokens import GONE, ROUTES, publishable, without_tokens

TOKEN = "WzEyMywwLCJ0aHJlYWQiLCIxIl0:kT3v_x-9bQ"
OFF = f"https://pot.test/mail/off/{TOKEN}"


@pytest.fixture(autouse=True)
def at_pot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ORIGIN", "https://pot.test")


WRITTEN = {
    "alone": OFF,
    "quoted": f"> No more mail: {OFF}",
    "without a scheme": f"pot.test/mail/off/{TOKEN}",
    "in capitals": f"HTTPS://POT.TEST/MAIL/OFF/{TOKEN}",
    "in brackets": f"No more mail<{OFF}>",
    "as Markdown": f"[No more mail]({OFF}) · more",
    "as Markdown, escaped": f"[No more mail](<{OFF.replace('_', chr(92) + '_')}>)",
    "with a port": OFF.replace("pot.test", "pot.test:443"),
    "broken in the token": f"> {OFF[:50]}\n> {OFF[50:]}\n> Potluck",
    "broken after the host": f"> https://pot.test/\n> mail/off/{TOKEN}",
    "guarded by Outlook": f"https://x.safelinks.example/?url=https%3A%2F%2Fpot.test%2Fmail%2Foff%2F{TOKEN}&data=1",
    "guarded twice": f"https://x.example/?u=https%253A%252F%252Fpot.test%252Fmail%252Foff%252F{TOKEN}",
    "guarded by another": f"https://x.example/v2/url?u=https-3A__pot.test_mail_off_{TOKEN}&d=1",
    "guarded by a third": f"https://x.example/v3/__{OFF}__;!!x",
    "never": f"https://pot.test/mail/never/{TOKEN}",
    "confirm": f"https://pot.test/mail/confirm/{TOKEN}",
    "private feed": f"https://pot.test/home/{'a1' * 21}b.atom",
    "invitation": f"https://pot.test/join/{TOKEN}",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_no_token_of_a_link_is_left(name: str) -> None:
    text = without_tokens(WRITTEN[name])
    assert TOKEN[:8] not in text and TOKEN[-8:] not in text and "a1a1" not in text
    assert "pot.test" not in text.lower()


def test_an_invitation_somebody_shares_stays_where_it_may() -> None:
    text = f"Join us: https://pot.test/join/{TOKEN} and {OFF}"
    assert without_tokens(text, invitations=False) == f"Join us: https://pot.test/join/{TOKEN} and {GONE}"


def test_secret_addresses_are_named_and_not_told() -> None:
    secret = "abcdefghij234567klmnopqr"
    text = (
        f"reply+{secret}@pot.test, share%2B{secret}%40pot.test, news-{secret}@pot.test, thanks+{secret} cut"
    )
    assert secret not in without_tokens(text)
    assert without_tokens(f"reply+{secret}@pot.test") == f"reply@{GONE}"


def test_what_is_everybodys_stays() -> None:
    text = (
        "See https://pot.test/posts/12?to=4#post-4, https://pot.test/you/mail, https://pot.test/join,"
        " https://pot.test/tags/mail, https://other.test/mail/off/now and C++abcdefghijklmnopqrstuvw."
    )
    assert without_tokens(text) == text


def before_tokens(patterns: Iterable[URLPattern | URLResolver], above: str = "") -> Iterator[str]:
    for each in patterns:
        route = above + str(each.pattern).lstrip("^")
        if isinstance(each, URLResolver):
            yield from before_tokens(each.url_patterns, route)
        elif found := re.search(r"<(?:\w+:)?(?:token|key|secret)>|\(\?P<(?:token|key|secret)>", route):
            yield route[: found.start()]


def test_every_route_with_a_token_is_known() -> None:
    assert sorted(set(before_tokens(get_resolver().url_patterns))) == sorted(ROUTES)


def test_hostile_text_takes_no_time() -> None:
    began = time.process_time()
    for text in (OFF * 4_000, "a" * 150_000 + "pot.test", "pot.test/" * 20_000, "reply+a" * 30_000):
        without_tokens(text)
    assert time.process_time() - began < 3


def test_no_letter_of_ours_pasted_into_the_form_publishes_its_token(
    ada: Person, as_: Callable[[Person | None], Client]
) -> None:
    """Nor does a change to it; the words around it stay."""
    as_(ada).post("/share", {"title": "Look", "text": f"I got this:\n\nNo more mail: {OFF}\n\nWhat is it?"})
    post = Post.objects.get()
    assert TOKEN not in post.text + post.html and post.text.endswith(f"No more mail: {GONE}\n\nWhat is it?")
    changed = amend(post, Change(text=f"[Stop]({OFF})", title=f"On {OFF}", link=OFF), by=ada)
    assert TOKEN not in changed.text + changed.html + changed.title + changed.link
    assert "Stop" in changed.html


def test_no_program_publishes_a_token(ada: Person, client: Client) -> None:
    """Neither as text, nor in HTML, nor as what it links to."""
    key = {"Authorization": f"Bearer {make_key(ada, 'Editor')}"}
    page = f'<p>Read <a href="{OFF}">this</a> by reply+abcdefghij234567klmnopqr@pot.test.</p>'
    given = {"content": [{"html": page}], "name": [f"Of {OFF}"], "bookmark-of": [OFF]}
    body = {"type": ["h-entry"], "properties": given}
    assert client.post("/micropub", body, content_type="application/json", headers=key).status_code == 201
    assert client.post("/micropub", {"h": "entry", "content": f"Mine: {OFF}"}, headers=key).status_code == 201
    for post in Post.objects.all():
        said = post.text + post.html + post.title + post.link + post.url
        assert TOKEN not in said and "234567" not in said
    assert Post.objects.filter(html__contains="this", link="").exists()


def test_an_invitation_and_a_page_of_ours_are_shared_as_they_are(ada: Person) -> None:
    draft = Draft(author=ada, text=f"Come: https://pot.test/join/{TOKEN}, read https://pot.test/posts/12")
    assert publishable(draft) is draft
