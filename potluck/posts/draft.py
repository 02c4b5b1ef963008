"""What somebody is about to share, whichever way it came in."""

from dataclasses import dataclass
from datetime import datetime

from potluck.people.models import Circle, Person, Source
from potluck.posts.metadata import NOTHING_SAID, Meant
from potluck.posts.models import Audience, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One thing said, before the door.

    `text` is Markdown. What came from elsewhere gives `html` (cleaned) instead, with `text` its plain text, and its
    own `uri`, `url` and `published_at`. `kind` is inferred if left out. A reply takes its audience from what it
    answers, whatever is said here. `before` marks what is older than our knowing its source: it is kept and found,
    and brought to nobody, but for the newest few when `fresh`. `alone` is a reply for whom it answers, and nobody else.
    """

    author: Person
    text: str = ""
    html: str | None = None
    title: str = ""
    kind: str = ""
    uri: str = ""
    url: str = ""
    link: str = ""
    byline: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    reply_to: Post | None = None
    via: Post | None = None
    audience: int = Audience.PUBLIC
    circle: Circle | None = None
    readers: tuple[Person, ...] = ()
    attachments: tuple[int, ...] = ()
    published_at: datetime | None = None
    source: Source | None = None
    whence: str = "web"
    before: bool = False
    fresh: bool = False
    alone: bool = False
    meant: Meant = NOTHING_SAID

    @property
    def for_one(self) -> bool:
        """Whether it is a reply that only whom it answers is to read."""
        return self.alone and self.reply_to is not None and self.reply_to.author_id != self.author.pk
