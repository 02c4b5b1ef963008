"""Join by mail; and whoever joins with an address that is known here already has all that was theirs as a guest."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck import door
from potluck.channels.mail.addresses import ask_address, share_address
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.channels.mail.inbound.sender import Sender
from potluck.channels.mail.models import Letter
from potluck.lib.errors import Refused
from potluck.lib.sql import ask
from potluck.people.join import account_to_be, join, may_join
from potluck.people.models import Follow, Person
from potluck.posts.models import Attachment, Post, Reader, Thanks
from potluck.questions.models import Ask, Found, MeToo, Verdict

_BATCH = 500


def join_by_mail(sender: Sender) -> Outcome:
    """A guest whose address is confirmed becomes a member with it, under the name they bear."""
    may_join(None)
    account = account_to_be(sender.address)
    if account is None:
        raise Refused(_("This account is closed."))
    EmailAddress.objects.update_or_create(
        email=sender.address, user=account, defaults={"verified": True, "primary": True}
    )
    person = join(account, name=sender.person.name)
    if sender.person.pk != person.pk:
        take_over(sender.person, by=person)
    if person.approved_at is None:
        return Outcome(
            person=person, said=_("A moderator says yes to whoever joins here. You hear when that is done.")
        )
    said = _(
        "You are a member now. To ask everybody, write to %(ask)s. Whatever you send to %(share)s is shared as yours;"
        " keep that address to yourself. On the web you sign in at %(page)s with this address: a code is mailed to you."
    ) % {"ask": ask_address(), "share": share_address(person), "page": f"{settings.ORIGIN}/accounts/login/"}
    return Outcome(person=person, said=said)


_JOINED = """
SELECT DISTINCT g.person_id, m.id
FROM mail_guest g
JOIN people_person o ON o.id = g.person_id AND o.account_id IS NULL AND o.claimed_by_id IS NULL AND o.removed_at IS NULL
JOIN account_emailaddress e ON lower(e.email) = g.address AND e.verified
JOIN people_person m ON m.account_id = e.user_id
LIMIT 100
"""


@app.periodic(cron="* * * * *")
@app.task(name="potluck.mail.joined", queue="mail", pass_context=False)
def look_for_joined(timestamp: int) -> None:
    """Whoever joined on the web with the address of a guest has what was theirs."""
    for outside, member in ask(_JOINED, []):
        take_over(Person.objects.get(pk=outside), by=Person.objects.get(pk=member))


@transaction.atomic
def take_over(outside: Person, *, by: Person) -> None:
    """All that a guest said, asked and helped with is the member's. Harmless to repeat."""
    Person.objects.filter(pk=outside.pk).update(claimed_by=by)
    keys = list(Post.objects.filter(author=outside).values_list("id", flat=True))
    for start in range(0, len(keys), _BATCH):
        batch = Post.objects.filter(id__in=keys[start : start + _BATCH])
        batch.update(author=by)
        door.find_again(Post.objects.filter(id__in=keys[start : start + _BATCH]).select_related("author"))
    Thanks.objects.filter(helper=outside).exclude(by=by).update(helper=by)
    Attachment.objects.filter(person=outside).update(person=by)
    Letter.objects.filter(person=outside).update(person=by)
    Found.objects.filter(by=outside).update(by=by)
    too = MeToo.objects.filter(person=by).values("question")
    MeToo.objects.filter(person=outside).exclude(question__in=too).update(person=by)
    asked = Ask.objects.filter(person=by).values("question")
    Ask.objects.filter(person=outside).exclude(question__in=asked).update(person=by)
    for verdict in Verdict.objects.filter(by=outside):
        if not Verdict.objects.filter(by=by, question=verdict.question_id, post=verdict.post_id).exists():
            Verdict.objects.filter(pk=verdict.pk).update(by=by)
    Reader.objects.filter(person=outside).exclude(
        post__in=Reader.objects.filter(person=by).values("post")
    ).update(person=by)
    taken = Follow.objects.filter(who=by).values("by")
    Follow.objects.filter(who=outside, tag="").exclude(by__in=taken).exclude(by=by).update(who=by)
