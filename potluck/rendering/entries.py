"""The shape in which one thing in a list is handed to parts/entry.html, whatever room it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup


@dataclass(slots=True)
class Entry:
    """One post as a list shows it. Texts are plain and escaped when drawn; `html` was cleaned when written."""

    id: int
    kind: str  # note, article, link, question, answer, annotation, page, file, event
    url: str  # its page here
    author_name: str
    author_url: str
    at: datetime
    title: str = ""
    excerpt: str = ""  # plain text; the list cuts it
    html: str = ""  # shown whole, in place of the excerpt
    author_is_member: bool = True
    source_name: str = ""  # "from his blog"
    home_url: str = ""  # its canonical place elsewhere
    link_host: str = ""  # shown for home_url
    highlights: Sequence[str] = ()
    tags: Sequence[str] = ()
    via: Sequence[tuple[str, str]] = ()  # (name, url) of whom it was passed on from
    reasons: Sequence[Markup | str] = ()
    named: bool = False  # the reasons name the author already
    place: str = ""  # waiting, people, gift
    state: str = ""  # open or answered, of a question
    lang: str = ""  # the language of its title and text
    key: int = 0  # what its list pages by, where that is not the id
    seen: bool = False
    kept: bool = False
    thanked: bool = False
    passed: bool = False
    mine: bool = False  # the viewer shared it
    veiled: bool = False  # it is not said to the viewer who did
    below: object = None  # what waits for the reader, as parts/asked.html shows it
