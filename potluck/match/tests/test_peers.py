"""People a step ahead on what one is learning, and one who is as far."""

from collections.abc import Callable

from django.test import Client

from potluck.door import admit
from potluck.match.suggestions.peers import peers
from potluck.people.block import block, mute
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.people.profile import say_topic
from potluck.posts.draft import Draft
from potluck.posts.models import Audience

As = Callable[[Person | None], Client]


def told(viewer: Person) -> list[tuple[str, str, bool]]:
    return [(one.url[2:], one.tag, one.ahead) for one in peers(viewer)]


def share(who: Person, text: str, **more: object) -> None:
    admit(Draft(author=who, text=text, **more))  # type: ignore[arg-type]


def test_who_finds_their_way_comes_before_who_can_help_and_one_is_as_far(
    ada: Person, ben: Person, cleo: Person, dov: Person
) -> None:
    for who, stage in ((ada, "starting"), (ben, "helping"), (cleo, "finding"), (dov, "starting")):
        say_topic(who, "grafting", stage)
    assert told(ada) == [("cleo", "grafting", True), ("ben", "grafting", True), ("dov", "grafting", False)]
    assert told(cleo) == [("ben", "grafting", True)]
    assert told(ben) == []


def test_shares_speak_for_who_said_nothing_and_a_question_does_not(
    ada: Person, ben: Person, cleo: Person
) -> None:
    say_topic(ada, "grafting", "starting")
    share(ben, "My first whip and tongue held. #grafting")
    assert told(ada) == []
    share(ben, "So did the second. #grafting")
    share(cleo, "How do you keep a graft from drying? #grafting")
    share(cleo, "And which wax? #grafting")
    (one,) = peers(ada)
    assert (one.url, one.stage, one.words) == ("/@ben", "", "So did the second. #grafting")


def test_what_is_not_for_everybody_speaks_for_nobody(ada: Person, ben: Person) -> None:
    say_topic(ada, "grafting", "starting")
    say_topic(ben, "grafting", "helping")
    for audience in (Audience.MEMBERS, Audience.ME):
        share(ben, "Nobody else reads this. #grafting", audience=audience)
    (one,) = peers(ada)
    assert (one.post, one.words) == (0, "")


def test_nobody_is_named_across_a_block_or_when_muted(ada: Person, ben: Person, cleo: Person) -> None:
    for who, stage in ((ada, "starting"), (ben, "finding"), (cleo, "finding")):
        say_topic(who, "grafting", stage)
    block(ada, by=ben)
    mute(cleo, by=ada)
    assert told(ada) == []
    assert [who for who, _tag, _ahead in told(ben)] == ["cleo"]


def test_it_stands_where_one_would_look(ada: Person, ben: Person, as_: As) -> None:
    say_topic(ada, "grafting", "starting")
    say_topic(ben, "grafting", "finding")
    client = as_(ada)
    for page in ("/you/profile", "/people", "/welcome/people"):
        assert "finds their way with #grafting, a step ahead of you" in client.get(page).content.decode()
    assert "a step ahead" not in client.get("/people?q=ben").content.decode()
    follow(Wish(who=ben), by=ada)
    assert "a step ahead" not in client.get("/people").content.decode()
    assert "a step ahead" in client.get("/you/profile").content.decode()
    assert "a step ahead" not in as_(None).get("/people").content.decode()
