"""Where does this page publish? The feeds it names, the usual places of well-known sites, and its rel=me links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from potluck.channels.feeds.reading import xml_repair
from potluck.channels.feeds.reading.types import title_text, web_address

# Feeds are named in the head; what comes after this much of a page is not worth the time.
MOST_OF_A_PAGE = 2 * 1024 * 1024
MOST_CANDIDATES = 30

_KINDS = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
}
_VAGUE_KINDS = {"application/json": "json", "application/xml": "rss", "text/xml": "rss", "": "rss"}
_LOOKS_LIKE_FEED = re.compile(
    r"(?:/(?:feed|rss|atom)/?|/(?:feed|rss|atom|index)\.(?:xml|json|rdf)|\.(?:rss|atom|rdf)|/feeds?/[\w/.-]+)(?:\?[^#]*)?$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|kommentar|commentaire|comentario|reacties|コメント|комментар", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed a page points to. `kind` is "rss", "atom" or "json", as far as the page says."""

    url: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says about itself; the best feed first."""

    title: str = ""
    canonical: str = ""
    feeds: tuple[Candidate, ...] = ()
    rel_me: tuple[str, ...] = ()


def look(page: bytes, url: str) -> Page:
    """Read a page once for all it tells. Never raises: a page that cannot be read tells nothing."""
    root = _tree(page)
    if root is None:
        return Page()
    base = next((web_address(url, node.get("href") or "") for node in root.iter("base")), "") or url
    canonical = next(_linked(root, "canonical", base, tags=("link",)), "")
    title = next((node.text_content() for node in root.iter("title")), "")
    return Page(
        title=title_text(title)[:300],
        canonical=canonical,
        feeds=_best_first(_candidates(root, base), url),
        rel_me=tuple(dict.fromkeys(_linked(root, "me", base, tags=("link", "a")))),
    )


def feeds_in(page: bytes, url: str) -> tuple[Candidate, ...]:
    """The feeds a page names, posts before comments, its own host before others."""
    return look(page, url).feeds


def rel_me(page: bytes, url: str) -> tuple[str, ...]:
    """The addresses a page says belong to the same person."""
    return look(page, url).rel_me


def _tree(page: bytes) -> lxml_html.HtmlElement | None:
    page = page[:MOST_OF_A_PAGE]
    if xml_repair.tangled(page):
        return None
    text = xml_repair.html(page)
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        found = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return found


def _linked(root: lxml_html.HtmlElement, rel: str, base: str, *, tags: tuple[str, ...]) -> Iterator[str]:
    for node in root.iter(*tags):
        if rel in (node.get("rel") or "").lower().split():
            address = web_address(base, node.get("href") or "")
            if address:
                yield address


def _candidates(root: lxml_html.HtmlElement, base: str) -> Iterator[Candidate]:
    """Feeds named in the head, then links in the text that look like feeds."""
    for node in root.iter("link"):
        rels = (node.get("rel") or "").lower().split()
        address = web_address(base, node.get("href") or "")
        if address and ("alternate" in rels or "feed" in rels):
            kind = _kind(node.get("type") or "", address, named_feed="feed" in rels)
            if kind and "stylesheet" not in rels:
                yield Candidate(address, title_text(node.get("title") or ""), kind)
    for node in root.iter("a"):
        address = web_address(base, node.get("href") or "")
        if address and _LOOKS_LIKE_FEED.search(address):
            kind = "json" if address.endswith("json") else "atom" if "atom" in address else "rss"
            yield Candidate(address, title_text(node.get("title") or "")[:200], kind)


def _kind(declared: str, address: str, *, named_feed: bool) -> str:
    """Which format, or nothing for other alternates (translations, WordPress's own interface, previews)."""
    declared = declared.partition(";")[0].strip().lower()
    if declared in _KINDS:
        return _KINDS[declared]
    vague = _VAGUE_KINDS.get(declared, "")
    return vague if named_feed or (vague and _LOOKS_LIKE_FEED.search(address)) else ""


def _best_first(found: Iterator[Candidate], url: str) -> tuple[Candidate, ...]:
    once: dict[str, Candidate] = {}
    for one in found:
        once.setdefault(one.url, one)
    host = _host(url)

    def badness(one: Candidate) -> tuple[bool, bool]:
        return bool(_COMMENTS.search(one.url + one.title)), _host(one.url) != host

    return tuple(sorted(once.values(), key=badness))[:MOST_CANDIDATES]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


# Well-known sites: host, path, and where the feed is. Written by hand from each site's own help pages.
_SITES = tuple(
    (re.compile(host), re.compile(path), feeds)
    for host, path, feeds in (
        (r"youtube\.com", r"/channel/(UC[\w-]+)", ["https://www.youtube.com/feeds/videos.xml?channel_id={1}"]),
        (r"youtube\.com", r"/user/([\w-]+)", ["https://www.youtube.com/feeds/videos.xml?user={1}"]),
        (r"youtube\.com", r"/playlist\?list=([\w-]+)", ["https://www.youtube.com/feeds/videos.xml?playlist_id={1}"]),
        (r"github\.com", r"/([\w-]+)/([\w.-]+)", ["{root}/{1}/{2}/releases.atom", "{root}/{1}/{2}/commits.atom"]),
        (r"github\.com|gitlab\.com", r"/([\w.-]+)/?$", ["{root}/{1}.atom"]),
        (r"(?:.+\.)?reddit\.com", r"/((?:r|u|user)/[\w-]+)", ["https://www.reddit.com/{1}/.rss"]),
        (r"pinboard\.in", r"/(u:[\w-]+(?:/t:[^/?#]+)*)", ["https://feeds.pinboard.in/rss/{1}/"]),
        (r"hypothes\.is", r"/users/([\w.-]+)", ["https://hypothes.is/stream.atom?user={1}"]),
        (r"bsky\.app", r"/profile/([\w.:-]+)", ["{root}/profile/{1}/rss"]),
        (r"medium\.com", r"/(@?[\w.-]+)", ["https://medium.com/feed/{1}"]),
        (r".+\.medium\.com", r"/", ["{root}/feed"]),
        (r".+\.substack\.com", r"/", ["{root}/feed"]),
        (r".+\.tumblr\.com", r"/", ["{root}/rss"]),
        (r"(?:www\.)?tumblr\.com", r"/([\w-]+)", ["https://{1}.tumblr.com/rss"]),
        (r".+\.blogspot\.[a-z.]+", r"/", ["{root}/feeds/posts/default"]),
        (r".+\.wordpress\.com", r"/", ["{root}/feed/"]),
        (r".+\.livejournal\.com|.+\.dreamwidth\.org", r"/", ["{root}/data/atom"]),
        (r"diigo\.com", r"/(?:user|profile)/([\w-]+)", ["https://www.diigo.com/rss/user/{1}"]),
        (r"vimeo\.com", r"/([\w-]+)/?$", ["{root}/{1}/videos/rss"]),
        (r"letterboxd\.com", r"/([\w-]+)", ["{root}/{1}/rss/"]),
        (r"dev\.to", r"/([\w-]+)", ["https://dev.to/feed/{1}"]),
        (r"goodreads\.com", r"/user/show/(\d+)", ["https://www.goodreads.com/user/updates_rss/{1}"]),
        (r"zotero\.org", r"/groups/(\d+)", ["https://api.zotero.org/groups/{1}/items/top?format=atom"]),
        (r"arxiv\.org", r"/a/([\w-]+)", ["https://arxiv.org/a/{1}.atom2"]),
        (r"stackoverflow\.com|.+\.stackexchange\.com|superuser\.com|serverfault\.com|askubuntu\.com",
         r"/users/(\d+)", ["{root}/feeds/user/{1}"]),
        (r"lobste\.rs", r"/~([\w-]+)", ["{root}/~{1}/stories.rss"]),
        # A Mastodon profile, on whatever server; last, since others write /@name as well.
        (r"(?!(?:www\.)?(?:youtube|medium|tiktok|flipboard|threads)\.).+", r"/@([\w.]+)/?$", ["{root}/@{1}.rss"]),
        # A Discourse forum's people.
        (r".+", r"/u/([\w.-]+)", ["{root}/u/{1}/activity.rss"]),
    )
)  # fmt: skip
_USUAL = (
    "/feed",
    "/feed/",
    "/rss.xml",
    "/atom.xml",
    "/feed.xml",
    "/index.xml",
    "/feed.json",
    "/rss",
    "/rss/",
)


def guesses(url: str) -> tuple[str, ...]:
    """Addresses worth trying when a page names no feed: its site's own place, then the usual ones."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return ()
    if parts.scheme not in ("http", "https") or not host:
        return ()
    root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    found = []
    for hosts, paths, feeds in _SITES:
        match = paths.match(path) if hosts.fullmatch(host.removeprefix("www.")) else None
        if match:
            found += [feed.format(None, *match.groups(), root=root) for feed in feeds]
    folder = urljoin(url, ".").partition("?")[0].rstrip("/") if parts.path.strip("/") else root
    found += [folder + usual for usual in _USUAL[:6]] if folder != root else []
    return tuple(dict.fromkeys(found + [root + usual for usual in _USUAL]))
