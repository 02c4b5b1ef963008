"""What somebody shares reaches the people it helps, with the reason, and comes back to who gave it."""

from collections.abc import Callable

from potluck.channels.home import day as home_day
from potluck.door import admit
from potluck.people.block import mute
from potluck.people.circles import make_circle, put_in
from potluck.people.follow import Wish, follow
from potluck.people.models import Level, Person
from potluck.posts.acknowledge import thank, use
from potluck.posts.draft import Draft
from potluck.posts.models import Audience

Work = Callable[[], None]


def texts(person: Person) -> list[str]:
    day = home_day.today(person)
    return [line.title or line.excerpt for line in (*day.waiting, *day.people)]


def reasons(person: Person) -> list[str]:
    day = home_day.today(person)
    return [" · ".join(line.reasons) for line in (*day.waiting, *day.people, *day.gifts)]


def test_a_note_reaches_a_follower_with_the_reason(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    follow(Wish(who=ben), by=ada)
    admit(Draft(author=ben, text="Leaf mould holds more water than peat."))
    work()
    assert texts(ada) == ["Leaf mould holds more water than peat."]
    assert reasons(ada) == ['You follow <a class="by" href="/@ben">Ben Okafor</a>']
    assert texts(cleo) == []


def test_following_a_tag_a_person_on_a_topic_and_a_search(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    follow(Wish(tag="soil"), by=ada)
    follow(Wish(who=ben, tag="beans"), by=cleo)
    work()
    admit(Draft(author=ben, text="Worms again #soil"))
    admit(Draft(author=ben, text="They climb #beans"))
    work()
    assert reasons(ada) == ["You follow #soil"]
    assert texts(cleo) == ["They climb #beans"]


def test_a_saved_search_brings_what_fits_it(ada: Person, ben: Person, work: Work) -> None:
    follow(Wish(query="nettle tea"), by=ada)
    work()
    admit(Draft(author=ben, text="Nettle tea, ten to one, on the leaves."))
    admit(Draft(author=ben, text="Mint tea is for people."))
    work()
    assert texts(ada) == ["Nettle tea, ten to one, on the leaves."]
    assert reasons(ada) == ["It fits your search: nettle tea"]


def test_what_is_narrowed_is_brought_to_nobody_else(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    circle = make_circle("two", by=ben)
    put_in(circle, cleo, by=ben)
    follow(Wish(who=ben), by=ada)
    follow(Wish(tag="secret"), by=ada)
    work()
    admit(Draft(author=ben, text="Quietly #secret", audience=Audience.CIRCLE, circle=circle))
    admit(Draft(author=ben, text="To myself #secret", audience=Audience.ME))
    work()
    assert texts(ada) == []
    assert texts(cleo) == ["Quietly #secret"]


def test_a_reply_waits_for_whom_it_answers(ada: Person, ben: Person, work: Work) -> None:
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings?"))
    assert question.kind == "question"
    answer = admit(Draft(author=ben, text="A ring of dry bran.", reply_to=question))
    assert answer.kind == "answer"
    work()
    assert texts(ada) == ["A ring of dry bran."]
    on = f'on <a href="/posts/{question.id}">How do you keep slugs off seedlings?</a>'
    assert reasons(ada) == [f'<a class="by" href="/@ben">Ben Okafor</a> answered you · {on}']
    admit(Draft(author=ada, text="Until it rains?", reply_to=answer))
    work()
    assert texts(ben) == ["Until it rains?"]


def test_gifts_come_back_to_who_gave_them(ada: Person, ben: Person, cleo: Person, work: Work) -> None:
    note = admit(Draft(author=ben, text="Bran works until it rains."))
    work()
    thank(note, by=ada)
    use(note, by=cleo, story="At Hill School", where="https://hill.example/slugs")
    work()
    back = home_day.today(ben).gifts
    assert len(back) == 1
    assert "thanked you" in " ".join(back[0].reasons) and "used this" in " ".join(back[0].reasons)


def test_the_same_thing_passed_on_by_many_is_shown_once(
    ada: Person, ben: Person, cleo: Person, dov: Person, work: Work
) -> None:
    for who in (ben, cleo):
        follow(Wish(who=who), by=ada)
    note = admit(Draft(author=dov, text="Seed libraries lend what grows back."))
    work()
    for who in (ben, cleo):
        admit(Draft(author=who, via=note, kind="note"))
        work()
    assert texts(ada) == ["Seed libraries lend what grows back."]
    assert "Ben Okafor" in reasons(ada)[0] and "Cleo Marin" in reasons(ada)[0]


def test_a_quiet_pass_on_for_oneself_shows_nobody(ada: Person, ben: Person, dov: Person, work: Work) -> None:
    follow(Wish(who=ben), by=ada)
    note = admit(Draft(author=dov, text="Public, but kept by Ben for himself."))
    work()
    admit(Draft(author=ben, via=note, kind="note", audience=Audience.ME))
    work()
    assert texts(ada) == []
    assert home_day.today(dov).gifts == []


def test_following_brings_the_latest_five_marked_from_before(ada: Person, ben: Person, work: Work) -> None:
    for number in range(7):
        admit(Draft(author=ben, text=f"Note {number}"))
    work()
    follow(Wish(who=ben), by=ada)
    work()
    assert texts(ada) == [f"Note {number}" for number in (6, 5, 4, 3, 2)]
    assert all("from before" in reason for reason in reasons(ada))


def test_the_muted_are_not_heard(ada: Person, ben: Person, work: Work) -> None:
    follow(Wish(who=ben), by=ada)
    mute(ben, by=ada)
    admit(Draft(author=ben, text="Not today"))
    work()
    assert texts(ada) == []


def test_levels_say_how_much_one_hears(ada: Person, ben: Person, cleo: Person, work: Work) -> None:
    note = admit(Draft(author=cleo, text="A thread"))
    follow(Wish(who=ben), by=ada, level=Level.ALL)
    follow(Wish(tag="noise"), by=ada, level=Level.MUTED)
    work()
    admit(Draft(author=ben, text="A reply elsewhere", reply_to=note))
    admit(Draft(author=ben, text="Too much #noise"))
    work()
    assert texts(ada) == ["A reply elsewhere"]


def test_handling_an_event_twice_changes_nothing(ada: Person, ben: Person, work: Work) -> None:
    from potluck.events.models import Event
    from potluck.flow import handle

    follow(Wish(who=ben), by=ada)
    admit(Draft(author=ben, text="Once"))
    work()
    before = reasons(ada)
    Event.objects.update(handled_at=None)
    handle(list(Event.objects.values_list("id", flat=True)))
    assert reasons(ada) == before
    assert texts(ada) == ["Once"]


def test_a_giver_sees_to_whom_a_share_was_brought(ada: Person, ben: Person, cleo: Person, work: Work) -> None:
    follow(Wish(who=ben), by=ada)
    work()
    note = admit(Draft(author=ben, text="Bran works."))
    work()
    thank(note, by=cleo)
    work()
    assert home_day.brought_to(note) == ["Ada Marsh"]
