"""Search: posts, people and tags on one page, and searches saved to go on by themselves."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from potluck.people.follow import unfollow
from potluck.people.models import Follow, Person
from potluck.posts.list_rows import Line, lines
from potluck.rendering.decorators import MemberRequest, members_only
from potluck.rendering.pages import render, say
from potluck.safety import rate_limits
from potluck.search.find import Found, find
from potluck.search.people_and_tags import people_matching, tags_matching
from potluck.search.query import LONGEST, Query, parse
from potluck.search.saved_searches import save_search
from potluck.web.people.jsonld import shown


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What fits, best first; people and tags beside it. Without a search, how to."""
    viewer = request.viewer  # type: ignore[attr-defined]
    typed = request.GET.get("q", "")[:LONGEST]
    query, key = parse(typed), request.GET.get("after", "")
    found = find(query, viewer, key=key)
    items = _items(found, viewer)
    context = {
        "typed": typed,
        "query": query,
        "found": found,
        "full": [item for item, hit in items if not hit],
        "partial": [item for item, hit in items if hit],
        "more": f"/search?{urlencode({'q': query, 'after': found.key})}" if found.key else "",
        "people": [] if key else shown(people_matching(query, viewer), viewer),
        "tags": tags_matching(query, viewer, [tag for item, _hit in items for tag in item.tags]),
        "saved": Follow.objects.filter(by=viewer, query=str(query)).exists() if viewer and query else False,
        "address": urlencode({"q": query}),
    }
    return render(request, "search/search.html", context, only="found")


def _items(found: Found, viewer: Person | None) -> list[tuple[Line, bool]]:
    """The entries of a list, showing where they fit instead of how they begin, and whether they fit in part."""
    hits = {hit.post: hit for hit in found.hits}
    items = []
    for item in lines(hits, viewer):
        hit = hits[item.id]
        item.title, item.excerpt, item.highlights = hit.title or item.title, hit.snippet or item.excerpt, ()
        items.append((item, hit.partial))
    return items


@require_POST
@members_only
def saved(request: MemberRequest) -> HttpResponse:
    """Go on searching: what comes in and fits is brought home. Or no more."""
    query = parse(request.POST.get("q") or request.GET.get("q", ""))
    if request.POST.get("undo"):
        _forget(query, request)
    else:
        rate_limits.take("follow", request.viewer.id)
        save_search(str(query), by=request.viewer)
        say(
            request,
            _("Saved. What comes in and fits is brought to your home."),
            undo=_address("/search/saved", query),
        )
    return redirect(_address("/search", query))


def _forget(query: Query, request: MemberRequest) -> None:
    row = Follow.objects.filter(by=request.viewer, query=str(query)).first()
    if row:
        unfollow(row, by=request.viewer)
        say(request, _("This search is no longer saved."))


def _address(path: str, query: Query) -> str:
    return f"{path}?{urlencode({'q': query})}"
