"""The one letter to somebody who is not here: what was sent, by whom, and that a reply is all it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from markupsafe import Markup

from potluck.channels.mail import addresses
from potluck.channels.mail.invites.send import digest_of, never_page
from potluck.channels.mail.outbound.compose import SUBJECT, WHOLE, Letter, letter_of, own_address
from potluck.channels.mail.outbound.load import READER_JOINS, READER_SQL, WRITABLE_SQL, Reader, reader_of
from potluck.channels.mail.outbound.merge import date, header, mailbox, mould, without_marks
from potluck.channels.mail.outbound.templates import draw
from potluck.channels.mail.outgoing_models import Never, Sending
from potluck.channels.mail.threading import message_id_of
from potluck.lib.feedwriter import absolute
from potluck.lib.html import excerpt
from potluck.lib.sql import ask
from potluck.people.network import the_network
from potluck.posts.models import Kind, Post

_TO = f"""
SELECT d.id, (d.items->>'sending')::bigint, {READER_SQL} FROM deliver_delivery d
JOIN people_person viewer ON viewer.id = d.person_id
{READER_JOINS}
WHERE d.id = ANY(%(ids)s) AND d.items->>'sending' IS NOT NULL AND {WRITABLE_SQL}
"""


def sending_letters(ids: Sequence[int]) -> list[Letter]:
    """The letters of these deliveries that may still go: everybody may see the post, and they did not say never."""
    found = []
    rows = ask(_TO, {"ids": list(ids)})
    sendings = Sending.objects.select_related("post__author", "by").in_bulk([row[1] for row in rows])
    public = set(Post.objects.public().filter(sendings__in=sendings).values_list("id", flat=True))
    for delivery, key, *reader in rows:
        row = sendings.get(key)
        if row is None or row.post_id not in public or row.by.suspended_at is not None:
            continue
        if not Never.objects.filter(digest=digest_of(row.address)).exists():
            found.append(_letter(delivery, row, replace(reader_of(reader), address=row.address)))
    return found


def _letter(delivery: int, row: Sending, reader: Reader) -> Letter:
    post = row.post
    language = post.language if post.language in dict(settings.LANGUAGES) else reader.language
    with override(language):
        facts = _facts(row)
        text, html = draw("sent", language, facts)
        said = _("%(who)s via %(network)s") % {"who": row.by.shown_name, "network": the_network().name}
    headers = [
        ("From", mailbox(said, own_address())),
        ("Subject", str(facts["subject"])),
        ("Date", date(timezone.now())),
        ("Message-ID", message_id_of([post.id])[post.id]),
        ("Archived-At", f"<{settings.ORIGIN}{post.page}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Feedback-ID", f"sent:potluck:{settings.MAIL_DOMAIN}"),
    ]
    own = header("To", reader.address) + header("List-Unsubscribe", f"<{never_page(digest_of(row.address))}>")
    if settings.MAIL_TAKEN_IN:
        own += header("Reply-To", addresses.reply_address(post.id, reader.id))
    return letter_of(delivery, reader, mould(headers, text, html), own, {})


def _facts(row: Sending) -> Mapping[str, object]:
    post = row.post
    whole = post.author.is_member and len(post.html) <= WHOLE
    words = absolute(without_marks(post.html), settings.ORIGIN)
    also = {
        one.id: one for one in Post.objects.public().select_related("author").filter(id__in=row.also or [])
    }
    return {
        "also": [_named(also[key]) for key in row.also or [] if key in also],
        "lead": _lead(row),
        "subject": excerpt(post.title or post.excerpt or _("Something for you"), SUBJECT),
        "by": row.by.shown_name,
        "note": without_marks(row.note),
        "author": post.author.shown_name,
        "title": without_marks(post.title),
        "text": without_marks(post.text if whole else post.excerpt),
        "html": Markup(words) if whole else Markup("<p>{}</p>").format(post.excerpt),  # noqa: S704 - cleaned when written
        "link": post.link or post.url,
        "page": f"{settings.ORIGIN}{post.page}",
        "by_mail": settings.MAIL_TAKEN_IN,
        "never": never_page(digest_of(row.address)),
    }


def _lead(row: Sending) -> str:
    if row.also is None:
        return _("%(who)s thought of you for this.") % {"who": row.by.shown_name}
    facts = {"who": row.by.shown_name, "network": the_network().name}
    if row.post.kind == Kind.QUESTION:
        return _("%(who)s thinks that you may know this, which somebody at %(network)s asks.") % facts
    return _("%(who)s thinks that what is shared at %(network)s may be of use to you.") % facts


def _named(post: Post) -> Mapping[str, str]:
    words = without_marks(excerpt(post.title or post.excerpt, 90))
    return {"words": words, "who": post.author.shown_name, "page": f"{settings.ORIGIN}{post.page}"}
