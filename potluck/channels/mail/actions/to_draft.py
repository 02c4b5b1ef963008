"""From a letter to a post: what its subject and its text say, what came with it, and whose words it forwards."""

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import quotequail
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from potluck.channels.mail.actions.to_markdown import masked, page_of, plain_page
from potluck.channels.mail.addresses import sent_from
from potluck.channels.mail.inbound.introductions import LONGEST_LINE, Own, is_forwarded
from potluck.channels.mail.inbound.message import Message
from potluck.channels.mail.inbound.parse import MOST_TEXT
from potluck.channels.mail.inbound.quoting import MOST_LINES, Parts, is_quoted, trim, words_of
from potluck.channels.mail.inbound.sender import addresses_of, shown_name
from potluck.lib import markdown
from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Person, Source
from potluck.people.network import the_network
from potluck.posts.draft import Draft
from potluck.posts.files import take_in
from potluck.posts.models import Post
from potluck.safety.tokens import without_tokens

MOST_FILES = 20
_ANSWERS = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|odp|ynt|回复|答复|fwd?|wg|tr|rv|i|doorst|enc|転送)(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)
_FORWARDS = re.compile(r"\s*(?:fwd?|wg|tr|rv|i|doorst|enc|転送)\s*[:：]", re.IGNORECASE)
_OF_A_LIST = re.compile(r"\A\s*\[[^\[\]]{1,40}\]\s*")
_LAST_TAGS = re.compile(r"(?:\s*(?<!\S)#[\w-]+)+\s*\Z")


@dataclass(frozen=True, slots=True)
class Read:
    """A letter as it will be shared. `left` says in a sentence each what of it could not be taken."""

    draft: Draft
    left: tuple[str, ...] = ()


def plain_subject(subject: str) -> str:
    """The subject without "Re:", "Fwd:" and the like, and the name of a list."""
    before = None
    while before != subject:
        before = subject
        subject = _OF_A_LIST.sub("", _begun(subject), count=1)
    return subject.strip()


def is_answer(subject: str) -> bool:
    """Whether a subject says that it answers something."""
    return bool(_ANSWERS.match(subject)) and not _FORWARDS.match(subject)


def _begun(subject: str) -> str:
    found = _ANSWERS.match(subject)
    return subject[found.end() :] if found else subject


def own() -> Own:
    """Who we are, as replies to our letters name us."""
    host = urlsplit(settings.ORIGIN).netloc.lower()
    return Own(sent_from(), settings.MAIL_DOMAIN.lower(), host, the_network().name)


def reply_of(message: Message, to: Post, *, by: Person) -> Read:
    """What somebody answers, without what they quote. Malformed where they wrote nothing."""
    answered = f"{to.title}\n{to.text}"
    parts = trim(message.text, own=own(), known=answered)
    if parts.is_empty:
        _something(message)
        parts = Parts("")
    text, shown = page_of(_published(parts, _writer(message, by), answered), is_marked=message.is_marked)
    files, left = _files(message, by)
    tags = tuple(markdown.tags_in(text))
    draft = Draft(author=by, text=text, html=shown, reply_to=to, tags=tags, attachments=files, whence="mail")
    return Read(replace(draft, language=message.language), left)


def share_of(message: Message, *, by: Person, kind: str = "") -> Read:
    """Something new: the subject is its title, `#tags` there are its tags. Forwarded, it keeps its author's name."""
    title = plain_subject(message.subject)
    tags = markdown.tags_in(title)
    title = masked(without_tokens(_LAST_TAGS.sub("", title).strip()), but=_writer(message, by), spelled=False)
    parts, byline, is_marked = _words(message, by)
    text, shown = page_of(parts, is_marked=is_marked) if parts.kept.strip() else ("", "")
    if not text.strip() and not (kind or message.files):
        text, shown, title = title, markdown.render(title), ""
    files, left = _files(message, by, is_told=_tells_enclosed(message))
    draft = Draft(
        author=by,
        title=title,
        text=text or title,
        html=shown or markdown.render(title),
        kind=kind,
        byline=byline,
        tags=(*tags, *markdown.tags_in(text)),
        attachments=files,
        whence="mail",
        language=message.language,
    )
    return Read(draft, left)


# Lines of a newsletter that are its one subscriber's alone: how to leave it, and what else it knows of them.
_OF_THE_SUBSCRIBER = re.compile(
    r"unsubscrib|opt[ -]?out|(?:manage|update|change) (?:your )?(?:subscription|preference|profile|e-?mail)"
    r"|view (?:this|it) (?:e-?mail|online|in)|in (?:your|the) browser|list-manage|abmelde|abbestell|im browser"
    r"|désabonn|désinscri|cancelar|baja de|disiscri|cancella|uitschrijv|afmeld|avregistr|avsluta pren|wypisa",
    re.IGNORECASE,
)


def issue(message: Message, *, source: Source, tags: tuple[str, ...], own: str) -> Draft:
    """One letter of a newsletter, as its writer's. `own` is the address it came to, which nobody else is to see."""
    lines = [line for line in message.text.split("\n") if not _OF_THE_SUBSCRIBER.search(line)]
    text = re.sub(re.escape(own), "…", "\n".join(lines), flags=re.IGNORECASE)
    text, shown = page_of(Parts(masked(without_tokens(text.strip()))), is_marked=message.is_marked)
    where = message.headers.get("archived-at", "").strip("<> ")
    return Draft(
        author=source.person,
        title=plain_subject(message.subject),
        text=text,
        html=shown,
        url=where[:2000] if where.startswith(("http://", "https://")) else "",
        tags=tags,
        language=message.language,
        published_at=message.date,
        source=source,
        whence="mail",
    )


def archived(message: Message, *, by: Person, to: Post | None, before: bool = True) -> Draft:
    """A message of a list as it was, without addresses in it. One of an archive (`before`) is brought to nobody now."""
    files, _left = _files(message, by)
    is_reply = to is not None or is_answer(message.subject)
    parts = trim(message.text, is_reply=is_reply, own=own()) if message.text.strip() else Parts("")
    title = "" if to else masked(plain_subject(message.subject))
    if not (parts.kept.strip() or title or files):
        raise Malformed(_("There is nothing in it."))
    text, shown = plain_page(Parts(masked(without_tokens(parts.kept)), parts.rest))
    return Draft(
        author=by,
        title=title,
        text=text or title,
        html=shown,
        reply_to=to,
        tags=tuple(markdown.tags_in(title)) if "#" in title else (),
        attachments=files,
        published_at=message.date,
        whence="mail",
        before=before,
    )


def _words(message: Message, by: Person) -> tuple[Parts, str, bool]:
    """What it says, whose name it bears if those are another's words, and whether it is Markdown."""
    we, writer = own(), _writer(message, by)
    enclosed = message.forwarded
    if enclosed is not None and _tells_enclosed(message) and enclosed.sender.address != we.address:
        inner = trim(enclosed.text) if enclosed.text.strip() else Parts("")
        kept = "\n\n".join(part for part in (message.text.strip(), inner.kept) if part)
        parts = replace(inner, kept=kept, is_empty=False)
        return (
            _published(parts, writer),
            shown_name(enclosed.sender.name),
            message.is_marked or enclosed.is_marked,
        )
    forwards = _FORWARDS.match(message.subject) or _is_told_forwarded(message)
    if forwards and (found := _forwarded(message.text)) and not _is_from(we, found):
        kept = "\n\n".join(part for part in (found.get("text_top", ""), found.get("text", "")) if part)
        byline = shown_name(_name_in(found.get("from", "")))
        return _published(Parts(kept), writer, spelled=True), byline, message.is_marked
    parts = trim(message.text, own=we, known="")
    if parts.is_empty:
        if parts.quoted and (is_answer(message.subject) or _is_ours(parts.quoted)):
            _something(message)
            parts = Parts("")
        elif not parts.quoted:
            parts = Parts("")
    return _published(parts, writer), "", message.is_marked


def _something(message: Message) -> None:
    """Refuse a letter in which its sender wrote nothing and sent nothing."""
    if not message.files:
        raise Malformed(
            _(
                "There was nothing in your mail but what it answers, or a signature. Write above it or below it."
            )
        )


def _writer(message: Message, by: Person) -> frozenset[str]:
    """The addresses that somebody may show of themselves."""
    return frozenset({*addresses_of(by), message.sender.address})


def _is_from(we: Own, found: dict[str, str]) -> bool:
    """Whether a forwarded message is a letter of ours: whatever is in it is here already, for whom it is."""
    return we.is_named(found.get("from", "")) or we.is_named(found.get("reply_to", ""))


def _is_ours(quoted: str) -> bool:
    we = own()
    return we.is_named(quoted) or we.is_linked(quoted)


def _published(parts: Parts, writer: frozenset[str], answered: str = "", *, spelled: bool = False) -> Parts:
    """Parts as anybody may read them: no link or address of ours that acts for who has it, no address but the
    writer's own where they wrote it, and of a letter of ours nothing but what it brought of the post answered.
    """
    lines = without_tokens(parts.kept).split("\n")
    quotes = any(map(is_quoted, lines))
    kept = masked("\n".join(lines), but=() if quotes else writer, spelled=spelled or quotes)
    rest = "\n\n".join(part for part in (_passed_on(parts.quoted, answered), parts.added) if part.strip())
    return replace(parts, kept=kept, rest=rest)


def _passed_on(quoted: str, answered: str) -> str:
    """Of lines that are quoted, those that may be folded away below: not what only our letter to one person had."""
    if not answered and not _is_ours(quoted):
        return quoted
    there = f" {words_of(answered)} "
    ours = _is_ours(quoted)
    lines = [
        line
        for line in quoted.split("\n")
        if (not is_quoted(line) and not ours) or ((words := words_of(line)) and f" {words} " in there)
    ]
    return "\n".join(lines).strip("\n")


def _tells_enclosed(message: Message) -> bool:
    """Whether a letter is there for the message in it: it says that it forwards, or nothing else."""
    if message.forwarded is None or len(message.text.strip()) >= MOST_TEXT // 2:
        return False
    return bool(_FORWARDS.match(message.subject)) or not message.text.strip()


def _is_told_forwarded(message: Message) -> bool:
    """Whether a letter that answers nothing says in its text that it passes a message on, whatever its subject is."""
    return not is_answer(message.subject) and any(map(is_forwarded, message.text.split("\n", MOST_LINES)))


def _forwarded(text: str) -> dict[str, str] | None:
    """The message that stands below "Forwarded message", with its headers."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return None
    plain = "\n".join(line if len(line) > LONGEST_LINE else line.replace("**", "") for line in lines)
    found = quotequail.unwrap(plain)
    return found if found and found.get("type") == "forward" and found.get("text") else None


def _name_in(sender: str) -> str:
    return re.sub(r"[<\[(].*", "", sender.replace("*", "")).strip()


def _files(message: Message, by: Person, *, is_told: bool = False) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Take files in; one that cannot be kept does not keep the letter out.

    `is_told`: the words of the first enclosed message are those of the post, and need no file.
    """
    files = list(message.files)
    if is_told and (first := next((file for file in files if file.is_message), None)):
        files.remove(first)
    taken, left = [], list(message.left)
    for file in files[:MOST_FILES]:
        try:
            upload = SimpleUploadedFile(file.name, file.data, file.type)
            taken.append(take_in(upload, by=by).id)
        except (Malformed, Refused) as error:
            left.append(str(error))
    if len(files) > MOST_FILES:
        left.append(_("Only the first %(most)s files were taken.") % {"most": MOST_FILES})
    return tuple(taken), tuple(left)
