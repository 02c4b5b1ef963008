"""Who answered what a title is about, word by word."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone
from numpy.typing import NDArray

from potluck.door import admit
from potluck.lib.ids import first_id
from potluck.match.answerers.candidates import Text, title_of
from potluck.match.answerers.language_model import LanguageModel
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kind

SLUGS, TRAINS, HOW = 7, 3, 5


NOW = datetime(2026, 5, 4, tzinfo=UTC)


def first(number: int) -> int:
    return first_id(NOW - timedelta(days=1)) + number


def rows(*terms: int) -> NDArray[np.float64]:
    return np.array([(term, 1.0) for term in terms])


@pytest.fixture
def known() -> LanguageModel:
    """Forty threads, each with `how`, half of slugs (Ada, 1, answered), half of trains (Ben, 2)."""
    found = LanguageModel(NOW, NOW)
    words = [(first(number), rows(HOW, SLUGS if number < 20 else TRAINS)) for number in range(40)]
    answers = [(first(number), 1 if number < 20 else 2) for number in range(40)]
    found.learn(words, [*answers, (first(0), 3)])
    return found


@pytest.mark.django_db
def test_who_answered_where_a_word_stands_is_versed_in_it(known: LanguageModel) -> None:
    found = known.of([SLUGS], NOW)
    assert found[1] > 0.1 and found[2] < -0.1
    assert 0 < found[3] < found[1]  # one answer tells less than twenty
    assert known.of([TRAINS], NOW)[2] > 0.1


@pytest.mark.django_db
def test_a_word_that_stands_everywhere_or_nowhere_tells_nothing(known: LanguageModel) -> None:
    assert max(map(abs, known.of([HOW], NOW).values())) < 0.02
    assert known.of([], NOW) == known.of([99], NOW) == {1: 0.0, 2: 0.0, 3: 0.0}


@pytest.mark.django_db
def test_what_is_older_counts_less(known: LanguageModel) -> None:
    year = NOW - timedelta(days=365)
    old, new = first_id(year), first_id(NOW)
    known.learn([(old, rows(55)), (new, rows(55))], [(old, 1), (new, 2)])
    found = known.of([55], NOW)
    assert found[2] > found[1]
    assert known.of([55], NOW + timedelta(days=365))[2] < found[2]


@pytest.mark.django_db
def test_what_is_answered_now_tells_at_once(
    known: LanguageModel, ada: Person, ben: Person, cleo: Person
) -> None:
    known.looked = timezone.now() - timedelta(minutes=1)
    question = admit(Draft(author=ada, title="Grafting quince", kind=Kind.QUESTION))
    for author, more in ((ben, {}), (ada, {}), (cleo, {"alone": True})):
        admit(Draft(author=author, text="Like this.", reply_to=question, **more))  # type: ignore[arg-type]
    now = timezone.now() + timedelta(seconds=1)
    found = known.of(title_of(Text(title="Quince")), now)
    assert found[ben.id] > 0 and ada.id not in found and cleo.id not in found
    assert known.of(title_of(Text(title="Quince")), now) == pytest.approx(found)
    few = admit(Draft(author=ada, title="Medlar", kind=Kind.QUESTION, audience=Audience.MEMBERS))
    admit(Draft(author=ben, text="Like this.", reply_to=few))
    assert known.of(title_of(Text(title="Medlar")), now + timedelta(seconds=1))[ben.id] == 0
    assert few.thread not in known.threads and question.thread in known.threads


@pytest.mark.django_db
def test_an_answer_that_comes_with_an_earlier_hour_is_taken_in_too(
    known: LanguageModel, ada: Person, ben: Person
) -> None:
    asked = timezone.now() - timedelta(hours=5)
    question = admit(Draft(author=ada, title="Grafting quince", kind=Kind.QUESTION, published_at=asked))
    now = timezone.now()
    known.of([], now)
    by_letter = asked + timedelta(hours=1)
    admit(Draft(author=ben, text="Like this.", reply_to=question, published_at=by_letter, before=True))
    assert known.of(title_of(Text(title="Quince")), now + timedelta(seconds=1))[ben.id] > 0


@pytest.mark.django_db
def test_what_is_answered_after_a_month_was_perhaps_not_meant(
    known: LanguageModel, ada: Person, ben: Person
) -> None:
    asked = timezone.now() - timedelta(days=40)
    question = admit(Draft(author=ada, title="Grafting quince", kind=Kind.QUESTION, published_at=asked))
    known.looked = timezone.now()
    admit(Draft(author=ben, text="Like this.", reply_to=question))
    assert ben.id not in known.of(title_of(Text(title="Quince")), timezone.now() + timedelta(seconds=1))


@pytest.mark.django_db
def test_without_a_title_the_first_words_stand_for_it() -> None:
    titled = title_of(Text(title="Slugs on lettuce", text="They come by night."))
    assert titled == title_of(Text(text="Slugs on lettuce"))
    assert len(title_of(Text(text=" ".join(f"word{number}" for number in range(50))))) == 10
    assert title_of(Text()) == set()
