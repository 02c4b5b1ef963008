"""Lists of posts as feeds. Whoever reads, a public feed shows what everybody may see and nothing else.

First the stamp: one query for the ids and times of a page, enough to answer 304. Only then the texts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from potluck.lib.feedwriter import FeedOut
from potluck.lib.feedwriter.response import answer
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.posts.feed_items import items
from potluck.posts.models import Post
from potluck.rendering import paging
from potluck.rendering.decorators import View
from potluck.rendering.pages import static

P = ParamSpec("P")
# What an empty feed gives as its date: any will do that stays.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# All of a post that can change a feed, besides what changes with `edited_at`; the names may change without it.
_STAMP = (
    "id",
    "arrived_at",
    "edited_at",
    "author__name",
    "author__handle",
    "via__edited_at",
    "via__deleted_at",
    "via__held_at",
    "via__audience",
    "via__author__suspended_at",
    "via__author__removed_at",
)


def in_our_language(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> View[P]:
    """Word a feed in the network's language, whoever fetches it: one address, one text."""

    @wraps(view)
    def worded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with translation.override(the_network().language):
            return view(request, *args, **kwargs)

    return worded


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that has feeds: its page, and its posts, chosen through the gate for everybody.

    `feed` is where its feeds are, without their ending, if that is not where the page is.
    """

    page: str
    title: str
    posts: QuerySet[Post]
    subtitle: str = ""
    whose: Person | None = None
    query: str = ""
    feed: str = ""


def public(request: HttpRequest, form: str, listing: Listing) -> HttpResponse:
    """Answer with a page of the list in this format."""
    before = paging.place(request).before
    found = listing.posts.filter(id__lt=before) if before is not None else listing.posts
    rows = list(found.order_by("-id").values_list(*_STAMP)[: paging.SIZE + 1])
    modified = max((max(row[1], row[2] or row[1]) for row in rows), default=LONG_AGO)
    response = answer(
        request,
        form,
        stamp=(rows, before, listing.title, listing.subtitle, listing.page, settings.ORIGIN),
        modified=modified,
        build=partial(_feed, form, listing, rows, before, modified),
    )
    if listing.whose and not listing.whose.is_member:
        response["X-Robots-Tag"] = "noindex"
    return response


def _feed(
    form: str, listing: Listing, rows: Sequence[Any], before: int | None, modified: datetime
) -> FeedOut:
    ids = [row[0] for row in rows[: paging.SIZE]]
    more = ids[-1] if len(rows) > paging.SIZE else None
    here = f"{listing.feed or listing.page}.{form}"
    network = the_network()
    return FeedOut(
        id=_address(listing, listing.feed or listing.page),
        title=listing.title,
        subtitle=listing.subtitle or network.tagline,
        home_url=_address(listing, listing.page),
        self_url=_address(listing, here, before),
        next_url=_address(listing, here, more) if more else None,
        updated=modified,
        language=network.language,
        author_name=listing.whose.shown_name if listing.whose else network.name,
        icon=settings.ORIGIN + static("icons/apple-touch.png"),
        items=items(ids),
    )


def _address(listing: Listing, path: str, before: int | None = None) -> str:
    asked = ({"q": listing.query} if listing.query else {}) | ({"before": str(before)} if before else {})
    return f"{settings.ORIGIN}{quote(path, '/@?=')}" + (f"?{urlencode(asked)}" if asked else "")
