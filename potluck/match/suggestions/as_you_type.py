"""What is known already of a question being written: what may answer it, who asks the same, who may know.

And the other way round: who looks for what somebody is about to share. All of it only as far as one reader may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from potluck.lib.sql import ask
from potluck.match.answerers.candidates import LEAST_MEANING, OF_WORDS, WORDS_ALONE, Text
from potluck.match.answerers.ranking import Answerer, rank_answerers
from potluck.match.answers.open_questions import idf_of
from potluck.match.answers.passage import passage
from potluck.people.models import Person
from potluck.posts.first_words import first_words
from potluck.posts.list_rows import Line, lines
from potluck.posts.models import Kind, Post
from potluck.questions.capacity import left_in_peace
from potluck.questions.open_filter import STANDS
from potluck.questions.view import Named, named, who_ask
from potluck.search.encoder import across_languages, encoder
from potluck.search.fusion import reads
from potluck.search.languages import FALLBACK, language_of, language_told
from potluck.search.similar import Alike, alike
from potluck.search.snippet import plain
from potluck.search.tokens import count_tokens, tokens

ANSWERS, SAME, PEOPLE = 4, 3, 4
# From which cosine on an open question asks the same, by vectors that are averages and by those of a model that reads:
# set on every second query of two collections of questions and looked at on the others (docs/performance.md).
SAME_AVERAGED, SAME_READ = 0.7, 0.6
# From which BM25 or which cosine on it is shown as close.
CLOSE_WORDS, CLOSE_MEANING = 4.0, 0.15
# From which sum of a cosine and a part of BM25 on something is near, measured the same way.
NEAR_AVERAGED, NEAR_READ = 0.5, 0.65
# From which cosine on something is said to answer: the chance is above .4, learned on a small network of 74 threads and
# 79 questions (bench/matching/networks). A logistic that also looks at how far it is from the others did better there,
# and promised too much in a larger network (docs/performance.md).
SURE_AVERAGED, SURE_READ = 0.37, 0.48
# Shorter than this, nothing can be meant yet.
LEAST = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """Something shared that may answer: its line, where it fits, and its page.

    Where a reply in its thread is what answers, the passage is of that: `by` is the line of whose words those are.
    `language` is the code of the language it is in, where the question is in another.
    """

    line: Line
    passage: str
    page: str
    by: Line
    language: str = ""


@dataclass(frozen=True, slots=True)
class Same:
    """An open question that is the same, and who asks it."""

    line: Line
    who: Sequence[str]
    asks: bool


@dataclass(frozen=True, slots=True)
class Knows:
    """Somebody who may know, and why."""

    who: Named
    why: Answerer
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known already: `answers` are likely to answer, `close` are the nearest of the rest.

    `lookers` are those who ask what a share may answer, where it is not a question.
    """

    answers: Sequence[Answer] = ()
    close: Sequence[Answer] = ()
    same: Sequence[Same] = ()
    people: Sequence[Knows] = ()
    is_question: bool = True
    looked: bool = False

    @property
    def lookers(self) -> list[str]:
        """The names of all who ask the questions found, each once."""
        return list(dict.fromkeys(name for same in self.same for name in same.who))


def known_for(text: Text, viewer: Person | None) -> Known:
    """For a question."""
    words = f"{text.title}\n{text.text}".strip()
    if len(words) < LEAST:
        return Known()
    found = alike(text.text, viewer, title=text.title, limit=12)
    open_ones = _open([one.post for one in found])
    same = _same([one for one in found if one.post in open_ones and _is_the_same(one)], viewer)
    telling = _telling(found, viewer)
    sure = [one.post for one, _line in telling if _is_sure(one)]
    answers = _answers(telling, words, viewer)
    return Known(
        [one for one in answers if one.line.id in sure],
        [one for one in answers if one.line.id not in sure],
        same,
        _people(text, viewer),
        looked=True,
    )


def lookers_for(text: Text, viewer: Person | None) -> Known:
    """For anything else about to be shared: whose open questions it may answer."""
    words = f"{text.title}\n{text.text}".strip()
    if len(words) < LEAST * 3:
        return Known(is_question=False)
    found = alike(text.text, viewer, kinds=[Kind.QUESTION], title=text.title, limit=8)
    open_ones = _open([one.post for one in found])
    near = [one for one in found if one.post in open_ones and _is_near(one)]
    return Known(
        same=[one for one in _same(near, viewer) if not one.line.mine], is_question=False, looked=True
    )


def _is_sure(one: Alike) -> bool:
    """Whether it is likely enough to answer."""
    least = SURE_READ if reads(settings.ENCODER) else SURE_AVERAGED
    return _is_near(one) or (one.meaning is not None and one.meaning >= least)


def _is_close(one: Alike) -> bool:
    """Whether it has anything to do with it at all."""
    return one.words >= CLOSE_WORDS or (one.meaning is not None and one.meaning >= CLOSE_MEANING)


def _is_near(one: Alike) -> bool:
    """Whether it is near whatever else there is, as in a network of three posts."""
    if one.meaning is None:
        return one.words >= WORDS_ALONE
    least = NEAR_READ if reads(settings.ENCODER) else NEAR_AVERAGED
    return one.meaning >= LEAST_MEANING and one.meaning + one.words / OF_WORDS >= least


def _is_the_same(one: Alike) -> bool:
    if one.meaning is None:
        return one.words >= WORDS_ALONE * 2
    return one.meaning >= (SAME_READ if reads(settings.ENCODER) else SAME_AVERAGED)


_OPEN = f"""
SELECT q.id FROM posts_post q WHERE q.id = ANY(%s) AND q.kind = 'question' AND q.reply_to_id IS NULL
  AND {STANDS.format(q="q")}
"""


def _open(ids: list[int]) -> set[int]:
    return {row[0] for row in ask(_OPEN, [ids])}


def _same(found: Sequence[Alike], viewer: Person | None) -> list[Same]:
    ids = [one.post for one in found][:SAME]
    who = who_ask(ids)
    names = named([person for people in who.values() for person in people], viewer)
    me = viewer.id if viewer else 0
    return [
        Same(
            line,
            [names[key].name for key in who.get(line.id, ()) if key in names and key != me],
            me in who.get(line.id, ()),
        )
        for line in lines(ids, viewer)
        if line.author_id  # nor is it said who asks quietly by what somebody else asks
    ]


def _telling(found: Sequence[Alike], viewer: Person | None) -> list[tuple[Alike, Line]]:
    """What was answered in a thread, or said in a share, nearest first; an unanswered question answers nothing."""
    rows = {line.id: line for line in lines([one.post for one in found], viewer)}
    telling = [
        (one, rows[one.post])
        for one in found
        if one.post in rows and _is_close(one) and (rows[one.post].kind != Kind.QUESTION or one.reply)
    ]
    return telling[:ANSWERS]


def _answers(telling: Sequence[tuple[Alike, Line]], words: str, viewer: Person | None) -> list[Answer]:
    said = {one.post: one.reply or one.post for one, _line in telling}
    texts = {
        key: (text, language)
        for key, text, language in Post.objects.visible_to(viewer)
        .filter(id__in=said.values())
        .values_list("id", "text", "language")
    }
    by = {line.id: line for line in lines(texts, viewer)}
    idf = _idf(words)
    asked_in = language_told("", words)
    found = []
    for one, line in telling:
        at = said[one.post]
        if at not in by:
            continue
        text, language = texts[at]
        told = language_told(language, text)
        found.append(
            Answer(
                line,
                plain(passage(text, words, idf, language, across_languages() or encoder())),
                f"/posts/{line.id}" + (f"?to={at}#post-{at}" if at != line.id else ""),
                by[at],
                told if told and told != (asked_in or FALLBACK) else "",
            )
        )
    return found


def _idf(words: str) -> dict[int, float]:
    found = tokens(words)
    idf, _counts = idf_of(count_tokens(found, language_of("", frozenset(map(str.lower, found)))))
    return idf


def _people(text: Text, viewer: Person | None) -> list[Knows]:
    """Who may know, in the order in which they would be asked, without those who wish to be left in peace."""
    found = [one for one in rank_answerers(text, asker=viewer, limit=PEOPLE * 3) if one.speaks]
    peace = left_in_peace(text.words, text.tags, [one.person for one in found])
    names = named([one.person for one in found], viewer)
    evidence = [one.evidence_post for one in found if one.evidence_post]
    said = [one.evidence_post or 0 for one in found if one.reason["code"] in ("answered", "replied")]
    titles = first_words(evidence, viewer, said)
    return [
        Knows(names[one.person], one, titles.get(one.evidence_post or 0, ""))
        for one in found
        if one.person in names
        and one.person not in peace
        and (one.evidence_post is None or one.evidence_post in titles)
    ][:PEOPLE]
