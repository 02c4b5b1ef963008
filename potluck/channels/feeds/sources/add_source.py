"""From what somebody types to a source: find what an address publishes, and name it as somebody's.

`find` goes out to the network and touches no rows; `name_source` writes rows and asks for a first look soon.
"""

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib.postgres.functions import TransactionNow
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from potluck.channels.feeds.importing import bookmarks_csv, mastodon_csv
from potluck.channels.feeds.models import Subscription
from potluck.channels.feeds.reading.parse import parse
from potluck.channels.feeds.reading.poll import ACCEPT
from potluck.channels.feeds.reading.types import Feed
from potluck.channels.feeds.sources.discover import Candidate as Pointer
from potluck.channels.feeds.sources.discover import guesses, look
from potluck.lib.errors import Malformed, Refused, TryLater
from potluck.lib.http import Answer, Outcome, Request, fetch_many, normal_url
from potluck.lib.url_key import link_key
from potluck.people import sources
from potluck.people.join import outside_person
from potluck.people.models import Person, Source

# Somebody waits for the answer, so we do not wait as long for hosts as a poll does. In seconds.
FIRST_LOOK, FURTHER_LOOKS = 15.0, 10.0
MOST_POINTERS, MOST_GUESSES, MOST_CANDIDATES = 8, 10, 6
# A list of subscriptions, or bookmarks, by how it begins. After XML's own declaration and comments.
_OPML = re.compile(rb"<opml[\s>]", re.IGNORECASE)
_BOOKMARKS = re.compile(rb"<!doctype\s+netscape-bookmark-file|<posts\s[^>]*user=", re.IGNORECASE)
_HEAD = 4000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was found and read. `home_url` is the page it belongs to, as far as both sides say so."""

    url: str
    title: str
    home_url: str
    feed: Feed


@dataclass(frozen=True, slots=True)
class Found:
    """What an address publishes: feeds, best first, or a file to import (`kind` says which). Never both."""

    url: str
    title: str = ""
    candidates: tuple[Candidate, ...] = ()
    kind: str = ""
    body: bytes = b""


def find(url_text: str) -> Found:
    """What is behind this address. Malformed, TryLater or Undeliverable, each with a sentence, if nothing is."""
    url = normal_url(url_text)
    answer = _first(url)
    kind = kind_of(answer.body)
    if kind:
        return Found(answer.url, body=answer.body, kind=kind)
    feed = feed_in(answer)
    if feed is not None:
        where = _lasting(url, answer)
        return Found(where, feed.title, (Candidate(where, _title(feed, where), home_of(feed, where), feed),))
    page = look(answer.body, answer.url)
    candidates = _read(page.feeds[:MOST_POINTERS], answer.url)
    if not candidates:
        kinds = [Pointer(guess, "", "") for guess in guesses(answer.url)[:MOST_GUESSES]]
        candidates = _read(kinds, answer.url, first=True)
    if not candidates:
        host = urlsplit(answer.url).hostname or answer.url
        raise Malformed(
            _("We looked at %(host)s and found no feed there. Does it have a page called RSS, Atom or feed?")
            % {"host": host}
        )
    return Found(answer.url, page.title, tuple(candidates[:MOST_CANDIDATES]))


def kind_of(body: bytes) -> str:
    """Whether a body is a list of subscriptions ("opml"), of accounts ("follows"), "bookmarks", or none ("")."""
    head = body[:_HEAD].replace(b"\x00", b"")
    if _OPML.search(head):
        return "opml"
    if mastodon_csv.looks_so(head):
        return "follows"
    return "bookmarks" if _BOOKMARKS.search(head) or bookmarks_csv.looks_so(head) else ""


@transaction.atomic
def name_source(
    url: str,
    *,
    person: Person,
    by: Person | None,
    only_tags: Sequence[str] = (),
    title: str = "",
    home_url: str = "",
) -> Source:
    """Make the feed at `url` one of `person`'s sources, to be looked at at once."""
    source, _new = sources.add_source(
        url, person=person, by=by, title=title, home_url=home_url, only_tags=tuple(only_tags)
    )
    look_soon([source.url])
    return source


@transaction.atomic
def name_outside(
    url: str, *, by: Person | None, title: str = "", home_url: str = "", name: str = ""
) -> tuple[Person, Source | None]:
    """The same for whoever publishes at `url`, a person outside unless they turn out to be a member.

    A member says themselves where they share, so then nothing is named. `name` is what to call a person not
    known yet; left out, they are called as their feed says.
    """
    person = whose(url, home_url, name=name)
    if person.is_member:
        return person, None
    if home_url and person.url == url:
        Person.objects.filter(pk=person.pk).update(url=home_url[:2000])
    return person, name_source(url, person=person, by=by, title=title, home_url=home_url)


def whose(url: str, home_url: str = "", *, name: str = "") -> Person:
    """The person whose feed this is, by its page where that can be believed, else by the feed itself."""
    return whose_all([(url, home_url)], name=name)[0]


def whose_all(feeds: Sequence[tuple[str, str]], *, name: str = "") -> list[Person]:
    """The same for many feeds, each with its page (or ""), in their order: few questions, however many there are."""
    urls = [url for url, _home in feeds]
    uris = [home if is_within(url, home) else url for url, home in feeds]
    named = _by_feed(urls)
    known = _by_page(uris)
    found = []
    for url, uri in zip(urls, uris, strict=True):
        person = named.get(url) or known.get(_bare(uri))
        if person is None:
            person = known[_bare(uri)] = outside_person(uri, name=name)
        found.append(person.claimed_by or person)
    return found


def _by_feed(urls: Sequence[str]) -> dict[str, Person]:
    """Who has each of these feeds as a source already; if several have, somebody outside before a member."""
    rows = Source.objects.filter(url__in=urls, channel="feeds").select_related("person__claimed_by")
    order = sorted(rows, key=lambda row: (row.person.is_member, row.id), reverse=True)
    return {row.url: row.person for row in order}


def _by_page(uris: Sequence[str]) -> dict[str, Person]:
    """Who is known by each of these pages however it is written: with or without TLS and the closing slash."""
    written = [
        f"{scheme}://{_bare(uri)}{end}" for uri in uris for scheme in ("https", "http") for end in ("", "/")
    ]
    rows = Person.objects.select_related("claimed_by").filter(uri__in=written).order_by("-id")
    return {_bare(person.uri): person for person in rows}


def _bare(uri: str) -> str:
    return uri.partition("://")[2].rstrip("/")


def choose_tags(source: Source, only_tags: Sequence[str], *, by: Person) -> None:
    """Let in only what carries one of these tags from now on; none lets everything in."""
    if by.id != source.person_id:
        raise Refused(_("This is not your source."))
    Source.objects.filter(pk=source.pk).update(only_tags=list(only_tags))


@transaction.atomic
def resume(source: Source, *, by: Person | None) -> None:
    """Look again, and now."""
    sources.resume(source, by=by)
    look_soon([source.url])


def look_soon(urls: Sequence[str]) -> None:
    """Make these due at once, to be read whole, and wake the worker. In the caller's transaction.

    Whole, because whoever named a feed others named before has none of its items yet.
    """
    # The database's own clock, as it is what says what is due.
    rows = [Subscription(url=url, next_look_at=TransactionNow()) for url in dict.fromkeys(urls)]
    Subscription.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["url"],
        update_fields=["next_look_at", "etag", "modified", "digest"],
    )
    wake()


def wake() -> None:
    """Ask the worker to look at what is due; one request waiting is enough for all."""
    job = app.configure_task("potluck.feeds.poll_now", queue="feeds", queueing_lock="feeds-poll-now")
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        job.defer()


def is_within(url: str, home_url: str) -> bool:
    """Whether a feed lies on the site of a page: the same host, and below the page's own address.

    A feed may say that it belongs to any page; more than this cannot be believed, lest one tenant of a host speak
    in another's name.
    """
    feed, home = link_key(url), link_key(home_url)
    if not home or "?" in home:
        return False
    # "host/ada.atom" belongs to "host/ada", but "host.evil" not to "host".
    endings = (f"{home}/", f"{home}.") if "/" in home else (f"{home}/", f"{home}?")
    return feed == home or feed.startswith(endings)


def home_of(feed: Feed, url: str, page: str = "") -> str:
    """The page a feed belongs to: the one it names where that can be believed, else the one that names it."""
    if page and not is_within(url, feed.home_url):
        return page
    return feed.home_url


def _first(url: str) -> Answer:
    found = fetched([Request(url=url, accept=ACCEPT, in_line=False)], FIRST_LOOK)
    if not found:
        host = urlsplit(url).hostname or url
        raise TryLater(_("%(host)s takes too long to answer. Try again later.") % {"host": host})
    if not isinstance(found[0], Answer):
        raise found[0]
    return found[0]


def fetched(
    requests: Sequence[Request], seconds: float, enough: Callable[[Outcome], bool] = lambda outcome: False
) -> list[Outcome]:
    """What has come when the time is over, or when one is `enough`; in the order asked."""
    found: dict[str, Outcome] = {}

    async def gather() -> None:
        async with contextlib.aclosing(fetch_many(requests, at_once=8)) as outcomes:
            async for request, outcome in outcomes:
                found[request.url] = outcome
                if enough(outcome):
                    return

    async def within() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(gather(), seconds)

    asyncio.run(within())
    return [found[request.url] for request in requests if request.url in found]


def feed_in(answer: Outcome) -> Feed | None:
    """The feed an answer brought, if it brought one."""
    if not isinstance(answer, Answer):
        return None
    try:
        return parse(answer.body, url=answer.url, content_type=answer.headers.get("Content-Type", ""))
    except Malformed:
        return None


def _read(pointers: Sequence[Pointer], page: str, *, first: bool = False) -> list[Candidate]:
    """Those of these that are feeds, each once: the same posts in another format are no second feed.

    With `first`, the first one found is enough.
    """
    titles = {pointer.url: pointer.title for pointer in pointers}
    asked = [Request(url=url, accept=ACCEPT, in_line=False) for url in titles]
    candidates: list[Candidate] = []
    seen: list[set[str]] = []
    for answer in fetched(asked, FURTHER_LOOKS, lambda outcome: first and feed_in(outcome) is not None):
        feed = feed_in(answer)
        if feed is None or not isinstance(answer, Answer):
            continue
        items = {link_key(item.url) or item.id for item in feed.items}
        if any(items and len(items & other) >= 0.8 * min(len(items), len(other)) for other in seen if other):
            continue
        seen.append(items)
        where = next((url for url in titles if url == answer.url), answer.permanent_url or answer.url)
        title = feed.title or titles.get(where, "")
        candidates.append(Candidate(where, title or where, home_of(feed, where, page), feed))
    return candidates


def _lasting(url: str, answer: Answer) -> str:
    """The address to remember: where it moved for good, else the one that was asked."""
    return answer.permanent_url or url


def _title(feed: Feed, url: str) -> str:
    return feed.title or (urlsplit(url).hostname or url).removeprefix("www.")
