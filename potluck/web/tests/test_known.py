"""What is known already, shown while somebody writes: answers, the same question, people; nothing hidden."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.door import admit
from potluck.people.models import Person, Topic
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.me_too import ask_too
from potluck.questions.models import Ask
from potluck.search.statistics import refresh_statistics

As = Callable[[Person | None], Client]
Work = Callable[[], None]
ASKED = "How do you keep slugs off young seedlings without poison?"
PIECE = {"HX-Request": "true"}


@pytest.fixture
def shared(ben: Person, cleo: Person, work: Work) -> list[Post]:
    posts = [
        admit(
            Draft(
                author=ben,
                title="Slugs",
                text="A ring of dry bran keeps slugs off young seedlings. No poison.",
            )
        ),
        admit(Draft(author=cleo, text="How does one keep slugs off young seedlings without any poison?")),
        admit(Draft(author=ben, text="Slugs off seedlings: my secret poison", audience=Audience.ME)),
    ]
    work()
    refresh_statistics()
    return posts


def asked(client: Client, text: str, **more: str) -> str:
    return client.post("/share/known", {"text": text, **more}, headers=PIECE).content.decode()


def test_while_typing_one_sees_answers_the_same_question_and_who_may_know(
    shared: list[Post], ada: Person, as_: As
) -> None:
    piece = asked(as_(ada), ASKED)
    assert "A ring of dry bran" in piece and "That answers it, thanks" in piece
    assert f"/posts/{shared[1].id}/me-too" in piece
    assert "Ask Ben Okafor by name" in piece
    assert "my secret poison" not in piece and "<html" not in piece


def test_a_visitor_sees_it_too_and_no_buttons(shared: list[Post], as_: As) -> None:
    piece = asked(as_(None), ASKED)
    assert "A ring of dry bran" in piece
    assert "Me too" not in piece and "by name" not in piece


def test_without_scripts_a_button_shows_it_with_all_that_was_written(
    shared: list[Post], ada: Person, as_: As
) -> None:
    page = as_(ada).post("/share/known", {"text": ASKED, "title": "Slugs?", "audience": "members"})
    said = page.content.decode()
    assert page.status_code == 200 and ASKED in said and "A ring of dry bran" in said
    assert 'value="Slugs?"' in said and 'value="members" checked' in said


def test_who_shares_is_told_who_looks_for_it(shared: list[Post], ada: Person, cleo: Person, as_: As) -> None:
    piece = asked(as_(ada), "Beer traps keep slugs off young seedlings without any poison at all.")
    assert "somebody looks for this" in piece and "Cleo Marin" in piece
    own = asked(as_(cleo), "Beer traps keep slugs off young seedlings without any poison at all.")
    assert "looks for this" not in own


def test_nothing_is_shown_for_what_is_no_text_yet(shared: list[Post], ada: Person, as_: As) -> None:
    assert "caption" not in asked(as_(ada), "How?")
    assert "Nothing that surely answers it" in asked(as_(ada), "Which bassoon reeds suit beginners best?")


def test_somebody_picked_is_asked_by_name(
    shared: list[Post], ada: Person, ben: Person, work: Work, as_: As
) -> None:
    as_(ada).post("/share", {"text": ASKED, "ask": ["ben"], "audience": "public"})
    row = Ask.objects.get(person=ben, by=ada)
    assert row.reason["code"] == "asked_named"
    work()
    assert "Ada Marsh</a> asks you" in as_(ben).get("/home").content.decode()


def test_who_says_they_can_help_is_named_with_the_topic(ada: Person, ben: Person, as_: As) -> None:
    Topic.objects.create(person=ben, tag="bassoon", stage="helping")
    refresh_statistics()
    piece = asked(as_(ada), "Which reeds suit beginners? #bassoon", kind="question")
    assert "says they can help with" in piece and "#bassoon" in piece


def test_who_asks_what_is_not_for_one_is_neither_named_nor_counted(
    ada: Person, ben: Person, cleo: Person, work: Work, as_: As
) -> None:
    quiet = admit(
        Draft(
            author=cleo,
            text="What keeps slugs off young seedlings without any poison?",
            audience=Audience.NAMED,
            readers=(ben,),
        )
    )
    ask_too(quiet, by=ben)
    work()
    refresh_statistics()
    share = "Beer traps keep slugs off young seedlings without any poison at all."
    for who in (ada, None):
        for text in (share, ASKED):
            piece = asked(as_(who), text)
            assert "look" not in piece and "Cleo" not in piece and "Ben" not in piece
    assert "somebody looks for this" in asked(as_(ben), share)


def test_who_shared_often_on_what_is_named_may_know(ada: Person, ben: Person, cleo: Person, as_: As) -> None:
    parts = []
    for number in range(3):
        link = f"https://{number}.example/"
        parts.append(admit(Draft(author=ben, link=link, title=f"Part {number}", tags=("algorithm",))))
        admit(Draft(author=cleo, text=f"For myself, {number}", tags=("algorithm",), audience=Audience.ME))
    refresh_statistics(anew=True)
    piece = asked(as_(ada), "What should I read on algorithms?", kind="question")
    told = [f'wrote <a href="/posts/{part.id}">“{part.title}”</a>' in piece for part in parts]
    assert told.count(True) == 1 and "Ask Ben Okafor by name" in piece
    assert "Cleo" not in piece


@pytest.mark.parametrize("language", ["", "en-us", "EN_gb", "ja", "tlh", "zh-Hant", "x-own", "nb"])
def test_a_share_in_any_language_or_none_is_shown_with_its_passage(
    language: str, ben: Person, ada: Person, as_: As, work: Work
) -> None:
    text = (
        "Mix flour with water in a jar. Stir it each morning. Throw half of it away on the third day."
        " A sour starter rises well beside a warm stove. Bake with it after a week."
    )
    post = admit(Draft(author=ben, title="Raising a sour starter", text=text, language=language))
    work()
    refresh_statistics()
    page = as_(ada).post(
        "/share/known", {"text": "Why does my sour starter not rise by the stove?"}, headers=PIECE
    )
    assert page.status_code == 200
    assert f"/posts/{post.id}" in page.content.decode() and "warm stove" in page.content.decode()


def test_a_passage_bears_the_name_of_whoever_wrote_it(
    ada: Person, ben: Person, cleo: Person, as_: As, work: Work
) -> None:
    """Where a reply is what answers, its author is named and thanked, not whoever began the thread."""
    begun = admit(Draft(author=ben, text="How does one keep slugs off young seedlings?"))
    words = "A ring of dry bran keeps slugs off young seedlings without any poison."
    reply = admit(Draft(author=cleo, text=words, reply_to=begun))
    work()
    refresh_statistics()
    piece = asked(as_(ada), ASKED)
    answers = piece.partition("may-answer-it")[2].partition("who-may-know")[0]
    assert "ring of dry bran" in answers and f"#post-{reply.id}" in answers
    assert "Cleo Marin" in answers and "Ben Okafor" not in answers
    assert f"/posts/{reply.id}/thanks" in answers and f"/posts/{begun.id}/thanks" not in answers
    assert "thanks" not in asked(as_(cleo), ASKED).partition("may-answer-it")[2].partition("who-may-know")[0]


def test_what_is_near_and_surely_answers_nothing_is_called_close(
    ada: Person, ben: Person, as_: As, work: Work
) -> None:
    """It is said to be no more than that, so that a newcomer sees the nearest and is promised nothing."""
    texts = [
        "Slugs leave the bed alone where frogs live.",
        "The night train to Lyon runs again.",
        "A loaf of rye.",
    ]
    for text in texts:
        admit(Draft(author=ben, text=text))
    work()
    refresh_statistics()
    piece = asked(as_(ada), "Which frogs live in a pond behind a wall in town?", kind="question")
    assert "close to it" in piece and "this may answer it" not in piece and "Slugs leave the bed" in piece


def test_answer_in_another_language_says_so(ada: Person, ben: Person, as_: As, work: Work) -> None:
    admit(Draft(author=ben, text="Para el compost pongo ==mucho cartón== y poco pan.", language="es"))
    for number in range(20):
        admit(Draft(author=ben, text=f"The night train number {number} runs again from May."))
    work()
    refresh_statistics()
    piece = asked(as_(ada), "How much cartón goes into compost in a small garden?", kind="question")
    assert "in Spanish" in piece and "pongo mucho cartón y" in piece
