"""Text to terms."""

import pytest

from potluck.search.languages import base, guess, language_of
from potluck.search.snippet import snippet
from potluck.search.tokens import DIMENSIONS, asked, count, facet, fold, spots, term_of, tokens


def fits(word: str, text: str, language: str = "en") -> bool:
    """Whether a typed word finds a text."""
    has = set(count(text, language))
    return all(group & has for group in asked(word, ["en", language]))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("gardens", "A gardener's garden"),
        ("cafe", "Das Café am Eck"),
        ("STRASSE", "die Straße"),
        ("e-mail", "write an email"),
        ("email", "write an E-Mail"),
        ("open-source", "open source and open-source"),
        ("visible_to", "call `posts.visible_to(viewer)`"),
        ("viewer", "call `posts.visible_to(viewer)`"),
        ("server", "then getServer() fails"),
        ("getServer", "then getServer() fails"),
        ("c++", "written in C++, mostly"),
        ("node.js", "runs on Node.js."),
        ("3.11", "Python 3.11 is enough"),
        ("example.org", "see https://www.example.org/a/b?c=d for more"),
        ("soil", "the soil's colour"),
        ("don't", "I don’t know"),
        ("école", "près de l'école"),
        ("日本", "日本語のテキスト"),
        ("茶", "抹茶と茶"),
        ("한국", "한국어를 배우다"),
        ("ﬁne", "fine"),
    ],
)
def test_a_word_finds_its_other_forms(word: str, text: str) -> None:
    assert fits(word, text)


@pytest.mark.parametrize(
    ("word", "text"), [("c++", "plan c"), ("日本", "本日"), ("node.js", "a js node"), ("cat", "dog")]
)
def test_a_word_does_not_find_what_only_looks_alike(word: str, text: str) -> None:
    assert not fits(word, text)


def test_a_word_finds_its_forms_in_another_language() -> None:
    assert fits("Häuser", "Ein Haus am See", "de")
    assert fits("шины", "замена шин", "ru")


def test_the_numbers_of_words_never_change_as_they_are_stored() -> None:
    assert [term_of("soil"), facet("tag", "soil")] == [950944751, -1420027494]


def test_words_and_facets_are_apart() -> None:
    assert all(1 <= term <= DIMENSIONS for term in count("Soil, worms and 日本語 in C++", "en"))
    assert facet("tag", "soil") < 0


def test_an_address_gives_its_host_alone() -> None:
    assert tokens("look: https://www.Example.org/secret/path?x=1 there") == ["look", "example.org", "there"]


def test_the_stated_language_wins_and_else_function_words_tell() -> None:
    assert base("pt-BR") == "pt"
    assert base("nb_NO") == "no"
    german = frozenset(["der", "hund", "und", "die", "katze", "sind", "nicht", "hier"])
    assert guess(german) == "de"
    assert language_of("fr-CA", german) == "fr"
    assert language_of("tlh", german) == "de"
    assert guess(frozenset({"hello"})) == "en"
    assert guess(frozenset(["привет", "мир"])) == "ru"


def test_folding_keeps_vowel_signs_that_are_letters() -> None:
    assert fold("Ünïcode ÇA") == "unicode ca"
    assert fold("हिन्दी") == "हिन्दी"


def test_words_are_marked_where_they_stand_whole() -> None:
    wanted = frozenset().union(*asked("worm", ["en"]))
    places = spots("Worms, earthworm and worm-casts; a worm.", "en", wanted)
    assert [(a, b) for a, b, _ in places] == [(0, 5), (21, 25), (21, 31), (35, 39)]


def test_a_snippet_is_safe_short_and_shows_the_words() -> None:
    wanted = frozenset().union(*asked("compost", ["en"]))
    text = (
        "<script>alert(1)</script> word " * 60
        + "then **compost** [here](https://x.example/y) & there "
        + "more " * 200
    )
    shown = str(snippet(text, "en", wanted))
    assert "then <mark>compost</mark> here &amp; there" in shown
    assert "<script" not in shown
    assert len(shown.split()) <= 45
    assert str(snippet("日本語のコンポスト", "ja", frozenset().union(*asked("日本", ["en"])))).startswith(
        "<mark>日本</mark>"
    )


def test_a_snippet_without_the_words_is_the_beginning() -> None:
    assert str(snippet("One two three.", "en", frozenset())) == "One two three."
    assert str(snippet("", "en", frozenset({5}))) == ""
