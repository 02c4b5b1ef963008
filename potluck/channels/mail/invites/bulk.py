"""Bring a set: a host's list of addresses, each of which gets one useful letter, once, and is subscribed to nothing.

The letter has one open question its reader might answer and what is here on the same topics. A reply is enough to take
part; "never again" is one press, and holds for everything anybody here might send.
"""

import re
from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.channels.mail.addresses import is_ours
from potluck.channels.mail.inbound.message import Mailbox
from potluck.channels.mail.inbound.sender import guest
from potluck.channels.mail.invites.send import NOTE, digest_of
from potluck.channels.mail.outbound.carrier import CARRY, MAIL
from potluck.channels.mail.outgoing_models import Never, Sending
from potluck.deliver.models import Delivery
from potluck.lib.errors import Malformed, Refused
from potluck.lib.sql import ask
from potluck.people.models import Account, Person
from potluck.posts.models import Post
from potluck.posts.tags import normal
from potluck.questions.open_filter import STANDS

MOST, ALSO = 500, 3
# Whatever a spreadsheet, a list or a header of mail puts between them.
_ADDRESS = re.compile(r"[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]]+")
_OPML = re.compile(r"<opml[\s>]", re.IGNORECASE)
_PUBLIC = """p.audience = 0 AND p.reply_to_id IS NULL AND p.via_id IS NULL AND p.deleted_at IS NULL
    AND p.held_at IS NULL AND a.suspended_at IS NULL AND a.removed_at IS NULL
    AND (cardinality(%(tags)s::varchar[]) = 0 OR p.tags && %(tags)s::varchar[])"""
_QUESTION = f"""
SELECT p.id FROM posts_post p JOIN people_person a ON a.id = p.author_id
WHERE {_PUBLIC} AND p.kind = 'question' AND {STANDS.format(q="p")}
ORDER BY EXISTS (SELECT FROM posts_post r WHERE r.thread = p.id AND r.id <> p.id AND r.author_id <> p.author_id
                 AND r.deleted_at IS NULL), p.id DESC LIMIT 1
"""
_ALSO = f"""
SELECT p.id FROM posts_post p JOIN people_person a ON a.id = p.author_id
WHERE {_PUBLIC} AND p.kind <> 'question' AND a.account_id IS NOT NULL
ORDER BY (SELECT count(*) FROM posts_thanks t WHERE t.post_id = p.id) DESC, p.id DESC LIMIT {ALSO}
"""


def addresses_in(text: str) -> list[str]:
    """Every mail address in a list, a table or a text, once each; what only looks like one is left out."""
    found = dict.fromkeys(each.strip(".").lower() for each in _ADDRESS.findall(text))
    return [each for each in found if _is_fit(each)]


def opml_in(text: str) -> str:
    """The list of subscriptions in it, if there is one; without what it says of its bytes, which were read already."""
    found = _OPML.search(text)
    return text[found.start() :].replace("\x00", "") if found else ""


def _is_fit(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= 250 and not is_ours(address)


def of_use(tags: Sequence[str]) -> tuple[Post, list[Post]]:
    """The question to put before them, or else the best of what is here, and what there is besides. Raises Refused."""
    wanted = {"tags": [name for tag in tags if (name := normal(tag.lstrip("#")))]}
    keys = [row[0] for row in (*ask(_QUESTION, wanted), *ask(_ALSO, wanted))]
    posts = Post.objects.select_related("author").in_bulk(keys)
    found = [posts[key] for key in keys if key in posts]
    if not found:
        raise Refused(
            _("There is nothing here on that yet which would be of use to them. Share something first.")
        )
    return found[0], found[1:]


@transaction.atomic
def bring(text: str, note: str, tags: Sequence[str], *, by: Person) -> int:
    """Write to those who are not here, had no such letter, and do not refuse any. Returns to how many it goes.

    The feeds of a list of subscriptions (OPML) become people outside, whom `by` follows.
    """
    addresses = addresses_in(text)
    if feeds := opml_in(text):
        # What it lists is the business of another channel: we have only the name of its job in common.
        app.configure_task("potluck.feeds.bring_list", queue="feeds").defer(body=feeds, person=by.id)
        if not addresses:
            return 0
    if not addresses:
        raise Malformed(_("There is no mail address in it. They look like name@example.org."))
    if len(addresses) > MOST:
        raise Malformed(_("That are many. Bring at most %(most)s at a time.") % {"most": MOST})
    post, also = of_use(tags)
    letters = [
        Sending(
            by=by,
            post=post,
            to=guest(Mailbox(name="", address=address)).person,
            address=address,
            note=note.replace("\x00", "").strip()[:NOTE],
            also=[each.id for each in also],
        )
        for address in _left(addresses, post)
    ]
    Sending.objects.bulk_create(letters)
    Delivery.objects.bulk_create(
        Delivery(carrier=MAIL, person=row.to, key=-row.id, post=post, items={"sending": row.id})
        for row in letters
    )
    app.configure_task(CARRY, queue="carrying").defer()
    return len(letters)


def _left(addresses: Sequence[str], post: Post) -> list[str]:
    """Those of them who get it."""
    digests = {digest_of(each): each for each in addresses}
    known = [*addresses, *digests]
    had = set(Sending.objects.filter(address__in=known, also__isnull=False).values_list("address", flat=True))
    had |= set(Sending.objects.filter(address__in=known, post=post).values_list("address", flat=True))
    had |= set(Never.objects.filter(digest__in=digests).values_list("digest", flat=True))
    here = set(Account.objects.filter(email__in=addresses).values_list("email", flat=True))
    here |= set(EmailAddress.objects.filter(email__in=addresses).values_list("email", flat=True))
    return [each for digest, each in digests.items() if not {each, digest} & had and each not in here]
