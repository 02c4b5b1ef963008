"""Pages for machines: what phones, browsers and search engines ask for by name."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from potluck.people.network import the_network
from potluck.posts.models import Post
from potluck.rendering.pages import render, static

WORKER = Path(__file__).parents[1] / "static/js/sw.js"
# The most addresses a sitemap may hold. https://www.sitemaps.org/protocol.html
SITEMAP = 50_000


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install this and to offer it for sharing. https://w3c.github.io/web-share-target/"""
    facts = {
        "name": the_network().name,
        "short_name": the_network().name[:12],
        "icons": [_icon(192, "any"), _icon(512, "any"), _icon(512, "maskable")],
        "shortcuts": [
            {"name": _("Share"), "url": "/share"},
            {"name": _("Ask"), "url": "/share?kind=question"},
        ],
    }
    return JsonResponse(_APP | facts, content_type="application/manifest+json")


_APP = {
    "id": "/",
    "scope": "/",
    "start_url": "/home",
    "display": "standalone",
    "background_color": "#FBF8F3",
    "theme_color": "#FBF8F3",
    "share_target": {
        "action": "/share",
        "method": "GET",
        "params": {"title": "title", "text": "text", "url": "url"},
    },
}


def _icon(size: int, purpose: str) -> dict[str, str]:
    name = "maskable" if purpose == "maskable" else "app"
    source = static(f"icons/{name}-{size}.png")
    return {"src": source, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@require_safe
@cache_control(max_age=3600)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that it may look after every page."""
    return HttpResponse(WORKER.read_text(encoding="utf8"), content_type="text/javascript")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown where there is neither network nor a kept page."""
    return render(request, "errors/offline.html")


@require_safe
@cache_control(max_age=86400)
def opensearch(request: HttpRequest) -> HttpResponse:
    """Lets a browser search here. https://github.com/dewitt/opensearch"""
    name = escape(the_network().name[:16])
    address = f"{settings.ORIGIN}/search?q={{searchTerms}}"
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        f"<ShortName>{name}</ShortName><Description>{name}</Description><InputEncoding>UTF-8</InputEncoding>"
        f'<Url type="text/html" template="{escape(address)}"/></OpenSearchDescription>'
    )
    return HttpResponse(text, content_type="application/opensearchdescription+xml")


@require_safe
@cache_control(max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    """What machines may read: what everybody may, but not endless lists."""
    closed = (
        "/search",
        "/share",
        "/you",
        "/home",
        "/archive",
        "/kept",
        "/accounts/",
        "/image/",
        "/moderation",
    )
    rules = "\n".join(f"Disallow: {path}" for path in closed)
    return HttpResponse(
        f"User-agent: *\n{rules}\nSitemap: {settings.ORIGIN}/sitemap.xml\n", content_type="text/plain"
    )


@require_safe
@cache_control(max_age=3600)
def sitemap(request: HttpRequest) -> StreamingHttpResponse:
    """What members share with everybody, newest first."""
    return StreamingHttpResponse(_addresses(), content_type="application/xml")


def _addresses() -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    found = Post.objects.public().filter(reply_to=None, author__account__isnull=False, url="").order_by("-id")
    for key, at, edited in found.values_list("id", "published_at", "edited_at")[:SITEMAP].iterator():
        last = (edited or at).date().isoformat()
        yield f"<url><loc>{settings.ORIGIN}/posts/{key}</loc><lastmod>{last}</lastmod></url>\n"
    yield "</urlset>\n"
