"""What a member sees before they say yes: what would come in, who here shares the like, what they could answer.

Everything but the look itself (`naming.find`) is a few cheap queries of what is here already.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from django.core import signing
from django.utils.translation import gettext as _

from potluck.channels.feeds.reading.types import Item, plain
from potluck.channels.feeds.sources.add_source import Candidate, Found, find
from potluck.lib.errors import Malformed, PotluckError
from potluck.lib.format import names
from potluck.people.directory import shown_to
from potluck.people.models import Person, Source
from potluck.posts.models import Kind, Post
from potluck.posts.tags import normal_all, resolve
from potluck.search.bm25 import Asked, best, known
from potluck.search.index import words_of
from potluck.search.related import about as about_the_same
from potluck.search.text_query import like
from potluck.search.tokens import facet

NEWEST = 5
# How much of a feed says what it is about.
_ITEMS, _LETTERS, _TAGS = 30, 20_000, 30
_RECENT, _NEAR = 400, 20
_HOURS = 24 * 3600
_SALT = "potluck.feeds.preview"
MOST_ADDRESSES = 10
# No new address is looked at after so many seconds: somebody waits.
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed as it is offered: `token` is what a form sends back to say yes to it."""

    token: str
    title: str
    url: str
    home_url: str
    count: int
    newest: Sequence[Item]
    mine: bool


@dataclass(frozen=True, slots=True)
class Akin:
    """Somebody here who shares the like, with the reason."""

    name: str
    url: str
    why: str


@dataclass(slots=True)
class Preview:
    """All that is shown of the addresses given: offers, sentences on what was not found, files found instead."""

    offers: list[Offer] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    files: list[Found] = field(default_factory=list)
    people: list[Akin] = field(default_factory=list)
    question: Post | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a token stands for."""

    url: str
    title: str
    home_url: str
    name: str


def preview(addresses: Sequence[str], viewer: Person) -> Preview:
    """Look at what is behind these addresses, for this member."""
    shown, feeds = Preview(), []
    end = time.monotonic() + PATIENCE
    for address in addresses[:MOST_ADDRESSES]:
        if time.monotonic() > end:
            shown.troubles.append((address[:200], _("There was no time left for this one. Give it again.")))
            continue
        try:
            found = find(address)
        except PotluckError as error:
            shown.troubles.append((address[:200], str(error)))
            continue
        shown.files += [found] if found.kind else []
        feeds += list(found.candidates)
    if len(addresses) > MOST_ADDRESSES:
        shown.troubles.append((addresses[MOST_ADDRESSES][:200], _("Ten addresses at a time are enough.")))
    feeds = list({one.url: one for one in feeds}.values())
    shown.offers = _offers(feeds, viewer)
    if feeds:
        about = _about(feeds)
        shown.people = akin(about, viewer)
        shown.question = open_question(about, viewer)
    return shown


def token_of(one: Candidate) -> str:
    name = one.feed.author or one.title
    return signing.dumps([one.url, one.title[:300], one.home_url[:2000], name[:200]], salt=_SALT)


def chosen(token: str) -> Chosen:
    """What a token of ours stands for; Malformed if it is none, or older than a day."""
    try:
        url, title, home_url, name = signing.loads(token, salt=_SALT, max_age=_HOURS)
    except (signing.BadSignature, ValueError):
        raise Malformed(_("This page is too old. Give the address again, please.")) from None
    return Chosen(url, title, home_url, name)


def _offers(feeds: Sequence[Candidate], viewer: Person) -> list[Offer]:
    urls = [one.url for one in feeds]
    mine = Source.objects.filter(person=viewer, url__in=urls, retired_at=None).values_list("url", flat=True)
    return [
        Offer(
            token_of(one),
            one.title,
            one.url,
            one.home_url,
            len(one.feed.items),
            newest(one),
            one.url in set(mine),
        )
        for one in feeds
    ]


def newest(one: Candidate) -> list[Item]:
    """The few items that would be shown first, each with something to call it."""
    items = sorted(one.feed.items, key=_when, reverse=True)[:NEWEST]
    return [item if item.title else replace(item, title=_beginning(item)) for item in items]


def _when(item: Item) -> float:
    at: datetime | None = item.published or item.updated
    return at.timestamp() if at else 0.0


def _beginning(item: Item) -> str:
    words = plain((item.html or item.text or item.summary)[:2000]).split()
    return " ".join(words[:12]) + ("…" if len(words) > 12 else "")


def _about(feeds: Sequence[Candidate]) -> Post:
    """A post that nobody shared, saying what all the feeds say: what is near to it is near to them."""
    items = list(islice((item for one in feeds for item in one.feed.items[:_ITEMS]), 3 * _ITEMS))
    tags = Counter(tag for item in items for tag in normal_all(item.tags))
    said = "\n".join(f"{item.title}\n{plain((item.html or item.text)[:2000])}" for item in items)
    [common] = resolve([[tag for tag, _times in tags.most_common(_TAGS)]])
    return Post(text=said[:_LETTERS], tags=common, language=feeds[0].feed.language)


def akin(about: Post, viewer: Person, limit: int = 4) -> list[Akin]:
    """People here who share on the same tags; where there are too few, whose posts are near in words."""
    shared: dict[int, Counter[str]] = {}
    if about.tags:
        posts = Post.objects.visible_to(viewer).filter(tags__overlap=about.tags, reply_to=None)
        for author, tags in (
            posts.exclude(author=viewer).order_by("-id").values_list("author", "tags")[:_RECENT]
        ):
            shared.setdefault(author, Counter()).update(set(tags) & set(about.tags))
    order = sorted(shared, key=lambda author: (-len(shared[author]), -shared[author].total()))
    near = _near(about, viewer) if len(order) < limit else {}
    wanted = list(dict.fromkeys([*order, *near]))[: limit * 2]
    people = shown_to(viewer).in_bulk(wanted)
    return [
        Akin(people[key].shown_name, people[key].page, _why(shared.get(key), near.get(key, "")))
        for key in wanted
        if key in people
    ][:limit]


def _why(tags: Counter[str] | None, title: str) -> str:
    if tags:
        said = [f"#{tag}" for tag, _times in tags.most_common(3)]
        return _("shares on %(tags)s too") % {"tags": names(said)}
    return _("shared “%(title)s”") % {"title": title[:80]}


def _near(about: Post, viewer: Person) -> dict[int, str]:
    """Authors of the posts nearest in words, each with the title of one."""
    ranked = about_the_same(about.text, viewer, language=about.language, limit=_NEAR)
    posts = Post.objects.visible_to(viewer).filter(id__in=ranked).exclude(author=viewer).exclude(title="")
    rows = {key: (author, title) for key, author, title in posts.values_list("id", "author", "title")}
    found: dict[int, str] = {}
    for key in ranked:
        if key in rows:
            found.setdefault(*rows[key])
    return found


def open_question(about: Post, viewer: Person) -> Post | None:
    """A question asked here that is nearest to what these feeds are about, and that this member has not answered."""
    asked = _asked(about)
    if asked is None:
        return None
    questions = replace(asked, every=(*asked.every, frozenset({facet("kind", Kind.QUESTION)})))
    ranked = [scored.post for scored in best(questions, 20)]
    here = Post.objects.visible_to(viewer).filter(id__in=ranked).exclude(author=viewer)
    rows = here.exclude(replies__author=viewer).select_related("author").in_bulk()
    return next((rows[key] for key in ranked if key in rows), None)


def _asked(about: Post) -> Asked | None:
    counts, _length, _language = words_of(about)
    # How often a word is said saturates, as in the index itself.
    weights = {term: 2.2 * often / (often + 1.2) for term, often in counts.items()}
    return like(weights, known(), least=1)
