"""From what somebody typed to what the index is asked, for the person who asks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from potluck.lib.ids import first_id
from potluck.lib.sql import Select
from potluck.people.models import Follow, Person
from potluck.posts.models import Tag
from potluck.search.bm25 import Asked, Counts, Group
from potluck.search.query import PHRASE, WORD, Query
from potluck.search.tokens import asked, facet

_VERY_MANY = 20_000


@dataclass(frozen=True)
class Wish:
    """A query in terms: `words` are the groups of what was typed, `facets` those of its operators.

    `by_whom` says that people are named by it. `texts` must be in a post as they are written, `not_texts` must
    not. Where `hopeless` is not empty nothing can fit, and it says why.
    """

    words: tuple[Group, ...] = ()
    facets: tuple[Group, ...] = ()
    no: Group = frozenset()
    texts: tuple[str, ...] = ()
    not_texts: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    within: tuple[Select, ...] = ()
    by_whom: bool = False
    hopeless: str = ""


def wish(query: Query, viewer: Person | None, languages: Iterable[str]) -> Wish:
    """Read a query for one person: whose "mine" it is, whom they follow, which tags are one."""
    codes = list(languages)
    facets, hopeless = _facets(query, viewer)
    no, not_texts = _unwanted(query, viewer, codes)
    return Wish(
        words=tuple(dict.fromkeys(group for text in query.texts for group in asked(text, codes))),
        facets=tuple(facets),
        no=no,
        texts=tuple(query.values(PHRASE)),
        not_texts=tuple(not_texts),
        since=first_id(query.since) if query.since else None,
        until=first_id(query.until) if query.until else None,
        within=tuple(_within(query, viewer)),
        by_whom=any(part.name == "from" or part.value == "following" for part in query.parts),
        hopeless=hopeless,
    )


def _facets(query: Query, viewer: Person | None) -> tuple[list[Group], str]:
    """Each tag is wanted; of several people, kinds, languages or places any will do."""
    groups = [_tag(tag) for tag in query.values("tag")]
    hopeless = ""
    for name in ("from", "kind", "lang", "in"):
        values = [value for value in query.values(name) if name != "in" or _is_facet(value)]
        group = frozenset(term for value in values for term in _terms(name, value, viewer))
        if group:
            groups.append(group)
        elif values:
            hopeless = _nobody(values[0]) if name == "from" else _nothing(viewer)
    return groups, hopeless


def _is_facet(place: str) -> bool:
    return place != "kept" and not place.isdecimal()


def _within(query: Query, viewer: Person | None) -> Iterable[Select]:
    """The places that are no facets, as they are not facts about a post: a thread, what somebody keeps."""
    for place in query.values("in"):
        if place.isdecimal():
            yield Select("SELECT id FROM posts_post WHERE thread = %(thread)s", {"thread": int(place)})
        elif place == "kept":
            me = viewer.id if viewer else 0
            yield Select("SELECT post_id FROM posts_kept WHERE person_id = %(keeper)s", {"keeper": me})


def _unwanted(query: Query, viewer: Person | None, languages: list[str]) -> tuple[Group, list[str]]:
    """The terms a post must not have, and the texts: a compound is several terms, so it is looked for as text."""
    no: set[int] = set()
    texts = query.values(PHRASE, without=True)
    for word in query.values(WORD, without=True):
        groups = asked(word, languages)
        if len(groups) == 1:
            no |= groups[0]
        else:
            texts.append(word)
    for tag in query.values("tag", without=True):
        no |= _tag(tag)
    for name in ("from", "kind", "lang", "in"):
        for value in query.values(name, without=True):
            no |= _terms(name, value, viewer)
    return frozenset(no), texts


def _terms(name: str, value: str, viewer: Person | None) -> Group:
    """The facets an operator asks for; none where there is no such person or nothing to look in."""
    if name == "from":
        person = Person.objects.filter(handle=value).values_list("id", flat=True).first()
        return frozenset({facet("from", person)} if person else ())
    if name == "in" and value == "mine":
        return frozenset({facet("from", viewer.id)} if viewer else ())
    if name == "in" and value == "following":
        return _following(viewer)
    return frozenset({facet(name, value)})


def _tag(tag: str) -> Group:
    """A tag, what it was merged into, and everything merged into that."""
    into = Tag.objects.filter(name=tag).values_list("merged_into_id", flat=True).first() or tag
    same = {tag, into, *Tag.objects.filter(merged_into=into).values_list("name", flat=True)}
    return frozenset(facet("tag", name) for name in same)


def _following(viewer: Person | None) -> Group:
    """The people, tags and sources somebody follows, as facets. A source counts as its person."""
    if viewer is None:
        return frozenset()
    rows = Follow.objects.filter(by=viewer, query="", thread=None, level__gt=0)
    found: set[int] = set()
    for who, tag, whose in rows.values_list("who_id", "tag", "source__person_id"):
        if tag and not who:
            found.add(facet("tag", tag))
        elif (who or whose) and not tag:
            found.add(facet("from", who or whose))
    return frozenset(found)


def _nobody(handle: str) -> str:
    return _("There is nobody here called “%(handle)s”.") % {"handle": handle}


def _nothing(viewer: Person | None) -> str:
    if viewer is None:
        return _("Sign in to search what is yours and whom you follow.")
    return _("You follow nobody yet, so there is nothing to search in.")


def all_words(wanted: Wish, counts: Counts) -> Asked:
    """The question for the index that wants every word, but those too common to narrow anything.

    Where all are so common, and in very many posts, ranking would say little and cost much: the newest come first.
    """
    telling = [group for group in wanted.words if not counts.is_common(group)]
    if not telling and min(map(counts.of, wanted.words), default=0) > _VERY_MANY and not wanted.facets:
        return _asked(wanted, wanted.words, {})
    return _asked(wanted, telling or wanted.words, _idf(wanted, counts))


def some_words(wanted: Wish, counts: Counts, most: int, *, but: frozenset[int]) -> Asked | None:
    """The question that wants any of the rarer words; None where that adds nothing.

    Words are taken, rarest first, while together they are in at most `most` posts. `but` leaves out posts.
    """
    telling = sorted((group for group in wanted.words if not counts.is_common(group)), key=counts.of)
    if len(telling) < 2 or wanted.texts:
        return None
    some, matched = set(telling[0]), counts.of(telling[0])
    for group in telling[1:]:
        matched += counts.of(group)
        if matched <= most:
            some |= group
    return replace(_asked(wanted, [frozenset(some)], _idf(wanted, counts)), but=but)


def _idf(wanted: Wish, counts: Counts) -> dict[int, float]:
    idf: dict[int, float] = {}
    for group in wanted.words:
        weight = counts.idf(group)
        idf |= {term: max(weight, idf.get(term, 0)) for term in group}
    return idf


def _asked(wanted: Wish, every: Iterable[Group], idf: dict[int, float]) -> Asked:
    return Asked(
        every=(*every, *wanted.facets),
        no=wanted.no,
        idf=idf,
        since=wanted.since,
        until=wanted.until,
        within=wanted.within,
    )
