"""The feeds of every public list, and what to follow as OPML."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from potluck.channels.feeds.publishing.feed import Listing, in_our_language, public
from potluck.channels.feeds.publishing.subscriptions import following_of, sources_of
from potluck.lib.errors import Malformed, Missing
from potluck.lib.feedwriter import OPML_TYPE, opml
from potluck.people.directory import shown_to
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.posts.models import Post
from potluck.posts.tags import normal, resolve
from potluck.rendering import paging
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.search.by_date import newest
from potluck.search.query import parse


@require_safe
@in_our_language
def fresh(request: HttpRequest, form: str) -> HttpResponse:
    """Everything that is shared with everybody."""
    title = _said(_("Fresh at %(network)s"))
    return public(request, form, Listing("/", title, Post.objects.public().roots(), feed="/fresh"))


@require_safe
@in_our_language
def person(request: HttpRequest, form: str, handle: str) -> HttpResponse:
    """What one person shares."""
    whose = _whose(handle)
    title = _said(_("%(who)s at %(network)s"), who=whose.shown_name)
    posts = Post.objects.public().roots().filter(author=whose)
    return public(request, form, Listing(whose.page, title, posts, whose.about, whose))


@require_safe
@in_our_language
def person_on(request: HttpRequest, form: str, handle: str, tag: str) -> HttpResponse:
    """What one person shares on one topic."""
    whose, [[word]] = _whose(handle), resolve([[_word(tag)]])
    title = _said(_("%(who)s on #%(tag)s at %(network)s"), who=whose.shown_name, tag=word)
    posts = Post.objects.public().roots().filter(author=whose, tags__contains=[word])
    page, feed = f"{whose.page}?tag={word}", f"{whose.page}/tags/{word}"
    return public(request, form, Listing(page, title, posts, whose=whose, feed=feed))


@require_safe
@in_our_language
def tag(request: HttpRequest, form: str, tag: str) -> HttpResponse:
    """What anybody shares on one topic."""
    [[word]] = resolve([[_word(tag)]])
    title = _said(_("#%(tag)s at %(network)s"), tag=word)
    posts = Post.objects.public().roots().filter(tags__contains=[word])
    return public(request, form, Listing(f"/tags/{word}", title, posts))


@require_safe
@in_our_language
def search(request: HttpRequest, form: str) -> HttpResponse:
    """What fits a search, newest first. It finds for everybody what a visitor would find."""
    query = parse(request.GET.get("q", ""))
    if not query:
        raise Malformed(_("Say what to search for, as in /search.atom?q=soil."))
    ids = newest(query, None, limit=paging.SIZE + 1, before=paging.place(request).before)
    title = _said(_("Search: %(query)s at %(network)s"), query=str(query))
    posts = Post.objects.public().filter(id__in=ids)
    return public(request, form, Listing("/search", title, posts, query=str(query)))


@require_safe
@in_our_language
def thread(request: HttpRequest, form: str, post_id: int) -> HttpResponse:
    """A conversation: its beginning and every reply."""
    post = Post.objects.public().filter(pk=post_id).first()
    if post is None:
        raise Missing(_("This is not there any more, or not for everybody."))
    first = Post.objects.public().filter(pk=post.thread).first() or post
    title = _said(_("%(post)s: the conversation"), post=first.title or first.excerpt[:80])
    return public(request, form, Listing(first.page, title, Post.objects.public().filter(thread=post.thread)))


def _known(handle: str) -> Person:
    """Somebody who may appear to everybody."""
    person = shown_to(None).filter(handle=handle.lower()).first()
    if person is None:
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle})
    return person


def _said(text: str, **names: str) -> str:
    return text % {"network": the_network().name, **names}


def _whose(handle: str) -> Person:
    person = shown_to(None).filter(handle=handle.lower()).first()
    if person is None:
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle})
    return person


def _word(tag: str) -> str:
    word = normal(tag)
    if not word:
        raise Missing(_("There is no such tag."))
    return word


def _to_keep(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@in_our_language
def sources(request: HttpRequest, handle: str) -> HttpResponse:
    """Where a person shares, as a list any feed reader imports."""
    whose = _whose(handle)
    title = _said(_("Where %(who)s shares"), who=whose.shown_name)
    response = HttpResponse(opml(title, whose.shown_name, sources_of(whose)), OPML_TYPE)
    response["Cache-Control"] = "public, max-age=60"
    return _to_keep(response, f"{whose.handle}.opml")


@require_safe
@members_only
def following(request: MemberRequest) -> HttpResponse:
    """What one follows oneself, as a list any feed reader imports."""
    me = request.viewer
    title = _said(_("What %(who)s follows at %(network)s"), who=me.shown_name)
    response = HttpResponse(opml(title, me.shown_name, following_of(me)), OPML_TYPE)
    response["Cache-Control"] = "private, no-store"
    return _to_keep(response, "following.opml")
