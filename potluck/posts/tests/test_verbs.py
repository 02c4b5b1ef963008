"""What one may do with a post after it is shared, and what is refused."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from potluck.channels.home import day
from potluck.door import admit, amend
from potluck.events.models import Event, Kind
from potluck.lib.errors import Malformed, Missing, Refused
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts import files
from potluck.posts.acknowledge import thank, unthank, use
from potluck.posts.draft import Draft
from potluck.posts.edit import Change, delete, undelete
from potluck.posts.expertise import evidence
from potluck.posts.models import Audience, Post, Revision, Thanks, Use
from potluck.posts.moderation import refuse, release
from potluck.posts.saved import keep
from potluck.posts.thread import part


@pytest.fixture
def note(ben: Person) -> Post:
    return admit(Draft(author=ben, text="Bran works. #slugs"))


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_an_edit_keeps_what_was_said_and_is_told_to_nobody(
    note: Post, ben: Person, ada: Person, work: Callable[[], None]
) -> None:
    follow(Wish(who=ben), by=ada)
    work()
    amend(note, Change(text="Bran works until it rains. #slugs #rain"), by=ben)
    amend(note, Change(text="Bran works until it rains. #slugs #rain"), by=ben)
    work()
    there = Post.objects.get()
    assert there.tags == ["slugs", "rain"] and there.edited_at is not None
    assert [row.text for row in Revision.objects.all()] == ["Bran works. #slugs"]
    assert events(Kind.EDITED) == 1
    assert len(day.today(ada).people) == 1


def test_only_its_author_edits_and_not_into_nothing_or_a_book(note: Post, ben: Person, ada: Person) -> None:
    with pytest.raises(Refused):
        amend(note, Change(text="Mine now"), by=ada)
    for text, kind in (("  ", ""), ("x" * 200_001, ""), ("x", "poem")):
        with pytest.raises(Malformed):
            amend(note, Change(text=text, kind=kind), by=ben)
    delete(note, by=ben)
    with pytest.raises(Refused):
        amend(note, Change(text="Too late"), by=ben)


def test_an_edit_begun_before_a_deletion_does_not_undo_it(note: Post, ben: Person, dov: Person) -> None:
    early = Post.objects.get(pk=note.pk)
    delete(note, by=dov)
    with pytest.raises(Refused):
        amend(early, Change(text="Still here"), by=ben)
    assert Post.objects.get().deleted_at is not None


def test_a_share_that_is_only_a_file_can_get_tags(ben: Person) -> None:
    file = files.take_in(SimpleUploadedFile("plan.txt", b"beds"), by=ben)
    post = admit(Draft(author=ben, attachments=(file.id,)))
    assert post.kind == "file"
    assert amend(post, Change(text="", tags=("garden",)), by=ben).tags == ["garden"]


def test_deleting_leaves_a_gap_and_is_undone_by_who_did_it(
    note: Post, ben: Person, ada: Person, dov: Person
) -> None:
    reply = admit(Draft(author=ada, text="How much?", reply_to=note))
    admit(Draft(author=ben, text="A handful", reply_to=reply))
    with pytest.raises(Refused):
        delete(reply, by=ben)
    delete(reply, by=ada)
    delete(reply, by=ada)
    assert next((r.depth, r.deleted, r.html) for r in part(note, None).replies) == (0, True, "")
    assert [r.depth for r in part(note, None).replies] == [0, 1]
    assert events(Kind.DELETED) == 1
    undelete(reply, by=ada)
    assert not any(r.deleted for r in part(note, None).replies)


def test_thanks_are_given_once_and_taken_back(note: Post, ada: Person, ben: Person) -> None:
    thank(note, by=ada)
    thank(note, by=ada, note="It rained after all")
    assert Thanks.objects.get().note == "It rained after all"
    assert events(Kind.THANKED) == 1
    unthank(note, by=ada)
    assert not Thanks.objects.exists()
    with pytest.raises(Refused):
        thank(note, by=ben)


def test_nobody_thanks_uses_or_keeps_what_is_not_for_them(ada: Person, ben: Person) -> None:
    secret = admit(Draft(author=ben, text="To myself", audience=Audience.ME))
    for verb in (thank, use, keep):
        with pytest.raises(Missing):
            verb(secret, by=ada)
    Person.objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    ada.refresh_from_db()
    with pytest.raises(Refused):
        thank(admit(Draft(author=ben, text="For all")), by=ada)


def test_a_use_told_twice_is_told_once(note: Post, ada: Person, ben: Person) -> None:
    for _ in range(2):
        use(note, by=ada, story="In the school garden", where="https://hill.example/slugs")
    assert Use.objects.count() == 1 and events(Kind.USED) == 1
    use(note, by=ada, story="And at home")
    assert Use.objects.count() == 2
    with pytest.raises(Malformed):
        use(note, by=ada, where="javascript:alert(1)")
    with pytest.raises(Refused):
        use(note, by=ben)


LINKS = " ".join(f"https://x.example/{n}" for n in range(7))


def test_what_is_held_is_told_once_it_is_let_out(
    ada: Person, ben: Person, dov: Person, work: Callable[[], None]
) -> None:
    follow(Wish(who=ben), by=ada)
    held = admit(Draft(author=ben, text=f"First {LINKS}"))
    work()
    assert not day.today(ada).people
    with pytest.raises(Refused):
        release(held, by=ada)
    held.refresh_from_db()
    for _ in range(2):
        release(held, by=dov)
    work()
    assert len(day.today(ada).people) == 1
    assert events(Kind.SHARED) == 2


def test_what_is_refused_is_given_back_as_a_draft(ben: Person, dov: Person) -> None:
    held = admit(Draft(author=ben, text=f"First {LINKS}"))
    for _ in range(2):
        refuse(held, by=dov)
    assert not Post.objects.visible_to(dov).exists()
    assert ben.saved_drafts.get().fields["text"].startswith("First")
    assert events(Kind.DELETED) == 1


def test_what_was_let_out_cannot_be_refused_by_another_moderator(ben: Person, dov: Person) -> None:
    held = admit(Draft(author=ben, text=f"First {LINKS}"))
    stale = Post.objects.get(pk=held.pk)
    release(held, by=dov)
    refuse(stale, by=dov)
    assert Post.objects.get().deleted_at is None


def test_a_file_is_for_whom_its_post_is(ada: Person, ben: Person) -> None:
    file = files.take_in(SimpleUploadedFile("../../plan\x00.txt", b"beds"), by=ben, alt="A plan")
    assert (file.name, file.type) == ("plan.txt", "text/plain")
    assert files.open_for(ben, file.id)[1].read_bytes() == b"beds"
    with pytest.raises(Missing):
        files.open_for(ada, file.id)
    admit(Draft(author=ada, text="Mine now?", attachments=(file.id,)))
    admit(Draft(author=ben, text="For members", attachments=(file.id,), audience=Audience.MEMBERS))
    assert files.open_for(ada, file.id)[0] == file
    with pytest.raises(Missing):
        files.open_for(None, file.id)


def test_evidence_names_nobody_who_may_not_appear(note: Post, ada: Person, ben: Person, cleo: Person) -> None:
    for who in (ada, cleo):
        thank(note, by=who)
    assert set(evidence(ben, None)[0].helped) == {"Ada Marsh", "Cleo Marin"}
    Person.objects.filter(pk=cleo.pk).update(removed_at=timezone.now())
    assert list(evidence(ben, None)[0].helped) == ["Ada Marsh"]
