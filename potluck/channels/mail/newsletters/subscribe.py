"""Newsletters in: a member makes an address for one; what comes there is shared as somebody's who is not a member.

What only its subscriber should see (the mail by which a subscription is confirmed, letters of somebody else who learned
the address) waits, and is shown to the member who made the address and to nobody else.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from potluck import door
from potluck.channels.mail.actions.autoresponse import tell
from potluck.channels.mail.actions.to_draft import issue
from potluck.channels.mail.addresses import news_address, secret
from potluck.channels.mail.inbound.authentication import UNPROVED, Proof
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.sender import stage
from potluck.channels.mail.models import Letter, Newsletter, State
from potluck.lib.errors import Malformed, Missing, PotluckError, Refused
from potluck.lib.http import normal_url
from potluck.people.follow import Wish, follow
from potluck.people.models import Person, Source
from potluck.people.sources import add_source, resume, retire
from potluck.posts.tags import normal_all
from potluck.safety import rate_limits

CHANNEL = "mail"
# How a program says "say that it was you": more words of the same kind in other languages begin alike.
_CONFIRM = re.compile(
    r"\b(?:confirm|verif|activat|opt-?in|best[äa]tig|aktivier|confirma|conferma|bevestig|potwierd|bekr[äa]ft|vahvist)",
    re.IGNORECASE,
)
_SHORT = 2_000


@transaction.atomic
def make(name: str, page: str, tags: str, *, by: Person) -> Newsletter:
    """An address for a newsletter that its maker hears from. Malformed with a sentence where something is missing."""
    name = name.strip()
    if not name:
        raise Malformed(_("Say what the newsletter is called."))
    page = normal_url(page)
    rate_limits.take("source", by.id)
    person = stage(name)
    Person.objects.filter(pk=person.pk).update(url=page[:2000], name=name[:200])
    row = Newsletter.objects.create(by=by, person=person, token=secret(), tags=normal_all(tags.split()))
    add_source(_name(row), person=person, by=by, title=name, home_url=page, channel=CHANNEL)
    follow(Wish(who=person), by=by)
    return row


@transaction.atomic
def stop(row: Newsletter, *, by: Person) -> None:
    """Nothing comes in by this address any more; what came stays."""
    _mine(row, by)
    Newsletter.objects.filter(pk=row.pk).update(retired_at=timezone.now())
    for source in Source.objects.filter(person=row.person, url=_name(row)):
        retire(source, by=by)


@transaction.atomic
def go_on(row: Newsletter, *, by: Person) -> None:
    """It comes in again."""
    _mine(row, by)
    Newsletter.objects.filter(pk=row.pk).update(retired_at=None)
    for source in Source.objects.filter(person=row.person, url=_name(row)):
        resume(source, by=by)


def _mine(row: Newsletter, by: Person) -> None:
    if row.by_id != by.id:
        raise Refused(_("This is not yours to change."))


def _name(row: Newsletter) -> str:
    return f"urn:potluck:newsletter:{row.id}"


def take(row: Letter, message: Message, token: str, found: Proof) -> Outcome:
    """What came to such an address. Nobody is ever answered: a program wrote it."""
    newsletter = Newsletter.objects.select_related("by__account", "person").filter(token=token).first()
    if newsletter is None or newsletter.retired_at or not newsletter.by.is_member:
        return Outcome(state=State.IGNORED, why="Nobody takes this newsletter any more.")
    if newsletter.person.claimed_by_id:
        # Nothing is said in a member's name by who knows an address.
        return Outcome(
            state=State.IGNORED, why="Whoever writes it is a member now, and shares it themselves."
        )
    _note_leaving(newsletter, message)
    if found is not Proof.VOUCHED and (why := _waits(newsletter, message, found)):
        _tell(row, newsletter, message)
        return Outcome(state=State.UNCONFIRMED, person=newsletter.by, why=why)
    try:
        return _share(newsletter, message)
    except Refused as error:
        return Outcome(state=State.UNCONFIRMED, person=newsletter.by, why=str(error))
    except PotluckError as error:
        return Outcome(state=State.IGNORED, why=str(error))


def _share(newsletter: Newsletter, message: Message) -> Outcome:
    rate_limits.take("letter", newsletter.token)
    source = Source.objects.filter(url=_name(newsletter)).select_related("person").first()
    if source is None:
        raise Missing(_("This is not there any more."))
    domain = message.sender.address.rpartition("@")[2]
    Newsletter.objects.filter(pk=newsletter.pk).update(sender=domain[:255])
    draft = issue(message, source=source, tags=tuple(newsletter.tags), own=news_address(newsletter.token))
    post = door.admit_all([draft])[0]
    Source.objects.filter(pk=source.pk).update(last_item_at=post.published_at, looked_at=timezone.now())
    return Outcome(post=post, person=post.author)


def _waits(newsletter: Newsletter, message: Message, found: Proof) -> str:
    """Why it is for the eyes of the member alone, if it is."""
    domain = message.sender.address.rpartition("@")[2]
    if found in UNPROVED:
        return "Its sender's domain does not vouch for it."
    if newsletter.sender and domain != newsletter.sender:
        return "It is from somebody else than the letters before."
    if not newsletter.sender and not _is_of_page(domain, newsletter.person.url):
        return "It is the first, and not from the domain of the newsletter's page."
    said = message.subject if newsletter.sender else f"{message.subject} {message.text}"
    return "It asks to confirm." if len(message.text) < _SHORT and _CONFIRM.search(said) else ""


def _is_of_page(domain: str, page: str) -> bool:
    """Whether a domain is that of a page, or one above or below it."""
    host = (urlsplit(page).hostname or "").removeprefix("www.")
    short, long = sorted((domain, host), key=len)
    return "." in short and (long == short or long.endswith(f".{short}"))


def _note_leaving(newsletter: Newsletter, message: Message) -> None:
    said = message.headers.get("list-unsubscribe", "")
    if said and said != newsletter.leaving:
        Newsletter.objects.filter(pk=newsletter.pk).update(leaving=said[:1000])


def ways_out(newsletter: Newsletter) -> list[str]:
    """The addresses, for the web or mail, by which its sender lets one leave."""
    return re.findall(r"<((?:https?://|mailto:)[^<>\s\"']+)>", newsletter.leaving)


def _tell(row: Letter, newsletter: Newsletter, message: Message) -> None:
    with override(newsletter.by.language or None):
        said = _(
            "“%(subject)s” came to the address you made for %(name)s. It is not shared: it may be for you alone, such"
            " as a mail that asks you to confirm. Read it here:\n%(page)s"
        ) % {
            "subject": message.subject[:100] or _("a mail without a subject"),
            "name": newsletter.person.shown_name,
            "page": f"{settings.ORIGIN}/you/newsletters",
        }
        tell(
            newsletter.by,
            _("A letter for you from %(name)s") % {"name": newsletter.person.shown_name},
            said,
            row.id,
        )
