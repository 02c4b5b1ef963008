"""Less mail with one press: what the link under a letter stops, by a token that needs no sign-in and stores nothing.

A letter's own stop is the narrowest that helps: a thread where it speaks to somebody, a topic or a person one follows,
else its kind. The page offers the wider ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from potluck.deliver.categories import Kind, default_rhythm, kind_of
from potluck.deliver.models import Hush, Rhythm
from potluck.deliver.preferences import hush, set_rhythm, turn_off, turn_on, unhush, wishes_of
from potluck.deliver.reasons.registry import Reason
from potluck.lib.errors import Missing
from potluck.lib.html import excerpt
from potluck.people.directory import shown_to
from potluck.people.models import Person
from potluck.posts.anonymity import is_veiled
from potluck.posts.models import Post

_SIGNER = signing.Signer(salt="potluck.mail.off")
THREAD, TAG, WHO, DIGEST, ALL = "thread", "tag", "who", "digest", "all"


@dataclass(frozen=True, slots=True)
class Stop:
    """What to stop: `scope` is one of the words above or the value of a `Kind`; `value` a tag, or an id as text."""

    scope: str
    value: str = ""


def narrowest(reasons: Sequence[Reason], place: int, thread: int) -> Stop:
    """What the reader of a letter with these reasons most likely means."""
    first = reasons[0]
    kind = kind_of(str(first["code"]), place)
    if kind == Kind.SPOKEN or first["code"] == "thread":
        return Stop(THREAD, str(thread))
    if kind == Kind.FOLLOWED and first["code"] == "tag":
        return Stop(TAG, str(first["tag"]))
    if kind == Kind.FOLLOWED and first["code"] in ("person", "topic") and first.get("who"):
        return Stop(WHO, str(first["who"]))
    return Stop(kind.value)


def of_letter(post: int) -> Stop:
    """What a mail to a letter's own address for it stops: the thread of its post; of a digest (0), digests."""
    thread = Post.objects.filter(pk=post).values_list("thread", flat=True).first() if post else None
    return Stop(THREAD, str(thread)) if thread else Stop(DIGEST)


def off_token(person: int, post: int, stop: Stop) -> str:
    """Who, by which letter (the id of its post, 0 for a digest), and what it stops by itself."""
    return _SIGNER.sign_object([person, post, stop.scope, stop.value])


def off_page(person: int, post: int, stop: Stop) -> str:
    """The address in the letter, for its foot and for List-Unsubscribe."""
    return f"{settings.ORIGIN}/mail/off/{off_token(person, post, stop)}"


def read_off(token: str) -> tuple[Person, Post | None, Stop]:
    """Whose letter, which post it brought, and what it stops. Raises Missing."""
    try:
        person, post, scope, value = _SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise Missing(_("This link is not whole. Copy all of it from the letter.")) from None
    who = Person.objects.filter(pk=person).first()
    if who is None:
        raise Missing(_("Whoever got this letter is not here any more, and gets no mail."))
    return who, Post.objects.filter(pk=post).first(), Stop(scope, value)


def stop(person: Person, what: Stop) -> None:
    """No more of it by mail. What comes to their home stays as it is."""
    if what.scope == ALL:
        turn_off(person)
    elif what.scope in (THREAD, WHO, TAG):
        hush(person, **_hushed(what))
    else:
        set_rhythm(person, Rhythm.NONE, _kinds(person, what.scope))


def again(person: Person, what: Stop) -> None:
    """Taken back: mail as it was; a kind comes as it does for who never said."""
    if what.scope == ALL:
        turn_on(person)
    elif what.scope in (THREAD, WHO, TAG):
        unhush(person, **_hushed(what))
    else:
        wishes = wishes_of(person)
        for kind in [kind for kind in _lasting(what.scope) if getattr(wishes, kind) == Rhythm.NONE]:
            set_rhythm(person, default_rhythm(kind), [kind])


def choices(person: Person, post: Post | None, meant: Stop) -> list[Stop]:
    """What one may stop from a letter, the narrowest first."""
    found = [meant]
    if post is not None:
        found.append(Stop(THREAD, str(post.thread)))
        if not is_veiled(post, person):
            found.append(Stop(WHO, str(post.author_id)))
        found += [Stop(TAG, tag) for tag in post.tags[:3]]
    return list(dict.fromkeys([*found, Stop(DIGEST), Stop(ALL)]))


def _kinds(person: Person, scope: str) -> list[Kind]:
    """Which kinds a stop turns off: of a digest, those that come in one now."""
    if scope != DIGEST:
        return [Kind(scope)] if scope in Kind.values else []
    wishes = wishes_of(person)
    return [kind for kind in Kind if getattr(wishes, kind) in (Rhythm.DAILY, Rhythm.WEEKLY)]


def _lasting(scope: str) -> list[Kind]:
    """The kinds that taking a stop back turns on: of a digest, those that come in one unless somebody said else."""
    if scope != DIGEST:
        return [Kind(scope)] if scope in Kind.values else []
    return [kind for kind in Kind if default_rhythm(kind) == Rhythm.DAILY]


def _hushed(what: Stop) -> dict[str, Any]:
    """What of a person's mail a stop hushes, as `Hush` names it."""
    if what.scope == TAG:
        return {"tag": what.value}
    return {what.scope: int(what.value) if what.value.isdecimal() else 0}


def off_words(stop: Stop) -> str:
    """What the link under a letter does, in words."""
    said = {
        "thread": _("No more mail of this thread"),
        "who": _("No more mail of what this person shares"),
        "tag": _("No more mail of #%(tag)s") % {"tag": stop.value},
        "asked": _("No more questions by mail"),
        "found": _("No more mail of what may answer my questions"),
        "followed": _("No more mail of what I follow"),
        "gifts": _("No more mail of what came of my shares"),
        "spoken": _("No more mail of what speaks to me"),
        "digest": _("No more of these letters"),
        "all": _("No mail at all"),
    }
    return said.get(stop.scope, said["all"])


def hushed_words(person: Person) -> list[tuple[Hush, str]]:
    """What this person gets no mail of, in words, newest first. What they may not see any more is not named."""
    rows = list(person.hushes.order_by("-pk"))
    threads = Post.objects.visible_to(person).filter(pk__in=[row.thread for row in rows if row.thread])
    said = {post.id: post.title or post.excerpt for post in threads}
    people = {
        who.id: who.shown_name for who in shown_to(person).filter(pk__in=[row.who for row in rows if row.who])
    }
    found = []
    for row in rows:
        words = f"#{row.tag}" if row.tag else people.get(row.who, _("somebody")) if row.who else ""
        found.append((row, words or excerpt(said.get(row.thread, _("a thread")), 70)))
    return found
