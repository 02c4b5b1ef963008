"""A letter for each delivery: what is the same for many is built once (`merge.py`), the rest is filled in.

The addresses in it are those of `addresses.py`, the names that thread it those of `threading.py`. It comes from the
network's own address, so that no DMARC policy of the writer's provider speaks against it, with the writer's name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from markupsafe import Markup

from potluck.channels.mail import addresses
from potluck.channels.mail.outbound.load import Reader, Ready
from potluck.channels.mail.outbound.merge import Mould, date, header, mailbox, mould, without_marks
from potluck.channels.mail.outbound.templates import draw
from potluck.channels.mail.outbound.theme import STYLES
from potluck.channels.mail.outbound.unsubscribe import Stop, narrowest, off_page, off_words
from potluck.channels.mail.threading import message_id_of
from potluck.deliver.reasons.pending import is_asking
from potluck.lib.feedwriter import absolute
from potluck.lib.html import excerpt
from potluck.lib.ids import moment_of
from potluck.lib.sql import ask
from potluck.people.network import the_network
from potluck.posts.list_rows import host
from potluck.posts.models import Attachment, Audience, Kind, Post
from potluck.questions.anonymous import is_quiet

SUBJECT = 100
# More HTML than this is no letter: then the first words, and the way to the rest.
WHOLE = 100_000
_PICTURE = re.compile(r"<img ")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way: envelope and bytes, ended as SMTP ends lines. `delivery` is the row it comes from."""

    delivery: int
    reader: int
    first: bool
    sender: str
    recipient: str
    headers: bytes
    body: bytes

    @property
    def data(self) -> bytes:
        return self.headers + b"\r\n" + self.body


class Composer:
    """Builds the letters of one batch. What several letters share is made when the first of them asks for it."""

    def __init__(self, batch: Iterable[Ready]) -> None:
        self.batch = list(batch)
        posts = {one.post.id: one.post for one in self.batch}
        self.names = named_above(posts.values())
        self.files: dict[int, list[Attachment]] = {}
        for file in Attachment.objects.filter(post__in=posts).order_by("id"):
            self.files.setdefault(file.post_id or 0, []).append(file)
        self.moulds: dict[tuple[object, ...], Mould] = {}

    def letters(self) -> Iterable[Letter]:
        """One for each that is ready, in the same order."""
        for one in self.batch:
            yield self.letter(one)

    def letter(self, one: Ready) -> Letter:
        stop = narrowest(one.reasons, one.place, one.post.thread)
        asked = one.below is not None and any(map(is_asking, one.reasons))
        shared = (one.post.id, one.key < 0 and one.key, one.reader.language, one.root is None, stop, asked)
        key = (*shared, one.veiled, one.reader.is_member, *one.why, one.below.passage if one.below else "")
        if key not in self.moulds:
            with override(one.reader.language):
                self.moulds[key] = self._mould(one, stop, asked)
        own = personal(one.reader, one.post.id, stop, reply=True)
        return letter_of(
            one.delivery, one.reader, self.moulds[key], own, fills(one.reader, one.post.id, stop, asked)
        )

    def _mould(self, one: Ready, stop: Stop, asked: bool) -> Mould:
        facts = _facts(one, stop, asked, self.files.get(one.post.id, []))
        text, html = draw("post", one.reader.language, facts)
        return mould(self._headers(one, str(facts["subject"])), text, html)

    def _headers(self, one: Ready, subject: str) -> list[tuple[str, str]]:
        post, named = one.post, self.names
        is_news = one.key < 0
        before = [named[key] for key in above(post) if key in named]
        if is_news:
            before = [*before, named[post.id]]
        who = one.who if one.place < 2 else ""
        name = f"<event.{-one.key}@{settings.MAIL_DOMAIN}>" if is_news else named[post.id]
        return [
            *standing(who, subject, name, moment_of(one.event) if is_news else post.published_at),
            *([("In-Reply-To", before[-1]), ("References", " ".join(before))] if before else []),
            ("List-Archive", f"<{settings.ORIGIN}/posts/{post.thread}>"),
            ("Archived-At", f"<{settings.ORIGIN}{post.page}>"),
            ("Precedence", "list"),
            ("Feedback-ID", f"{'gift' if one.place == 2 else 'post'}:potluck:{settings.MAIL_DOMAIN}"),
            *([("Auto-Submitted", "auto-generated")] if is_news else []),
        ]


_ABOVE = """
WITH RECURSIVE above(post, id, reply_to_id, depth) AS (
    SELECT p.id, p.id, p.reply_to_id, 0 FROM posts_post p WHERE p.id = ANY(%s)
    UNION ALL
    SELECT a.post, p.id, p.reply_to_id, a.depth + 1 FROM above a JOIN posts_post p ON p.id = a.reply_to_id
    WHERE a.depth < 30
)
SELECT post, array_agg(id ORDER BY depth DESC) FROM above WHERE depth > 0 GROUP BY post
"""


def named_above(posts: Iterable[Post]) -> dict[int, str]:
    """The Message-IDs of these posts and of all they answer; `above` of each is kept on it, what began it first."""
    known = {post.id: post for post in posts}
    lines: dict[int, list[int]] = dict(ask(_ABOVE, [list(known)]))
    for key, post in known.items():
        post.__dict__["above"] = lines.get(key, [])
    return message_id_of({*known, *(key for line in lines.values() for key in line)})


def above(post: Post) -> list[int]:
    """What a post answers, what began it first; after `named_above`."""
    found: list[int] = post.__dict__["above"]
    return found


def standing(who: str, subject: str, name: str, at: datetime) -> list[tuple[str, str]]:
    """The headers every letter of ours has that are the same for all its readers."""
    network, address = the_network().name, own_address()
    said = _("%(who)s via %(network)s") % {"who": who, "network": network} if who else network
    return [
        ("From", mailbox(said, address)),
        ("Subject", subject),
        ("Date", date(min(at, timezone.now()))),
        ("Message-ID", name),
        ("List-Id", f"{network if network.isascii() else ''} <potluck.{settings.MAIL_DOMAIN}>".strip()),
        *([("List-Post", f"<mailto:{addresses.ask_address()}>")] if settings.MAIL_TAKEN_IN else []),
        ("List-Help", f"<{settings.ORIGIN}/you/mail>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def own_address() -> str:
    """The address our letters come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or f"potluck@{settings.MAIL_DOMAIN}"


def personal(reader: Reader, post: int, stop: Stop, *, reply: bool) -> bytes:
    """The headers that differ from reader to reader."""
    ways = [f"<{off_page(reader.id, post, stop)}>"]
    found = header("To", mailbox(reader.name, reader.address))
    if settings.MAIL_TAKEN_IN:
        ways.insert(0, f"<mailto:{addresses.act_address('unsubscribe', post, reader.id)}>")
        if reply:
            found += header("Reply-To", addresses.reply_address(post, reader.id))
    return found + header("List-Unsubscribe", ", ".join(ways))


def fills(reader: Reader, post: int, stop: Stop, asked: bool = False) -> dict[str, str]:
    """What stands at the places of a mould for this reader."""
    fill = {"off": off_page(reader.id, post, stop), "first": "", "first:html": ""}
    if settings.MAIL_TAKEN_IN:
        for verb in ("thanks", "on-it", "not-now", "not-me") if asked else ("thanks",):
            fill[verb] = addresses.act_address(verb, post, reader.id)
    if reader.first and reader.is_member:
        fill["first"], fill["first:html"] = first_words(reader.language)
    return fill


def first_words(language: str) -> tuple[str, str]:
    """What somebody is told once, in their first letter."""
    with override(language):
        told = _(
            "This is the first letter to you from here. What speaks to you comes at once; the rest of what you follow"
            " comes in one letter a day, if there is any. You can have more of it, less, or none:"
        )
        text, html = draw("first", language, {"told": told})
    return text + "\n", html


def letter_of(delivery: int, reader: Reader, shape: Mould, own: bytes, fill: Mapping[str, str]) -> Letter:
    """The whole, with the envelope: what cannot be delivered comes back to an address that says to whom."""
    sender = addresses.bounce_address(reader.id) if settings.MAIL_TAKEN_IN else own_address()
    return Letter(
        delivery, reader.id, reader.first, sender, reader.address, shape.headers + own, shape.body(fill)
    )


def _facts(one: Ready, stop: Stop, asked: bool, files: list[Attachment]) -> dict[str, object]:
    post = one.post
    link = post.link if post.kind == Kind.LINK else post.url
    # Of what people outside wrote, who is not a member reads the beginning.
    long = len(post.html) > WHOLE or not (post.author.is_member or one.reader.is_member)
    text = post.excerpt if long else post.text
    html = Markup("<p>{}</p>").format(post.excerpt) if long else _whole(post.html)
    brief = one.place == 2  # what came back tells of a post the reader wrote
    return {
        "subject": subject_of(one),
        "why": [Markup(absolute(str(reason), settings.ORIGIN)) for reason in one.why],  # noqa: S704
        "title": without_marks(post.title or (excerpt(post.excerpt, 90) if brief else "")),
        "text": "" if brief else without_marks(text),
        "html": Markup("") if brief else html,
        "passage": without_marks(one.below.passage) if one.below else "",
        "link": link,
        "link_host": host(link),
        "page": f"{settings.ORIGIN}{post.page}",
        "place": _("In its thread") if post.reply_to_id else _("Its page here"),
        "files": [{"name": file.name, "url": f"{settings.ORIGIN}{file.page}/{file.name}"} for file in files],
        "asked": asked,
        "by_mail": settings.MAIL_TAKEN_IN and not brief,
        "hint": _hint(one),
        "thanks": _("Thank %(who)s") % {"who": one.who} if one.reader.is_member and not one.veiled else "",
        "off": off_words(stop),
    }


def _whole(html: str) -> Markup:
    """What was cleaned when it was written, with whole addresses, and pictures no wider than the letter."""
    html = absolute(without_marks(html), settings.ORIGIN)
    return Markup(_PICTURE.sub(f'<img style="{STYLES["picture"]}" ', html))  # noqa: S704


def _hint(one: Ready) -> str:
    """For whom a reply is."""
    post = one.post
    if post.audience == Audience.PUBLIC:
        return _("Your reply to this letter stands in the thread, for everybody to read.")
    if is_quiet(post):
        return _("Your reply to this letter is for %(who)s alone.") % {"who": one.who}
    return _("Your reply to this letter is for those who see this.")


def subject_of(one: Ready) -> str:
    """The subject: one for a thread, so that every program keeps it together."""
    post, root = one.post, one.root
    own = excerpt(post.title or post.excerpt or _("Something shared"), SUBJECT)
    if one.key < 0 and one.why:
        return f"{excerpt(one.why[0].striptags(), 60)}: {own}" if one.place == 2 else own
    if root is not None:
        return f"Re: {excerpt(root.title or root.excerpt, SUBJECT)}"
    return own
