"""What members answer in threads of a bridged list goes to the list: each post once, under its own name.

A post is written down as crossing before it is handed over, and marked when the list's server has it. Killed between
the two it goes again under the same Message-ID. What comes back from the list is known by that name, or by X-Loop.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.channels.mail.addresses import list_address
from potluck.channels.mail.models import Bridge, Crossing
from potluck.channels.mail.outbound.compose import Letter, above, named_above
from potluck.channels.mail.outbound.dkim import signer_for
from potluck.channels.mail.outbound.merge import date, header, mailbox, printable
from potluck.channels.mail.outbound.smtp import Relay, relay
from potluck.lib.errors import TryLater, Undeliverable
from potluck.lib.ids import first_id
from potluck.lib.sql import run
from potluck.people.network import the_network
from potluck.posts.models import Post

# So long one may take back what one said before it leaves; what is said in rooms comes in pieces, and stays here.
QUIET = timedelta(minutes=1)
RECENT = timedelta(days=3)
MOST_TRIES = 12
_FIND = """
INSERT INTO mail_crossing (post_id, bridge_id, thread, is_out, trouble, due, tries)
SELECT p.id, c.id, p.thread, true, '', now(), 0
FROM posts_post p
JOIN LATERAL (SELECT b.* FROM mail_crossing x JOIN mail_bridge b ON b.id = x.bridge_id
              WHERE x.thread = p.thread AND b.retired_at IS NULL LIMIT 1) c ON p.arrived_at > c.made_at
JOIN people_person author ON author.id = p.author_id AND author.account_id IS NOT NULL
    AND author.suspended_at IS NULL AND author.removed_at IS NULL AND author.approved_at IS NOT NULL
WHERE p.id >= %(since)s AND p.arrived_at < %(until)s AND p.reply_to_id IS NOT NULL AND p.audience = 0
  AND p.deleted_at IS NULL AND p.held_at IS NULL AND p.via_id IS NULL AND p.source_id IS NULL AND p.whence <> 'live'
  AND NOT EXISTS (SELECT FROM mail_crossing known WHERE known.post_id = p.id)
  AND NOT EXISTS (SELECT FROM mail_letter l WHERE l.post_id = p.id
                  AND lower(l.recipients::text) LIKE '%%list-' || c.token || '@%%')
ON CONFLICT DO NOTHING
"""


@app.periodic(cron="* * * * *")
@app.task(
    name="potluck.mail.cross",
    queue="carrying",
    lock="mail-cross",
    queueing_lock="mail-cross",
    pass_context=False,
)
def cross(timestamp: int) -> None:
    """Every minute: what was said since, and what rested."""
    if Bridge.objects.filter(retired_at=None).exists():
        now = timezone.now()
        run(_FIND, {"since": first_id(now - RECENT), "until": now - QUIET})
    hand_over()


def hand_over() -> int:
    """Hand over what waits. Returns how many the list's server took."""
    waiting = Crossing.objects.filter(done_at=None, due__lte=timezone.now()).order_by("post_id")
    rows = list(waiting.select_related("post__author", "bridge")[:200])
    went = 0
    if not rows:
        return went
    try:
        with relay() as way:
            for row in rows:
                went += _hand(way, row)
    except TryLater:
        pass  # The server is away: all that is left waits for the next minute.
    return went


def _hand(way: Relay, row: Crossing) -> int:
    if row.bridge.retired_at or not Post.objects.public().filter(pk=row.post_id).exists():
        _done(row, "It is not for the list any more.")
        return 0
    letter = letter_of(row)
    signer = signer_for(letter.sender)
    try:
        way.hand_over(letter, signer.sign(letter.headers, letter.body) if signer else b"")
    except Undeliverable as error:
        _done(row, str(error))
        return 0
    except TryLater as error:
        if error.status is None:
            raise
        _rest(row, str(error))
        return 0
    _done(row, "")
    return 1


def _rest(row: Crossing, trouble: str) -> None:
    if row.tries >= MOST_TRIES:
        _done(row, f"Given up: {trouble}")
        return
    due = timezone.now() + timedelta(minutes=2**row.tries)
    Crossing.objects.filter(pk=row.pk).update(tries=row.tries + 1, due=due, trouble=trouble[:300])


def _done(row: Crossing, trouble: str) -> None:
    Crossing.objects.filter(pk=row.pk).update(done_at=timezone.now(), trouble=trouble[:300])


def letter_of(row: Crossing) -> Letter:
    """The post as the list gets it: from our address there, so that no policy of the writer's provider is broken."""
    post, sender = row.post, list_address(row.bridge.token)
    named = named_above([post])
    before = [named[key] for key in above(post) if key in named]
    begun = Post.objects.filter(pk=post.thread).first() or post
    who = _("%(who)s via %(network)s") % {"who": post.author.shown_name, "network": the_network().name}
    facts = [
        ("From", mailbox(who, sender)),
        ("To", row.bridge.address),
        ("Subject", f"Re: {begun.title or begun.excerpt[:80]}"),
        ("Date", date(post.published_at)),
        ("Message-ID", named[post.id]),
        *([("In-Reply-To", before[-1]), ("References", " ".join(before))] if before else []),
        ("X-Loop", sender),
        ("Archived-At", f"<{settings.ORIGIN}{post.page}>"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    body = f"{post.text.strip()}\n\n-- \n{post.author.shown_name}\n{settings.ORIGIN}{post.page}\n"
    block = b"".join(header(name, value) for name, value in facts)
    return Letter(0, 0, False, sender, row.bridge.address, block, printable(body))
