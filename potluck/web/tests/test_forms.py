"""What is sent twice, wrongly, too late or by a machine: once, with a sentence, and without losing a word."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from potluck.door import admit
from potluck.people.block import block
from potluck.people.circles import make_circle
from potluck.people.models import Follow, Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Attachment, Audience, Post, SavedDraft, Use
from potluck.posts.moderation import refuse

SignIn = Callable[[Person | None], Client]


def test_a_form_sent_twice_is_one_share(ada: Person, as_: SignIn) -> None:
    to = {as_(ada).post("/share", {"text": "# Bran\n\nOats. "})["Location"] for _ in range(2)}
    assert to == {f"/posts/{Post.objects.get().id}"}


def test_other_words_another_audience_or_another_file_are_another_share(ada: Person, ben: Person) -> None:
    files = [Attachment.objects.create(person=ada, name=f"{n}.txt", path=f"{n}", size=n).id for n in (1, 2)]
    drafts = [
        Draft(author=ada, text="Beans"),
        Draft(author=ada, text="Beans", audience=Audience.MEMBERS),
        Draft(author=ada, text="Beans climb"),
        Draft(author=ben, text="Beans"),
        *[Draft(author=ada, text="Beans", attachments=(key,)) for key in files],
    ]
    first = [admit(draft) for draft in drafts]
    assert len({post.id for post in first}) == len(drafts)
    assert [admit(draft).id for draft in drafts[:4]] == [post.id for post in first[:4]]
    delete(first[0], by=ada)
    assert admit(drafts[0]).id not in {post.id for post in first}


def test_passing_on_twice_and_replying_twice_is_once(ada: Person, ben: Person, as_: SignIn) -> None:
    note = admit(Draft(author=ben, text="Bran works."))
    for _ in range(2):
        as_(ada).post(f"/posts/{note.id}/passing")
        as_(ada).post(f"/posts/{note.id}/replies", {"text": "How much?"})
        as_(ada).post(f"/posts/{note.id}/uses", {"story": "At school"})
    assert Post.objects.filter(via=note).count() == Post.objects.filter(reply_to=note).count() == 1
    assert Use.objects.count() == 1


NUL = [
    ("get", "/@a%00b"),
    ("get", "/tags/a%00b"),
    ("get", "/search?q=a%00b"),
    ("get", "/people?q=a%00b"),
    ("post", "/drafts"),
    ("post", "/share"),
    ("post", "/you/circles"),
]
ODD = [
    ("/share", {"text": "x", "audience": "circle-²"}),
    ("/share", {"text": "x", "audience": "circle-" + "9" * 5000}),
    ("/share", {"text": "x", "attachment": "²"}),
    ("/share", {"text": "x", "attachment": "9" * 40}),
    ("/you/settings", {"daily": "²", "time_zone": "UTC"}),
    ("/you/settings", {"daily": "9" * 5000, "time_zone": "UTC"}),
    ("/posts/{note}/reminder", {"days": "²"}),
    ("/posts/{note}/reminder", {"days": "9" * 5000}),
    ("/@ben/follow", {"level": "123"}),
    ("/you/following/99999999999999999999", {"level": "²"}),
    ("/posts/99999999999999999999/thanks", {}),
    ("/you/circles/99999999999999999999/removal", {}),
]


@pytest.mark.parametrize(("method", "path"), NUL)
def test_a_character_no_text_can_hold_is_turned_away(
    ada: Person, as_: SignIn, method: str, path: str
) -> None:
    answer = getattr(as_(ada), method)(
        path, {"text": "a\x00b", "name": "a\x00b"} if method == "post" else None
    )
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(("path", "fields"), ODD)
def test_odd_numbers_are_no_surprise(
    ada: Person, ben: Person, as_: SignIn, path: str, fields: dict[str, str]
) -> None:
    note = admit(Draft(author=ben, text="Bran works."))
    assert as_(ada).post(path.format(note=note.id), fields).status_code < 500


@pytest.mark.parametrize("path", ["/posts/99999999999999999999", "/files/99999999999999999999/x", "/posts/0"])
def test_what_is_no_id_of_ours_is_not_there(as_: SignIn, db: None, path: str) -> None:
    assert as_(None).get(path).status_code == 404


def test_an_error_gives_back_what_was_written(ada: Person, ben: Person, as_: SignIn) -> None:
    note = admit(Draft(author=ben, text="Bran works."))
    wrong = as_(ada).post(f"/posts/{note.id}/uses", {"story": "At <Hill> school", "where": "ftp://x"})
    assert wrong.status_code == 400 and "At &lt;Hill&gt; school" in wrong.content.decode()
    late = as_(None).post(f"/posts/{note.id}/replies", {"text": "I wrote this for an hour"})
    assert late.status_code == 403 and "I wrote this for an hour" in late.content.decode()
    Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    closed = as_(ada).post(f"/posts/{note.id}/replies", {"text": "Kept, please"})
    assert closed.status_code == 403 and "Kept, please" in closed.content.decode()


def test_a_share_refused_keeps_all_that_was_typed(ada: Person, as_: SignIn) -> None:
    fields = {
        "text": "For a few",
        "title": "Beds",
        "tags": "garden",
        "audience": "named",
        "readers": "@nobody",
    }
    page = as_(ada).post("/share", fields)
    assert page.status_code == 422
    assert all(word in page.content.decode() for word in ("For a few", "Beds", "garden", "@nobody"))


def test_a_phone_that_sends_the_address_twice_gives_it_once(ada: Person, as_: SignIn) -> None:
    page = as_(ada).get("/share", {"text": "https://x.example/a", "url": "https://x.example/a"})
    assert page.content.decode().count("https://x.example/a") == 1


def test_what_a_moderator_gave_back_can_be_gone_on_with(ada: Person, dov: Person, as_: SignIn) -> None:
    links = " ".join(f"https://x.example/{n}" for n in range(7))
    refuse(admit(Draft(author=ada, text=f"Look {links}")), by=dov)
    assert SavedDraft.objects.get().about.startswith("held-")
    page = as_(ada).get("/you/drafts").content.decode()
    address = f"/share?draft={SavedDraft.objects.get().about}"
    assert address in page
    assert "Look https" in as_(ada).get(address).content.decode()


def test_replies_stay_readable_when_what_began_them_is_gone(
    ada: Person, ben: Person, cleo: Person, as_: SignIn
) -> None:
    root = admit(Draft(author=ada, text="How deep?"))
    reply = admit(Draft(author=ben, text="As deep as the bean is long", reply_to=root))
    delete(root, by=ada)
    answer = as_(cleo).get(f"/posts/{reply.id}", follow=True)
    said = answer.content.decode()
    assert answer.status_code == 200 and "As deep as the bean" in said and "How deep" not in said
    block(cleo, by=ben)
    assert as_(cleo).get(f"/posts/{root.id}").status_code == 404


def test_what_is_narrowed_is_not_told_by_its_thread(
    ada: Person, ben: Person, cleo: Person, as_: SignIn
) -> None:
    circle = make_circle("two", by=ada)
    root = admit(Draft(author=ada, text="Quietly", audience=Audience.CIRCLE, circle=circle))
    admit(Draft(author=ada, text="And more", reply_to=root))
    assert as_(cleo).get(f"/posts/{root.id}").status_code == 404


def test_words_brought_by_an_address_have_no_title_of_their_own(ada: Person, as_: SignIn) -> None:
    for path in ("/share?text=Which+sieve%3F", "/share?kind=question&text=Which+sieve%3F"):
        page = as_(ada).get(path).content.decode()
        assert "Which sieve?" in page and "None" not in page


def press_undo(client: Client, page: str) -> None:
    """Press the button of the line that is said on this page, as a browser does."""
    shown = client.get(page).content.decode()
    form = re.search(r'<form class="notice" method="post" action="([^"]+)">(.*?)</form>', shown, re.S)
    assert form
    client.post(form[1], {"undo": "1"} if 'name="undo" value="1"' in form[2] else {})


def test_undo_takes_back_what_was_just_shared_and_brings_back_what_was_taken_away(
    ada: Person, as_: SignIn
) -> None:
    ada_s = as_(ada)
    page = ada_s.post("/share", {"text": "Not what I meant"})["Location"]
    press_undo(ada_s, page)
    assert Post.objects.get().deleted_at
    press_undo(ada_s, "/home")
    assert not Post.objects.get().deleted_at


def test_undo_follows_again_whom_one_let_go(ada: Person, ben: Person, as_: SignIn) -> None:
    ada_s = as_(ada)
    ada_s.post(f"{ben.page}/follow")
    ada_s.post(f"{ben.page}/follow", {"undo": "1"})
    assert not Follow.objects.filter(by=ada).exists()
    press_undo(ada_s, "/you")
    assert Follow.objects.get(by=ada).who == ben
