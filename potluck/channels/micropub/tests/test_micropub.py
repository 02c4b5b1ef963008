"""A program shares for whoever made its key, as a form or as JSON, and is told in the words of the protocol what is
wrong."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.password_reset import reset_password
from django.conf import settings
from django.core import mail
from django.test import Client

from potluck.channels.micropub.models import Key
from potluck.channels.micropub.tokens import make_key
from potluck.door import admit
from potluck.people.block import block
from potluck.people.models import Person
from potluck.people.moderate import suspend
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post

As = Callable[[Person | None], Client]
# A program has no cookies and sends no token against forgery.
PROGRAM = Client(enforce_csrf_checks=True)


@pytest.fixture
def key(ada: Person) -> str:
    return make_key(ada, "My editor")


def sent(key: str, body: dict[str, Any], *, as_json: bool = False) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    if as_json:
        return PROGRAM.post("/micropub", json.dumps(body), content_type="application/json", headers=headers)
    return PROGRAM.post("/micropub", body, headers=headers)


def test_a_note_is_shared_and_its_address_answered(key: str, ada: Person) -> None:
    answer = sent(
        key, {"h": "entry", "content": "Bran **stops** slugs.", "category[]": ["Slugs", "raised bed"]}
    )
    post = Post.objects.get()
    assert answer.status_code == 201 and answer["Location"].endswith(f"/posts/{post.id}")
    assert (post.author, post.kind, post.whence, post.audience) == (ada, "note", "micropub", Audience.PUBLIC)
    assert post.tags == ["slugs", "raised-bed"] and "<strong>stops</strong>" in post.html
    assert Key.objects.get().used_at is not None


def test_json_does_the_same_with_a_title_a_link_and_words_for_oneself_alone(key: str) -> None:
    given = {
        "name": ["On slugs"],
        "content": [{"html": "<p>Read <b>this</b>.</p><script>bad()</script>"}],
        "bookmark-of": ["https://slugs.example/one"],
        "visibility": ["private"],
    }
    assert sent(key, {"type": ["h-entry"], "properties": given}, as_json=True).status_code == 201
    post = Post.objects.get()
    assert (post.title, post.text, post.link) == ("On slugs", "Read this.", "https://slugs.example/one")
    assert (post.kind, post.audience) == ("link", Audience.ME)


def test_a_reply_stands_under_what_it_answers_here_or_from_elsewhere(
    key: str, ben: Person, eve: Person
) -> None:
    here = admit(Draft(author=ben, text="What stops slugs?"))
    there = admit(
        Draft(
            author=eve,
            text="Bran.",
            html="<p>Bran.</p>",
            uri="tag:1",
            url="https://eve.example/1",
            whence="feed",
        )
    )
    sent(key, {"content": "Bran does.", "in-reply-to": f"http://localhost:8000{here.page}"})
    sent(key, {"content": "It does.", "in-reply-to": there.url})
    assert set(Post.objects.filter(whence="micropub").values_list("reply_to", flat=True)) == {
        here.id,
        there.id,
    }
    sent(key, {"content": "Well said.", "in-reply-to": "https://nobody.example/1"})
    assert Post.objects.get(link="https://nobody.example/1").reply_to is None


def test_what_one_may_not_see_can_neither_be_answered_nor_taken_back(
    key: str, ada: Person, ben: Person
) -> None:
    post = admit(Draft(author=ben, text="For myself.", audience=Audience.ME))
    page = f"http://localhost:8000{post.page}"
    assert sent(key, {"content": "Ha.", "in-reply-to": page}).json()["error"] == "invalid_request"
    open_ = admit(Draft(author=ben, text="For all."))
    block(ada, by=ben)
    for url in (page, f"http://localhost:8000{open_.page}"):
        assert sent(key, {"action": "delete", "url": url}).status_code == 400
    assert not Post.objects.filter(author=ada).exists() and not Post.objects.exclude(deleted_at=None).exists()


def test_ones_own_is_taken_back_and_brought_back(key: str) -> None:
    page = sent(key, {"content": "Oh no."})["Location"]
    assert sent(key, {"action": "delete", "url": page}, as_json=True).status_code == 204
    assert Post.objects.get().deleted_at is not None
    assert sent(key, {"action": "undelete", "url": page}).status_code == 204
    assert Post.objects.get().deleted_at is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": " "},
        {"content": "x", "visibility": "unlisted"},
        {"content": "x", "post-status": "draft"},
        {"bookmark-of": "javascript:alert(1)"},
        {"content": "x", "in-reply-to": "nonsense"},
        {"action": "update", "url": "x"},
        {"action": "delete", "url": "http://localhost:8000/posts/9"},
        {"type": ["h-event"], "properties": {}},
        {"properties": {"content": "no list"}},
        {"properties": []},
    ],
)
def test_what_cannot_be_shared_is_refused_with_a_sentence_and_shares_nothing(
    body: dict[str, Any], key: str
) -> None:
    for as_json in (False, True):
        if as_json or "properties" not in body:
            answer = sent(key, body, as_json=as_json)
            assert answer.status_code == 400 and answer.json()["error_description"].endswith(".")
    assert not Post.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff\xfe", b"[" * 100_000, b'{"action": "sing"}'])
def test_what_is_no_request_at_all_is_refused(body: bytes, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    assert (
        PROGRAM.post("/micropub", body, content_type="application/json", headers=headers).status_code == 400
    )


def test_letters_no_database_keeps_are_left_out(key: str) -> None:
    sent(key, {"properties": {"content": ["Slugs\x00 \ud800 here"], "category": ["a\x00b"]}}, as_json=True)
    assert Post.objects.get().text == "Slugs ? here"


def test_without_a_good_key_nothing_is_shared_whoever_is_signed_in(
    ada: Person, cleo: Person, as_: As, dov: Person
) -> None:
    assert sent("wrong", {"content": "x"}).status_code == 401
    assert as_(ada).post("/micropub", {"content": "x"}).status_code == 401
    key = make_key(cleo, "Hers")
    suspend(cleo, by=dov)
    assert sent(key, {"content": "x"}).status_code == 403
    assert not Post.objects.exists()


def test_a_program_may_ask_what_can_be_done_here_and_pages_elsewhere_may_speak_to_it(key: str) -> None:
    headers = {"Authorization": f"bearer {key}"}
    answer = PROGRAM.get("/micropub?q=config", headers=headers)
    assert answer.json()["syndicate-to"] == [] and answer["Access-Control-Allow-Origin"] == "*"
    assert PROGRAM.get("/micropub?q=syndicate-to", headers=headers).json() == {"syndicate-to": []}
    assert PROGRAM.get("/micropub?q=source", headers=headers).status_code == 400
    assert PROGRAM.options("/micropub").status_code == 204


def fresh(client: Client) -> Client:
    """Somebody who has just shown who they are."""
    session = client.session
    session["account_authentication_methods_user"] = str(session["_auth_user_id"])
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client


def test_a_key_is_shown_once_kept_as_a_digest_and_taken_back_by_its_owner_alone(
    ada: Person, cleo: Person, as_: As
) -> None:
    page = fresh(as_(ada)).post("/you/keys", {"name": "Phone"}).content.decode()
    told = re.search(r"<code>([\w-]{43})</code>", page)
    assert told
    assert told[1] not in fresh(as_(ada)).get("/you/keys").content.decode() and "Phone" in page
    row = Key.objects.get()
    assert told[1] not in row.digest
    assert as_(cleo).post(f"/you/keys/{row.id}/removal").status_code == 404
    assert sent(told[1], {"content": "Here."}).status_code == 201
    fresh(as_(ada)).post(f"/you/keys/{row.id}/removal")
    assert sent(told[1], {"content": "There."}).status_code == 401


def test_a_key_has_a_name_and_nobody_has_a_thousand(ada: Person, as_: As) -> None:
    assert fresh(as_(ada)).post("/you/keys", {"name": " "}).status_code == 422
    for number in range(20):
        make_key(ada, f"No. {number}")
    assert "Take one back first" in fresh(as_(ada)).post("/you/keys", {"name": "More"}).content.decode()
    assert Key.objects.count() == 20


def test_whoever_sits_down_at_a_signed_in_browser_makes_no_key(ada: Person, as_: As) -> None:
    """As with the other pages that hand out more than they show: they have to show who they are first."""
    for method in ("get", "post"):
        answer = getattr(as_(ada), method)("/you/keys", {"name": "Phone"})
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/reauthenticate/")
    assert not Key.objects.exists()


@pytest.mark.parametrize("way", ["change", "reset", "set"])
def test_key_ends_with_the_password_and_its_owner_is_told(
    key: str, ada: Person, cleo: Person, as_: As, way: str
) -> None:
    """A password is changed because somebody else may know it, and they may have made keys."""
    others = make_key(cleo, "Cleo's")
    assert ada.account is not None
    ada.account.set_password(None if way == "set" else "the old and long one")
    ada.account.save()
    if way == "reset":
        reset_password(ada.account, "a new and long one")
    else:
        given = {"oldpassword": "the old and long one"} if way == "change" else {}
        page = f"/accounts/password/{way}/"
        given |= {"password1": "a new and long one", "password2": "a new and long one"}
        assert fresh(as_(ada)).post(page, given).status_code == 302
        assert f"{settings.ORIGIN}/you/keys" in mail.outbox[-1].body
    assert sent(key, {"content": "Here."}).status_code == 401
    assert sent(others, {"content": "Here."}).status_code == 201


@pytest.mark.parametrize("told", ["", "Bearer", "x" * 43, "\x00", "é"])
def test_key_that_is_none_is_nobodys(key: str, told: str) -> None:
    assert sent(told, {"content": "Here."}).status_code == 401 and not Post.objects.exists()


def test_key_of_somebody_whose_account_was_closed_opens_nothing(key: str, ada: Person) -> None:
    assert ada.account is not None
    ada.account.is_active = False
    ada.account.save()
    assert sent(key, {"content": "Here."}).status_code == 401 and not Post.objects.exists()


def test_program_cannot_say_whose_words_it_shares(key: str, ada: Person, cleo: Person) -> None:
    """Author, source and the like in what it sends are nothing: it is whose key it is."""
    for name in ("author", "author[]", "via", "by", "person", "author-id", "source"):
        sent(key, {"h": "entry", "content": f"By {name}.", name: cleo.page})
    assert set(Post.objects.values_list("author", flat=True)) == {ada.id}
