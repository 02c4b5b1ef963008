"""What people tend to answer is learned from who answered what."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from potluck.door import admit
from potluck.match.answerers import answer_model
from potluck.match.answerers.candidates import Text, asked_of
from potluck.match.answerers.ranking import likely
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kind
from potluck.search.statistics import refresh_statistics

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
SLUGS = ("Slugs on lettuce", "Snails on young lettuce", "Bran for slugs", "Lettuce eaten by snails")
TRAINS = ("Night trains north", "Which sleeper trains run", "Trains with bunks", "Sleeper north by night")


@pytest.fixture(autouse=True)
def learned_from_few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(answer_model, "LEAST", 8)
    answer_model.forget()
    yield
    answer_model.forget()


def asked(titles: tuple[str, ...], by: Person, answered: Person, **more: object) -> None:
    for number, title in enumerate(titles):
        at = NOW - timedelta(days=30 + number)
        root = admit(Draft(author=by, title=title, kind=Kind.QUESTION, published_at=at, **more))  # type: ignore[arg-type]
        admit(Draft(author=answered, text="Like this.", reply_to=root, published_at=at + timedelta(hours=1)))
    refresh_statistics(anew=True)


def tend(title: str) -> dict[int, float]:
    words = asked_of(Text(title=title))
    return answer_model.bent(NOW).of(words.idf if words else {})


def test_who_answers_of_a_thing_tends_to_answer_of_it(ada: Person, ben: Person, cleo: Person) -> None:
    asked(SLUGS, ada, ben)
    asked(TRAINS, ada, cleo)
    slugs, trains = tend("Snails and lettuce"), tend("A sleeper by night")
    assert slugs[ben.id] > slugs[cleo.id] and trains[cleo.id] > trains[ben.id]
    assert likely(Text(title="Snails and lettuce"), asker=ada)[0].person == ben.id


def test_what_not_everybody_may_see_teaches_nothing(ada: Person, ben: Person, cleo: Person) -> None:
    asked(SLUGS, ada, ben, audience=Audience.NAMED, readers=(ben,))
    asked(TRAINS, ada, cleo)
    assert tend("Snails and lettuce") == {}


def test_of_few_threads_nothing_is_learned(ada: Person, ben: Person) -> None:
    asked(SLUGS, ada, ben)
    assert tend("Snails and lettuce") == {}
