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
from potluck.search.encoder import encoder
from potluck.search.fusion import reads
from potluck.search.languages import language_of
from potluck.search.similar import Alike, alike
from potluck.search.tokens import count_tokens, tokens

ANSWERS, SAME, PEOPLE = 4, 3, 4
# What is less near is not shown: it would only be in the way. From where on something is near enough, and from where
# on it asks the same, for each kind of encoder. Set on every second query of two collections of questions and looked
# at on the others (docs/performance.md): the right one is among the four shown for 95 queries in 100 (by words alone
# 91), and four in five of what asks the same do.
AVERAGED, READ = (0.5, 0.7), (0.65, 0.6)
# Shorter than this, nothing can be meant yet.
LEAST = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """Something shared that may answer: its line, where it fits, and its page.

    Where a reply in its thread is what answers, the passage is of that: `by` is the line of whose words those are.
    """

    line: Line
    passage: str
    page: str
    by: Line


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
    """All that is known already. `lookers` are those who ask what a share may answer, where it is not a question."""

    answers: Sequence[Answer] = ()
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
    found = [one for one in alike(text.text, viewer, title=text.title, limit=12) if _near_enough(one)]
    open_ones = _open([one.post for one in found])
    same = _same([one for one in found if one.post in open_ones and _is_the_same(one)], viewer)
    answers = _answers(found, words, viewer)
    return Known(answers, same, _people(text, viewer), looked=True)


def lookers_for(text: Text, viewer: Person | None) -> Known:
    """For anything else about to be shared: whose open questions it may answer."""
    words = f"{text.title}\n{text.text}".strip()
    if len(words) < LEAST * 3:
        return Known(is_question=False)
    found = alike(text.text, viewer, kinds=[Kind.QUESTION], title=text.title, limit=8)
    near = [one for one in found if _near_enough(one)]
    open_ones = _open([one.post for one in near])
    same = _same([one for one in near if one.post in open_ones], viewer)
    return Known(same=[one for one in same if not one.line.mine], is_question=False, looked=True)


def _near_enough(one: Alike) -> bool:
    if one.meaning is None:
        return one.words >= WORDS_ALONE
    return one.meaning >= LEAST_MEANING and one.meaning + one.words / OF_WORDS >= _from()[0]


def _is_the_same(one: Alike) -> bool:
    return one.words >= WORDS_ALONE * 2 if one.meaning is None else one.meaning >= _from()[1]


def _from() -> tuple[float, float]:
    return READ if reads(settings.ENCODER) else AVERAGED


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


def _answers(found: Sequence[Alike], words: str, viewer: Person | None) -> list[Answer]:
    """What was answered in a thread, or said in a share; a question nobody answered answers nothing."""
    rows = {one.post: one for one in found}
    telling = [line for line in lines(rows, viewer) if line.kind != Kind.QUESTION or rows[line.id].reply]
    telling = telling[:ANSWERS]
    said = {line.id: rows[line.id].reply or line.id for line in telling}
    texts = {
        key: (text, language)
        for key, text, language in Post.objects.visible_to(viewer)
        .filter(id__in=said.values())
        .values_list("id", "text", "language")
    }
    by = {line.id: line for line in lines(texts, viewer)}
    found_words = tokens(words)
    terms = count_tokens(found_words, language_of("", frozenset(map(str.lower, found_words))))
    idf, _counts = idf_of(terms)
    return [
        Answer(
            line,
            passage(texts[said[line.id]][0], words, idf, texts[said[line.id]][1], encoder()),
            f"/posts/{line.id}"
            + (f"?to={said[line.id]}#post-{said[line.id]}" if said[line.id] != line.id else ""),
            by[said[line.id]],
        )
        for line in telling
        if said[line.id] in by
    ]


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
