"""How something is meant: said or not, kept in its history, gone at its time, and put right by whoever was wrong."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from potluck.channels.home import day
from potluck.door import admit, amend
from potluck.lib.errors import Malformed, Refused
from potluck.people.follow import Wish, follow
from potluck.people.join import outside_person
from potluck.people.models import Person, Source
from potluck.posts import expiry
from potluck.posts.acknowledge import thank, use
from potluck.posts.corrections import was_right, was_wrong
from potluck.posts.detail import whole
from potluck.posts.draft import Draft
from potluck.posts.edit import Change, undelete
from potluck.posts.feed_items import items
from potluck.posts.metadata import Manner, Meant
from potluck.posts.models import Post, Revision
from potluck.posts.thread import part

Work = Callable[[], None]


def later(post: Post, days: float) -> None:
    """Move the clock: all that is dated about this post lies so many days further back."""
    shift = timedelta(days=days)
    row = Manner.objects.get(post=post)
    Manner.objects.filter(post=post).update(until=row.until and row.until - shift)
    Post.objects.filter(pk=post.pk).update(published_at=post.published_at - shift)


def test_what_nobody_says_anything_of_has_no_row(ada: Person) -> None:
    post = admit(Draft(author=ada, text="Straw lasts two years."))
    assert not Manner.objects.exists()
    seen = whole(post.id, None)
    assert seen is not None and seen.manner.how_far == "" and seen.manner.terms is None


def test_how_it_is_meant_is_shown_changed_and_kept_in_its_history(ada: Person) -> None:
    meant = Meant(how_far="rough", wanted="challenge", licence="by-sa")
    post = admit(Draft(author=ada, text="Straw?", meant=meant))
    seen = whole(post.id, None)
    assert seen is not None and seen.manner.terms is not None
    assert (seen.manner.how_far, seen.manner.wanted, seen.manner.terms.name) == (
        "rough",
        "challenge",
        "CC BY-SA 4.0",
    )
    amend(post, Change(text="Straw?", meant=Meant(how_far="polished")), by=ada)
    amend(post, Change(text="Straw?", meant=Meant(how_far="polished")), by=ada)
    was = Revision.objects.get().manner
    assert was == {"how_far": "rough", "wanted": "challenge", "licence": "by-sa"}
    now = Manner.objects.get()
    assert (now.how_far, now.wanted, now.licence) == ("polished", "", "by-sa")


@pytest.mark.parametrize("wrong", [Meant(how_far="done"), Meant(wanted="money"), Meant(licence="mine")])
def test_a_word_that_is_none_of_ours_is_refused(ada: Person, wrong: Meant) -> None:
    with pytest.raises(Malformed):
        admit(Draft(author=ada, text="Straw", meant=wrong))


def test_a_licence_chosen_once_holds_from_then_on_and_not_for_what_is_published_elsewhere(
    ada: Person, ben: Person
) -> None:
    before = admit(Draft(author=ada, text="Before"))
    ada.licence = "by"
    ada.save()
    source = Source.objects.create(person=ada, url="https://ada.example/feed")
    shared, free, fed, passed = (
        admit(Draft(author=ada, text="After")),
        admit(Draft(author=ada, text="Free", meant=Meant(licence=""))),
        admit(Draft(author=ada, text="Fed", html="<p>Fed</p>", source=source)),
        admit(Draft(author=ada, via=admit(Draft(author=ben, text="Bran")), kind="note")),
    )
    by = {
        item.url.rpartition("/")[2]: item.licence for item in items([before.id, shared.id, free.id, fed.id])
    }
    assert by == {str(before.id): "", str(shared.id): "CC BY 4.0", str(free.id): "", str(fed.id): ""}
    assert not Manner.objects.filter(post=passed).exists()


def test_what_is_thought_aloud_goes_at_its_time_and_its_author_hears_before(
    ada: Person, ben: Person, work: Work
) -> None:
    until = timezone.now() + timedelta(days=10)
    post = admit(Draft(author=ada, text="What if hay?", meant=Meant(until=until)))
    said = admit(Draft(author=ben, text="Hay seeds.", reply_to=post))
    assert Manner.objects.get().how_far == "aloud"
    expiry.remind()
    work()
    assert "fading" not in str([line.reasons for line in day.today(ada).waiting])
    later(post, 8)
    for _ in range(2):
        expiry.remind()
        expiry.let_go()
    work()
    told = [line for line in day.today(ada).waiting if line.id == post.id]
    assert len(told) == 1 and "goes soon" in str(told[0].reasons)
    assert Post.objects.filter(pk=post.pk, deleted_at=None).exists()
    later(post, 3)
    expiry.let_go()
    assert whole(post.id, ada) is None
    assert [reply.id for reply in part(Post.objects.get(pk=post.pk), ada).replies] == [said.id]


def test_what_went_by_itself_stays_once_it_is_brought_back(ada: Person) -> None:
    post = admit(Draft(author=ada, text="Hay?", meant=Meant(until=timezone.now() + timedelta(days=2))))
    later(post, 3)
    expiry.let_go()
    undelete(Post.objects.get(pk=post.pk), by=ada)
    expiry.let_go()
    assert whole(post.id, ada) is not None


def test_who_was_wrong_says_so_at_its_head_and_who_relied_on_it_hears(
    ada: Person, ben: Person, cleo: Person, dov: Person, work: Work
) -> None:
    post = admit(Draft(author=ben, text="Salt kills slugs, and nothing else."))
    reply = admit(Draft(author=ben, text="A handful a bed.", reply_to=post))
    follow(Wish(who=ben), by=dov)
    thank(post, by=ada)
    use(post, by=cleo, story="On my beds")
    for right in ("It kills the *bed*, too. <script>x</script>", "It kills the bed."):
        was_wrong(post, right, by=ben)
    was_wrong(reply, "", by=ben)
    work()
    for who, hears in ((ada, True), (cleo, True), (dov, False), (ben, False)):
        told = [line for line in day.today(who).waiting if line.id == post.id]
        assert bool(told) is hears, who
    seen, item = whole(post.id, ada), items([post.id])[0]
    assert seen is not None and "It kills the bed." in seen.manner.righted
    assert "It kills the bed." in item.html and "Salt kills slugs" in item.html
    assert "I was wrong here." in part(post, None).replies[0].html
    assert Revision.objects.filter(post=post).count() == 2
    assert "<script" not in Manner.objects.get(post=post).wrong_html
    was_right(post, by=ben)
    assert "I was wrong" not in items([post.id])[0].html


def test_nobody_says_for_another_that_they_were_wrong(ben: Person, dov: Person) -> None:
    post = admit(Draft(author=ben, text="Salt kills slugs."))
    for other in (dov, outside_person("https://eve.example/")):
        with pytest.raises(Refused):
            was_wrong(post, "No.", by=other)
    assert not Manner.objects.exists()
