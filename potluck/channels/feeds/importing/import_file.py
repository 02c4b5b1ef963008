"""Take in what people bring along: lists of what they read, and their bookmarks.

A list of subscriptions becomes people outside, followed by whoever brought it, or, said to be theirs, a member's
own sources. Bookmarks become posts from before: kept and found, brought to nobody. Bringing a file again is harmless.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from potluck import door
from potluck.channels.feeds.importing import bookmarks, mastodon_csv, opml
from potluck.channels.feeds.importing.bookmarks import Bookmark
from potluck.channels.feeds.importing.opml import Subscription
from potluck.channels.feeds.models import Bringing
from potluck.channels.feeds.reading.types import Skipped
from potluck.channels.feeds.sources import add_source as sources_add_source
from potluck.lib.errors import Malformed, PotluckError
from potluck.lib.url_key import link_key
from potluck.people.follow import follow_all
from potluck.people.models import Person, Source
from potluck.people.sources import add_outside, add_source
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kind, Post

BATCH = 200
LONGEST_LINK, LONGEST_NOTE = 2000, 100_000
# So many sentences on what was left out are kept to be read.
MOST_NOTES = 200
# A file looked at and left is forgotten after a day, what was said of one taken in after a month.
FORGOTTEN, DONE_WITH = timedelta(days=1), timedelta(days=30)

Entry = Subscription | Bookmark


@dataclass(slots=True)
class Brought:
    """What became of entries: how many are new or were known, and what was left out, with why."""

    new: int = 0
    known: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, other: "Brought") -> None:
        self.new, self.known = self.new + other.new, self.known + other.known
        self.skipped += other.skipped


@dataclass(frozen=True, slots=True)
class File:
    """What a file holds, in its order, and what could not be read of it."""

    entries: Sequence[Entry]
    skipped: Sequence[Skipped]


def read(kind: str, body: bytes) -> File:
    """Read a file of this kind, "opml", "follows" or "bookmarks". Malformed, with a sentence, if it is none."""
    if kind in ("opml", "follows"):
        listed = opml.read(body) if kind == "opml" else mastodon_csv.read(body)
        return File(listed.entries, listed.skipped)
    if kind == "bookmarks":
        kept = bookmarks.read(body)
        return File(kept.items, kept.skipped)
    raise Malformed(
        _("Only subscription lists (OPML), bookmark files and lists of accounts (CSV) can be brought in.")
    )


def batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """So many at a time as one transaction takes."""
    rest = iter(entries)
    while batch := list(islice(rest, BATCH)):
        yield batch


@transaction.atomic
def bring(entries: Sequence[Entry], person: Person, *, mine: bool = False) -> Brought:
    """Take a batch in for a member, all in one transaction."""
    subscriptions = [entry for entry in entries if isinstance(entry, Subscription)]
    kept = [entry for entry in entries if isinstance(entry, Bookmark)]
    brought = Brought()
    if subscriptions:
        brought.add(_name(subscriptions, person) if mine else _follow(subscriptions, person))
    if kept:
        brought.add(_keep(kept, person))
    return brought


def _name(entries: Sequence[Subscription], person: Person) -> Brought:
    """Each feed as one of the member's own sources."""
    brought, urls = Brought(), []
    for entry in entries:
        source, new = add_source(
            entry.url, person=person, by=person, title=entry.title, home_url=entry.html_url
        )
        brought.new, brought.known = brought.new + new, brought.known + (not new)
        urls += [source.url] if new else []
    _look_soon(urls)
    return brought


def _follow(entries: Sequence[Subscription], person: Person) -> Brought:
    """Each feed as somebody outside, unless it is a member's, whom the member follows from now on."""
    brought, people, wanted = Brought(), list[tuple[Person, str]](), list[Source]()
    whose = sources_add_source.whose_all([(entry.url, entry.html_url) for entry in entries])
    for entry, who in zip(entries, whose, strict=True):
        if who == person or who.removed_at:
            why = _("This is a source of your own.") if who == person else _("They asked not to appear here.")
            brought.skipped.append(Skipped(entry.title or entry.url, why))
            continue
        if not who.is_member:
            wanted.append(Source(person=who, url=entry.url, added_by=person, home_url=entry.html_url[:2000]))
        people.append((who, entry.url))
    named = {(source.person_id, source.url) for source in add_outside(wanted)}
    followed = {row.who_id for row in follow_all([who for who, _url in people], by=person)}
    brought.new = sum((who.id, url) in named or who.id in followed for who, url in people)
    brought.known = len(people) - brought.new
    _look_soon([url for _key, url in named])
    return brought


def _look_soon(urls: Sequence[str]) -> None:
    if urls:
        sources_add_source.look_soon(urls)


def _keep(kept: Sequence[Bookmark], person: Person) -> Brought:
    """Each bookmark as a link from before. One whose page the member shared already is known, deleted or not."""
    brought = Brought()
    keys = {link_key(one.url) for one in kept if one.url}
    known = set(Post.objects.filter(author=person, link_key__in=keys).values_list("link", flat=True))
    drafts = []
    for one in kept:
        if len(one.url) > LONGEST_LINK:
            brought.skipped.append(Skipped(one.title[:200], _("Its address is too long to be kept.")))
        elif one.url in known or (not one.url and _is_kept(one, person)):
            brought.known += 1
        else:
            known |= {one.url} - {""}
            drafts.append(_draft(one, person))
    _let_in(drafts, brought)
    return brought


def _is_kept(note: Bookmark, person: Person) -> bool:
    """Whether a note of one's own came in before; an address tells that of everything else."""
    rows = Post.objects.filter(author=person, whence="import", link="", title=note.title[:500].strip())
    return any(text.split() == note.note.split() for text in rows.values_list("text", flat=True))


def _draft(one: Bookmark, person: Person) -> Draft:
    return Draft(
        author=person,
        title="" if one.title == one.url else one.title[:500],
        text=one.note[:LONGEST_NOTE],
        link=one.url,
        kind=Kind.LINK if one.url else "",
        tags=one.tags,
        audience=Audience.ME if one.private else Audience.PUBLIC,
        published_at=one.added,
        whence="import",
        before=True,
    )


def _let_in(drafts: Sequence[Draft], brought: Brought) -> None:
    """All at once; where one is refused, each alone, so that the others come in."""
    try:
        with transaction.atomic():
            brought.new += len(door.admit_all(drafts)) if drafts else 0
    except PotluckError:
        for draft in drafts:
            try:
                with transaction.atomic():
                    door.admit_all([draft])
                brought.new += 1
            except PotluckError as error:
                brought.skipped.append(Skipped(draft.title or draft.link, str(error)))


def keep_file(kind: str, body: bytes, *, person: Person, name: str = "") -> Bringing:
    """Lay a file by until its owner says what of it they want."""
    found = read(kind, body)
    return Bringing.objects.create(
        person=person, kind=kind, body=body, name=name[:255], total=len(found.entries) + len(found.skipped)
    )


@transaction.atomic
def begin(row: Bringing, *, chosen: Sequence[int] = (), mine: bool = False) -> None:
    """Take a file in, in the worker. `chosen` are places in it; none chosen means all."""
    begun = Bringing.objects.filter(pk=row.pk, started_at=None).update(
        started_at=timezone.now(), chosen=sorted(set(chosen)), mine=mine
    )
    if begun:
        app.configure_task("potluck.feeds.bring", queue="feeds").defer(bringing=row.id)


@app.task(
    name="potluck.feeds.bring_list", queue="feeds", retry=RetryStrategy(max_attempts=5, exponential_wait=3)
)
@transaction.atomic
def bring_list(body: str, person: int) -> None:
    """A list of subscriptions that came by another page: it stands among the files of whoever brought it."""
    by, name = Person.objects.get(pk=person), _("A list you brought")
    try:
        begin(keep_file("opml", body.encode(), person=by, name=name))
    except Malformed as error:
        now = timezone.now()
        Bringing.objects.create(
            person=by, kind="opml", name=name, notes=str(error), started_at=now, finished_at=now
        )


@app.task(name="potluck.feeds.bring", queue="feeds", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def bring_file(bringing: int) -> None:
    """Take a file in, batch by batch, each remembered with its rows: it goes on where it stopped."""
    row = Bringing.objects.select_related("person").filter(pk=bringing, finished_at=None).first()
    if row is None:
        return
    found = read(row.kind, bytes(row.body))
    wanted = set(row.chosen)
    entries = [e for place, e in enumerate(found.entries) if not wanted or place in wanted]
    if row.place == 0:
        _tell(row, Brought(skipped=list(found.skipped)), total=len(entries) + len(found.skipped))
    for batch in batches(entries[row.place :]):
        with transaction.atomic():
            brought = bring(batch, row.person, mine=row.mine)
            Bringing.objects.filter(pk=row.pk).update(place=F("place") + len(batch))
            _tell(row, brought)
    Bringing.objects.filter(pk=row.pk).update(finished_at=timezone.now(), body=b"")


def _tell(row: Bringing, brought: Brought, total: int | None = None) -> None:
    """Add to what is said of a file. What could not be read is said once, at the start."""
    row.refresh_from_db(fields=["notes", "new", "known", "skipped"])
    if total is not None:
        row.total, row.skipped, row.notes = total, 0, ""
    lines = [line for line in row.notes.split("\n") if line]
    lines += [f"{one.what[:200]}: {one.why}".replace("\n", " ") for one in brought.skipped]
    row.notes = "\n".join(lines[:MOST_NOTES])
    row.new, row.known = row.new + brought.new, row.known + brought.known
    row.skipped += len(brought.skipped)
    row.save(update_fields=["notes", "new", "known", "skipped", "total"])


@app.periodic(cron="23 3 * * *")
@app.task(name="potluck.feeds.forget_files", queue="feeds", pass_context=False)
def forget_files(timestamp: int) -> None:
    """Forget files that were looked at and left, and what was said of those taken in."""
    now = timezone.now()
    Bringing.objects.filter(started_at=None, brought_at__lt=now - FORGOTTEN).delete()
    Bringing.objects.filter(finished_at__lt=now - DONE_WITH).delete()
