"""Somebody outside turns out to be a member, or asks not to appear here: each is shown by their own page.

Three proofs hold: the page links to the member with rel=me; the page bears a code of ours; a new item of its feed
does. A code is made of who asks and what for, so it opens nothing else, and need not be kept.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from lxml import etree
from lxml import html as lxml_html

from potluck.channels.feeds.models import Item
from potluck.channels.feeds.reading.types import Feed
from potluck.channels.feeds.sources.add_source import feed_in, fetched, look_soon
from potluck.channels.feeds.sources.discover import rel_me
from potluck.events.audit import note
from potluck.events.models import Decision
from potluck.lib.errors import Missing, Refused
from potluck.lib.http import Answer, Request
from potluck.lib.url_key import link_key
from potluck.people.models import Block, Follow, Mute, Person, Source
from potluck.people.moderate import may_moderate
from potluck.posts.models import Post, Thanks
from potluck.search.index import index_posts

# Somebody waits for the answer. In seconds.
LOOK = 15.0
MOST_FEEDS = 4
_BATCH = 200
# Letters and digits that nobody mistakes for one another, in print or aloud.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 12
# Where strangers write on somebody's page.
_STRANGERS = re.compile(
    r"comment|reply|replies|reaction|guestbook|webmention|mentions|trackback|pingback", re.I
)


def code(outside: Person, by: Person | None) -> str:
    """What to put on the page: to claim it for `by`, or, for None, to be removed from here."""
    return code_for(f"claim:{outside.id}:{by.id}" if by else f"removal:{outside.id}")


def code_for(purpose: str) -> str:
    digest = salted_hmac("potluck.feeds.claim", purpose, algorithm="sha256").digest()
    return "potluck-" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_LENGTH])


def prove(outside: Person, by: Person | None) -> None:
    """Go and look whether the page says so. Refused, with what was not found where, if it does not."""
    _open(outside)
    feeds = list(
        Source.objects.filter(person=outside, channel="feeds", retired_at=None).values_list("url", flat=True)
    )[:MOST_FEEDS]
    look_for(code(outside, by), by, [outside.url or outside.uri, *feeds])


def look_for(wanted: str, by: Person | None, pages: list[str]) -> None:
    """Whether one of these pages or feeds bears the code, or names the member; Refused if none does."""
    answers = fetched([Request(url=url, in_line=False) for url in dict.fromkeys(pages)], LOOK)
    good = [answer for answer in answers if isinstance(answer, Answer)]
    read = [feed for answer in good if (feed := feed_in(answer)) is not None]
    if any(
        _page_says(answer, wanted, by, several=_several(read)) for answer in good if feed_in(answer) is None
    ):
        return
    if not _several(read) and any(wanted in text for feed in read for text in _texts(feed)):
        return
    host = urlsplit(pages[0]).hostname or pages[0]
    if not good:
        raise Refused(_("%(host)s does not answer now. Try again later.") % {"host": host})
    if _several(read):
        raise Refused(
            _("Several people write at %(host)s, so a link with rel=me must stand in the head of its page.")
            % {"host": host}
        )
    raise Refused(
        _("We looked at %(host)s and did not find it yet. Some places take a few minutes.") % {"host": host}
    )


@transaction.atomic
def claim(outside: Person, *, by: Person) -> None:
    """Give a member what they published before they joined. Whether it is theirs, `prove` has said.

    What was brought to people stays where it is; who followed the person outside follows the member.
    """
    outside = Person.objects.select_for_update().get(pk=outside.pk)
    _open(outside)
    if not by.is_member or by.is_suspended:
        raise Refused(_("Only members can claim a page."))
    _take_sources(outside, by)
    _take_posts(outside, by)
    _take_ties(outside, by)
    Person.objects.filter(pk=outside.pk).update(claimed_by=by)


@transaction.atomic
def remove(outside: Person) -> None:
    """Let nothing of somebody appear here any more, and look at their places no more."""
    _open(outside)
    now = timezone.now()
    Person.objects.filter(pk=outside.pk).update(removed_at=now)
    Source.objects.filter(person=outside, retired_at=None).update(
        retired_at=now, note=_("They asked not to appear here.")
    )
    Follow.objects.filter(who=outside).delete()


@transaction.atomic
def remove_as_moderator(outside: Person, *, by: Person) -> None:
    """The same, asked by mail."""
    may_moderate(by)
    remove(outside)
    note(Decision.REMOVED, by=by.id, whom=outside.id)


@transaction.atomic
def bring_back(outside: Person, *, by: Person) -> None:
    """Take a removal back. For moderators; sources begin again where they were."""
    may_moderate(by)
    rows = Source.objects.filter(person=outside, retired_at=outside.removed_at)
    urls = list(rows.values_list("url", flat=True))
    rows.update(retired_at=None, note="")
    Person.objects.filter(pk=outside.pk).update(removed_at=None)
    note(Decision.RETURNED, by=by.id, whom=outside.id)
    if urls:
        look_soon(urls)


def _open(outside: Person) -> None:
    """Only somebody outside, still there, can be claimed or removed."""
    if outside.is_member:
        raise Refused(_("%(name)s is a member already.") % {"name": outside.shown_name})
    if outside.claimed_by_id:
        raise Refused(_("Somebody has shown already that this is theirs."))
    if outside.removed_at:
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": outside.handle})


def _take_sources(outside: Person, by: Person) -> None:
    mine = {source.url: source for source in Source.objects.filter(person=by)}
    for source in Source.objects.filter(person=outside):
        same = mine.get(source.url)
        if same is None:
            Source.objects.filter(pk=source.pk).update(person=by)
            continue
        take_items(source, same)
        taken = Follow.objects.filter(source=same).values("by")
        Follow.objects.filter(source=source).exclude(by__in=taken).update(source=same)
        source.delete()


def take_items(source: Source, same: Source) -> None:
    """Let what was read from one be known as read from the other."""
    known = Item.objects.filter(source=same).values("identity")
    Item.objects.filter(source=source).exclude(identity__in=known).update(source=same)
    Post.objects.filter(source=source).update(source=same)


def _take_posts(outside: Person, by: Person) -> None:
    """Their posts under the new name, and findable by it."""
    take_posts(list(Post.objects.filter(author=outside).values_list("id", flat=True)), by)
    Thanks.objects.filter(helper=outside).exclude(by=by).update(helper=by)


def take_posts(ids: list[int], by: Person) -> None:
    """Give these posts to their new author, to be found by that name."""
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        Post.objects.filter(id__in=batch).update(author=by)
        index_posts(list(Post.objects.filter(id__in=batch, deleted_at=None).select_related("author")))


def _take_ties(outside: Person, by: Person) -> None:
    """Follows, mutes and blocks of the person outside hold for the member; nobody has one twice, nor with oneself.

    Places in circles and among readers stay behind: what was narrowed was not meant for whoever comes.
    """
    for row in Follow.objects.filter(who=outside):
        same = Follow.objects.filter(by=row.by_id, who=by, tag=row.tag).exclude(pk=row.pk)
        apart = Block.objects.filter(by__in=(by, row.by_id), who__in=(by, row.by_id))
        if row.by_id == by.id or same.exists() or apart.exists():
            row.delete()
        else:
            Follow.objects.filter(pk=row.pk).update(who=by)
    for rows in (Mute.objects.all(), Block.objects.all()):
        taken = set(rows.filter(who=by).values_list("by_id", flat=True)) | {by.id}
        rows.filter(who=outside).exclude(by_id__in=taken).update(who=by)
        rows.filter(who=outside).delete()


def _several(feeds: list[Feed]) -> bool:
    """Whether more than one person writes there: then an item, or the page's text, speaks for one of them only."""
    return any(len({item.author for item in feed.items if item.author}) > 1 for feed in feeds)


def _texts(feed: Feed) -> Iterator[str]:
    for item in feed.items:
        yield from (item.title, item.html, item.text, item.summary)


def _page_says(answer: Answer, wanted: str, by: Person | None, *, several: bool) -> bool:
    """Whether a page names the member as the same person, or bears the code in a place strangers do not write to."""
    body = answer.body
    if several:
        body = re.split(rb"<body\b", body, maxsplit=1, flags=re.IGNORECASE)[0]
    if by is not None:
        ours = {link_key(f"{settings.ORIGIN}{page}") for page in (by.page, f"/people/{by.id}")}
        if any(link_key(address) in ours for address in rel_me(body, answer.url)):
            return True
    return not several and wanted in _own_words(body)


def _own_words(body: bytes) -> str:
    """A page's text and descriptions, without comments and the like."""
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = lxml_html.document_fromstring(body[: 2 * 1024 * 1024], parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return ""
    for node in list(root.iter()):
        if isinstance(node, lxml_html.HtmlElement) and _is_strangers(node):
            node.drop_tree()
    told = [node.get("content") or "" for node in root.iter("meta")]
    return "\n".join([*map(str, root.itertext()), *told])


def _is_strangers(node: lxml_html.HtmlElement) -> bool:
    if not isinstance(node.tag, str) or node.tag in ("html", "body", "main") or node.getparent() is None:
        return False
    return bool(_STRANGERS.search(f"{node.get('class') or ''} {node.get('id') or ''}"))
