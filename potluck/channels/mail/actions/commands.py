"""What one can say to us in a mail of a line, in its subject or its text: help, join, follow, find and the like."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from potluck.channels.mail.actions.post_commands import ON_POSTS, WISHES, act_on, may_act
from potluck.channels.mail.actions.to_draft import is_answer, plain_subject
from potluck.channels.mail.addresses import act_address, ask_address, share_address
from potluck.channels.mail.inbound.outcome import Outcome
from potluck.lib.errors import Missing, Refused
from potluck.people.follow import Wish, follow, unfollow
from potluck.people.models import Follow, Person
from potluck.posts.list_rows import lines
from potluck.posts.tags import normal, word_for
from potluck.search.find import find
from potluck.search.people_and_tags import people_matching
from potluck.search.query import LONGEST, parse

_MOST_FOUND = 10
_END = re.compile(r"[\s.!,:;…🙏👍😊]+\Z")
# What people write, and the verb it means. The first group is about a post, the rest about oneself.
_ABOUT_A_POST = {
    **dict.fromkeys(
        ("thanks", "thank you", "many thanks", "thx", "thanks a lot", "danke", "merci", "gracias"), "thanks"
    ),
    **dict.fromkeys(("me too", "i ask this too", "same question", "+1"), "me-too"),
    **dict.fromkeys(("not me", "i do not know", "i don't know"), "not-me"),
    **dict.fromkeys(("not now", "later"), "not-now"),
    **dict.fromkeys(("on it", "i'm on it", "i am on it"), "on-it"),
    **dict.fromkeys(("mute", "mute this", "stop this thread", "unfollow thread"), "mute"),
    **dict.fromkeys(("unmute", "unmute this"), "unmute"),
    "follow": "follow",
    "unfollow": "unfollow",
}
_ABOUT_ONESELF = {
    **dict.fromkeys(("help", "?", "hilfe", "aide", "ayuda", "commands"), "help"),
    **dict.fromkeys(("join", "subscribe", "sign me up"), "join"),
    **dict.fromkeys(("leave", "sign me off"), "leave"),
    **dict.fromkeys(("stay", "come back"), "stay"),
    **dict.fromkeys(("now", "each", "at once"), "now"),
    **dict.fromkeys(("daily", "digest", "once a day"), "daily"),
    **dict.fromkeys(("weekly", "once a week"), "weekly"),
    **dict.fromkeys(("none", "no mail", "stop", "unsubscribe"), "none"),
    **dict.fromkeys(("mail again", "resubscribe"), "resubscribe"),
    **dict.fromkeys(("address", "my address"), "address"),
}
_PLEASE = re.compile(r"(?:please|bitte)[ ,]+|[ ,]+(?:please|bitte)(?=[\s.!]*\Z)", re.IGNORECASE)
# A text of so few words below a command is a greeting and a name.
_MOST_OF_A_NAME = 8
# "find: hens", "follow #soil", "unfollow @ada" and "follow Ada Marsh".
_PLAINLY_ABOUT = re.compile(
    r"(?i:find|search|follow|unfollow)(?:\s*:\s*\S|\s+[#@]\S+\s*\Z)"
    r"|(?i:follow|unfollow)(?!\s+Up\b)(?:\s+[A-ZÀ-Þ][\w.’'-]*){1,4}\.?\s*\Z"
)
_WITH_MORE = re.compile(r"(find|search|follow|unfollow)\s*:?\s+(\S.*)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word of command, and what it is about where it says so."""

    verb: str
    about: str = ""


def spoken(text: str, subject: str, *, on_post: bool) -> Spoken | None:
    """What a letter tells us to do: by its subject, whatever stands below, or by a text that is no more than one line.

    The answer to a post says it in the text alone, since its subject is the post's. So does, first, an answer to
    another letter of ours.
    """
    text, title = text.strip(), "" if on_post else plain_subject(subject)
    in_subject = _command(title, on_post=False)
    if in_subject is not None and text and not _is_meant(in_subject, title, text):
        in_subject = None
    if in_subject is not None and not is_answer(subject):
        return in_subject
    return (_command(text, on_post=on_post) if text else None) or in_subject


def _command(line: str, *, on_post: bool) -> Spoken | None:
    """The word of command that a line is."""
    line = line.strip().strip("*_\"'“”„«»").strip()
    if not line or "\n" in line or len(line) > LONGEST:
        return None
    more = _WITH_MORE.match(line)
    if more and (more[1].lower() in ("find", "search") or len(more[2]) < 60):
        return Spoken(more[1].lower().replace("search", "find"), more[2].strip())
    word = _END.sub("", _PLEASE.sub("", line)).lower().replace("’", "'") or line
    if on_post and word in _ABOUT_A_POST:
        return Spoken(_ABOUT_A_POST[word])
    return Spoken(_ABOUT_ONESELF[word]) if word in _ABOUT_ONESELF else None


def _is_meant(said: Spoken, title: str, text: str) -> bool:
    """Whether a subject is a command though there is a text: "Follow up on compost" and "?" may head a question."""
    if len(text.split()) <= _MOST_OF_A_NAME and "?" not in text:
        return True
    if said.about:
        return _PLAINLY_ABOUT.match(title) is not None
    return re.search(r"\w", title) is not None


def obey(said: Spoken, by: Person, *, post: int = 0) -> Outcome:
    """Do what a word says, for a member or a guest whose address is confirmed, and tell it in a sentence."""
    if said.verb == "help":
        return Outcome(said=help_text(by), person=by)
    if said.verb == "find":
        return Outcome(said=_found(said.about, by), person=by)
    may_act(by)
    if said.verb in ("follow", "unfollow") and said.about:
        return Outcome(said=_follow(said, by), person=by)
    if said.verb == "address":
        said_so = _("Whatever you send to this address is shared as yours. Keep it to yourself.")
        return Outcome(said=f"{said_so}\n\n{share_address(by)}", person=by)
    if said.verb == "join":
        return Outcome(
            said=_("You are a member already. Write “help” to see what you can do by mail."), person=by
        )
    if said.verb == "leave":
        return _leaving(by)
    if said.verb in ON_POSTS or said.verb in WISHES:
        return Outcome(said=act_on(said.verb, post, by), person=by)
    raise Missing(_("That is not known here. Write “help” to see what you can do by mail."))


def _leaving(by: Person) -> Outcome:
    """Whoever can read the answer is who leaves."""
    said = _(
        "Do you want to leave? Then answer this mail; nothing need stand in it. Seven days long you can come back."
    )
    return Outcome(said=said, reply_to=act_address("leave", 0, by.id), person=by)


def _follow(said: Spoken, by: Person) -> str:
    wish, name = _meant(said.about, by)
    row = Follow.objects.filter(by=by, **wish.fields()).first()
    if said.verb == "unfollow":
        if row is not None:
            unfollow(row, by=by)
        undo = _("To take it back, write: follow %(name)s") % {"name": name}
        return f"{_('You do not follow %(name)s any more.') % {'name': name}}\n\n{undo}"
    follow(wish, by=by)
    undo = _("To take it back, write: unfollow %(name)s") % {"name": name}
    return f"{_('You follow %(name)s.') % {'name': name}}\n\n{undo}"


def _meant(said: str, by: Person) -> tuple[Wish, str]:
    """Whom or what somebody named: a #tag, a @handle, a name, or else a topic."""
    if said.startswith("#"):
        return Wish(tag=word_for(said)), f"#{word_for(said)}"
    handle = said.lstrip("@").lower()
    who = Person.objects.filter(handle=handle, removed_at=None).select_related("claimed_by").first()
    named = (
        [who]
        if who
        else [one for one in people_matching(parse(said), by) if one.name.lower() == said.lower()]
    )
    if len(named) == 1:
        person = named[0].claimed_by or named[0]
        return Wish(who=person), f"@{person.handle}"
    if len(named) > 1:
        which = _("Several people have that name. Write their handle, for example: follow @%(handle)s")
        raise Refused(which % {"handle": named[0].handle})
    if said.startswith("@") or not normal(said):
        raise Missing(_("Nobody here is called @%(handle)s.") % {"handle": handle})
    return Wish(tag=word_for(said)), f"#{word_for(said)}"


def _found(words: str, by: Person) -> str:
    found = find(parse(words), by, limit=_MOST_FOUND)
    rows = lines([hit.post for hit in found.hits], by)
    if not rows:
        nothing = _("Nothing shared here fits “%(words)s” yet.") % {"words": words}
        return f"{nothing}\n\n{_('To ask everybody, write to')} {ask_address()}"
    told = []
    for row in rows:
        title = row.title or row.excerpt[:100]
        told.append(f"{title}\n{row.author_name}, {row.at:%Y-%m-%d}\n{settings.ORIGIN}/posts/{row.id}")
    return _("What fits “%(words)s”:") % {"words": words} + "\n\n" + "\n\n".join(told)


def help_text(by: Person | None) -> str:
    """Everything one can do by mail, in a screen."""
    member = by is not None and by.is_member
    about_posts = _(
        "Answer any mail from here and your answer stands below it for everybody. An answer of one of these words does"
        " just that: thanks, me too, on it, not now, not me, mute, follow."
    )
    to_us = _(
        "Write one of these as the subject: find: and some words; follow or unfollow and a name or a #topic; now,"
        " daily, weekly or none for how often mail comes; address for your own address to share by; join; leave; help."
    )
    asked = _("To ask everybody, write your question to %(address)s.") % {"address": ask_address()}
    joined = "" if member else _("To become a member, write “join”.")
    return "\n\n".join(part for part in (asked, about_posts, to_us, joined) if part)
