"""A question asked quietly, an answer between two, and a yes from both before anybody else reads either."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit, admit_quietly, amend
from potluck.lib.errors import Missing, Refused
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.ranking import rank_answerers
from potluck.match.suggestions.as_you_type import known_for
from potluck.people.block import block
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.people.profile import say_topic
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.edit import Change
from potluck.posts.models import Audience, Post, Revision
from potluck.questions.anonymous import ask_everybody
from potluck.questions.ask_replies import ask_by_name, name_another, take_on
from potluck.questions.feedback import judge
from potluck.questions.me_too import ask_too
from potluck.questions.models import Ask, AskingWishes, Consent, Found, Quiet
from potluck.questions.publish import agree, withdraw
from potluck.questions.view import state_of
from potluck.search.related import related
from potluck.search.statistics import refresh_statistics
from tests.cast import member

As = Callable[[Person | None], Client]
Work = Callable[[], None]
# What is looked for, and what no page of somebody else may show.
WORD, MARK = "quincunx", "larkspur"


@pytest.fixture
def fay(db: None) -> Person:
    return member("fay", "Fay Brand")


@pytest.fixture
def asked(ada: Person, ben: Person, cleo: Person, dov: Person, fay: Person, work: Work) -> Post:
    """Ada asks Ben and Fay; Cleo and Dov follow her and know nothing of it."""
    for who in (cleo, dov):
        follow(Wish(who=ada), by=who)
        follow(Wish(who=ben), by=who)
    post = admit_quietly(
        Draft(author=ada, text=f"How do I tell my head of {WORD}, {MARK}? #soil"), [ben, fay]
    )
    work()
    return post


def answer(by: Person, to: Post, work: Work, text: str = f"Say it early: {WORD} and {MARK}.") -> Post:
    post = admit(Draft(author=by, text=text, reply_to=to))
    work()
    return post


def sees(who: Person | None, post: Post) -> bool:
    return Post.objects.visible_to(who).filter(pk=post.pk).exists()


def codes(person: Person, post: Post) -> list[str]:
    return sorted(reason["code"] for row in person.arrivals.filter(post=post) for reason in row.reasons)


def pages(client: Client, *paths: str) -> str:
    every = (
        "/",
        "/home",
        "/archive",
        "/questions",
        f"/search?q={WORD}",
        "/@ada",
        "/@ben",
        "/people",
        "/tags/soil",
    )
    feeds = ("/fresh.atom", "/@ada.atom", "/tags/soil.json", f"/search.rss?q={WORD}")
    return " ".join(client.get(path).content.decode() for path in (*every, *feeds, *paths))


def test_only_those_asked_see_it_and_hear_why(
    asked: Post, ada: Person, ben: Person, cleo: Person, fay: Person
) -> None:
    assert [sees(who, asked) for who in (ada, ben, fay, cleo, None)] == [True, True, True, False, False]
    assert codes(ben, asked) == ["asked_named", "asked_quietly"]
    assert codes(cleo, asked) == []


def test_an_answer_is_for_the_asker_alone_and_goes_on_between_the_two(
    asked: Post, ada: Person, ben: Person, cleo: Person, fay: Person, work: Work
) -> None:
    said = answer(ben, asked, work)
    assert [sees(who, said) for who in (ada, ben, fay, cleo, None)] == [True, True, False, False, False]
    assert codes(ada, said) == ["answer"] and codes(fay, said) == []
    back = answer(ada, said, work, "I will.")
    assert [sees(who, back) for who in (ada, ben, fay, cleo)] == [True, True, False, False]
    more = answer(ada, asked, work, "It is for Monday.")
    assert [sees(who, more) for who in (ada, ben, fay, cleo)] == [True, True, True, False]


def test_those_who_are_asked_do_not_hear_of_one_another(
    asked: Post, ada: Person, ben: Person, fay: Person
) -> None:
    take_on(asked, by=ben)
    assert [one.name for one in state_of(asked, ada).on_it] == ["Ben Okafor"]
    assert state_of(asked, fay).on_it == [] and state_of(asked, fay).before == []
    with pytest.raises(Refused):
        ask_too(asked, by=fay)
    with pytest.raises(Refused):
        name_another(asked, ada, by=fay)


def test_nothing_of_it_is_on_any_page_or_feed_of_others(
    asked: Post, ada: Person, ben: Person, cleo: Person, dov: Person, work: Work, as_: As
) -> None:
    said = answer(ben, asked, work)
    thank(said, by=ada)
    judge(asked, said, "helps", by=ada)
    refresh_statistics(anew=True)
    for who in (cleo, dov, None):
        shown = pages(as_(who), f"/posts/{asked.pk}", f"/posts/{said.pk}", f"/posts/{asked.pk}.atom")
        assert MARK not in shown and str(asked.pk) not in shown.replace(f"/posts/{asked.pk}", "")
    shown = pages(as_(ben))
    assert MARK in shown


def test_it_speaks_for_nobody_and_nothing_is_found_by_it(
    asked: Post, ada: Person, ben: Person, cleo: Person, fay: Person, work: Work
) -> None:
    answer(ben, asked, work)
    refresh_statistics(anew=True)
    again = Text(title="", text=f"What of {WORD}?")
    for who in (cleo, fay):
        found = known_for(again, who)
        assert not any(MARK in one.passage for one in found.answers if one.line.author_id != ada.id)
        assert [one.who.id for one in found.people if one.who.id == ben.id] == []
        assert [one.reason["code"] for one in rank_answerers(again, asker=who) if one.person == ben.id] in (
            [],
            ["none"],
        )
    assert known_for(again, cleo).same == []
    share = admit(Draft(author=cleo, text=f"A long note on {WORD}: how to tell your head of it, and when."))
    work()
    for found in Found.objects.filter(question=asked):
        assert not cleo.arrivals.filter(post=found.post).exists()
    judge(asked, share, "answers", by=ada)
    work()
    assert codes(cleo, share) == ["received"]  # by first readers; whom it helped is not told


def test_where_nobody_is_chosen_three_who_know_are_asked_and_nobody_for_want_of_others(
    ada: Person, ben: Person, cleo: Person, dov: Person, work: Work
) -> None:
    say_topic(ben, "grafting", "helping")
    nobody = admit_quietly(Draft(author=ada, text="Which sieve keeps worms alive?"))
    post = admit_quietly(Draft(author=ada, text="Does grafting hurt the tree?"))
    work()
    assert list(Ask.objects.filter(question=post).values_list("person__handle", flat=True)) == ["ben"]
    assert sees(ben, post) and not sees(cleo, post)
    assert not Ask.objects.filter(question=nobody).exists()
    assert not any(sees(who, nobody) for who in (ben, cleo, dov, None))


def test_nobody_is_asked_who_takes_no_questions_and_they_never_see_it(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    AskingWishes.objects.create(person=ben, a_week=0)
    block(ada, by=cleo)
    post = admit_quietly(Draft(author=ada, text=f"How do I tell my head of {WORD}?"), [ben, cleo])
    work()
    assert not Ask.objects.exists() and not sees(ben, post) and not sees(cleo, post)
    ask_by_name(post, [ben], by=ada)
    assert list(post.readers.values_list("person_id", flat=True)) == [ada.id]


def test_one_answer_to_an_open_question_can_be_for_its_asker_alone(
    ada: Person, ben: Person, cleo: Person, work: Work, as_: As
) -> None:
    open_one = admit(Draft(author=ada, text="How do you keep slugs off?"))
    said = admit(Draft(author=ben, text=f"Between us: {WORD}, {MARK}.", reply_to=open_one, alone=True))
    work()
    assert [sees(who, said) for who in (ada, ben, cleo, None)] == [True, True, False, False]
    assert MARK not in pages(as_(cleo), open_one.page, f"{open_one.page}.atom")
    assert "between you and" in as_(ada).get(open_one.page).content.decode().lower()
    agree(said, by=ben)
    assert agree(said, by=ada)
    assert sees(None, said) and Post.objects.get(pk=said.pk).audience == Audience.PUBLIC


@pytest.mark.parametrize("first", ["ada", "ben"])
def test_it_is_published_with_both_yeses_and_not_with_one(
    asked: Post, ada: Person, ben: Person, cleo: Person, fay: Person, work: Work, as_: As, first: str
) -> None:
    said = answer(ben, asked, work)
    private = answer(fay, asked, work, "Mine stays between us.")
    one, other = (ada, ben) if first == "ada" else (ben, ada)
    take_on(asked, by=fay)
    assert not agree(said, by=one)
    work()
    assert codes(other, said)[-1] == "proposed" and not sees(cleo, said)
    withdraw(said, by=one)
    assert not agree(said, by=other)
    withdraw(said, by=other)
    agree(said, by=one)
    assert agree(said, by=other)
    work()
    assert all(sees(who, post) for who in (cleo, None) for post in (asked, said))
    assert not sees(cleo, private) and not Quiet.objects.exists()
    assert "published" in codes(one, said) and "person" in codes(cleo, asked)
    shown = as_(cleo).get(asked.page).content.decode()
    assert MARK in shown and "Ben Okafor" in shown and "Fay Brand" not in shown and "Mine stays" not in shown
    with pytest.raises(Refused):
        withdraw(Post.objects.get(pk=said.pk), by=one)


def test_a_yes_was_to_what_it_said_then(
    asked: Post, ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    said = answer(ben, asked, work)
    agree(said, by=ada)
    amend(said, Change(text="Something else."), by=ben)
    assert not agree(said, by=ben) and not sees(cleo, said)
    assert agree(said, by=ada)
    assert not Revision.objects.exists()


def test_nobody_else_has_a_say_in_it(
    asked: Post, ada: Person, ben: Person, cleo: Person, fay: Person, work: Work
) -> None:
    said = answer(ben, asked, work)
    for who in (cleo, fay):
        with pytest.raises(Missing):
            agree(said, by=who)
    with pytest.raises((Missing, Refused)):
        agree(asked, by=ben)
    assert not Consent.objects.exists()


def test_what_was_asked_quietly_can_be_asked_of_everybody(
    asked: Post, ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    said = answer(ben, asked, work)
    with pytest.raises(Refused):
        ask_everybody(asked, by=ben)
    ask_everybody(asked, by=ada)
    work()
    assert sees(None, asked) and not sees(cleo, said) and sees(ada, said)
    assert "person" in codes(cleo, asked)


def test_an_answer_between_two_brings_its_question_no_nearer_to_anything(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    question = admit(Draft(author=ada, text="Something else altogether, part 9?"))
    admit(Draft(author=ben, text=f"{WORD} and {MARK}, {WORD} and {MARK}.", reply_to=question, alone=True))
    for number in range(5):
        admit(Draft(author=cleo, text=f"Something else altogether, part {number}."))
    notes = admit(Draft(author=cleo, text=f"What I know of {WORD} and {MARK}."))
    work()
    refresh_statistics(anew=True)
    assert question.id != related(notes, cleo)[0].id
