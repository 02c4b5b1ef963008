"""Bookmark files: Netscape's format as browsers and services write it, Pinboard's JSON, Delicious' XML, tables.

The Netscape format was never HTML: ends are missing everywhere, and notes hold raw text with "<" in it.
So we cut the file at the marks it really has (DT, DD, DL) and look at each piece's beginning only.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape

from django.utils.translation import gettext as _
from lxml import etree

from potluck.channels.feeds.importing import bookmarks_csv
from potluck.channels.feeds.reading import xml_repair
from potluck.channels.feeds.reading.dates import read as read_date
from potluck.channels.feeds.reading.types import Skipped, moment, plain, tag_names, title_text, web_address
from potluck.lib.errors import Malformed


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A page somebody kept, or a note of their own (then `url` is empty).

    `folders` is its path; `tags` holds its own and the folders' names.
    """

    url: str
    title: str
    note: str = ""
    tags: tuple[str, ...] = ()
    added: datetime | None = None
    private: bool = False
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """What a file holds, in its order, and what was left out."""

    items: tuple[Bookmark, ...]
    skipped: tuple[Skipped, ...]


_MARK = re.compile(r"<(/?)(dl|dt|dd)(?:\s[^<>]{0,500})?>", re.IGNORECASE)
# Pocket and Instapaper write plain lists instead.
_LIST_MARK = re.compile(r"<(/?)(ul|ol|li)(?:\s[^<>]{0,500})?>", re.IGNORECASE)
_OPENING = re.compile(r"""\s*<(a|h\d)\b((?:[^<>"']|"[^"]*+"|'[^']*+'|<)*+)>""", re.IGNORECASE)
_UNBALANCED_OPENING = re.compile(r"\s*<(a|h\d)\b([^>]*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w-])([\w-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_CLOSING = re.compile(r"</(?:a|h\d)\s*>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|p|/p|hr)\b[^<>]*>", re.IGNORECASE)
_NOTE_TAG = re.compile(
    r"</?(?:a|b|i|em|strong|img|span|div|blockquote|code|pre|html|body|h\d)\b[^<>]*>", re.IGNORECASE
)
_MANY_BREAKS = re.compile(r"\n{3,}")

# Folders that every browser has say nothing about what is in them.
_NO_TAGS = frozenset(
    """bookmarks|bookmarks bar|bookmarks toolbar|bookmarks menu|bookmark menu|other bookmarks|mobile bookmarks
    |unsorted bookmarks|unfiled bookmarks|personal toolbar|personal toolbar folder|favorites|favorites bar|favourites
    |favourites bar|imported|unlabeled|reading list|unread|read archive|toolbar|menu|links|tab group favorites
    |lesezeichen|lesezeichenleiste|lesezeichen-symbolleiste|lesezeichen-menü|weitere lesezeichen|favoriten
    |favoritenleiste|marque-pages|barre personnelle|barre de favoris|autres favoris|autres marque-pages|favoris
    |signets|menu signets|menu des marque-pages|barra de marcadores|otros marcadores|marcadores|favoritos
    |barra dei preferiti|preferiti|altri preferiti|segnalibri|bladwijzerbalk|andere bladwijzers|favorieten
    |barra de favoritos|outros favoritos|закладки|панель закладок|другие закладки|избранное|书签栏|其他书签
    |ブックマーク|ブックマーク バー|その他のブックマーク|북마크바|기타 북마크|bogmærker|bokmerker|bokmärken|kirjanmerkit
    |zakładki|pasek zakładek|inne zakładki|záložky|panel záložek|könyvjelzők|yer imleri|yer imleri çubuğu""".replace(
        "\n    ", ""
    ).split("|")
)
# What Shaarli writes as the address of a text of one's own.
_OWN_NOTE = re.compile(r"(?:[^\s?#]*/)?\?[\w-]{4,40}|/?(?:[\w-]+/)?shaare/[\w-]{4,40}")
_HEAD = 4000
_MICROSECONDS_1601 = 11_644_473_600


def read(body: bytes) -> Bookmarks:
    """The bookmarks in a file of at most 16 MB. Malformed if it holds none, nor anything skipped."""
    body = xml_repair.utf8(xml_repair.unpacked(body)).strip()
    if body[:1] in (b"[", b"{"):
        found = list(_from_json(body))
    elif re.match(rb"(?:<\?xml[^>]{0,200}\?>|<!--.{0,2000}?-->|\s)*<posts\b", body, re.DOTALL):
        found = list(_from_xml(body))
    elif bookmarks_csv.looks_so(body[:_HEAD]):
        found = [_of_row(row) for row in bookmarks_csv.read(body.decode("utf-8", "replace"))]
    else:
        found = list(_Netscape(xml_repair.html(body)).walk())
    items, skipped = _sorted_out(found)
    if not items and not skipped:
        raise Malformed(_("No bookmarks were found in this file. Is it a bookmark export from a browser?"))
    return Bookmarks(tuple(items), tuple(skipped))


def _of_row(row: bookmarks_csv.Row) -> Bookmark:
    folders = tuple(name for part in row.folder.split("/") if (name := _folder(part.strip(), {})))
    parted = re.split(r"[|,;]", row.tags) if re.search(r"[|,;]", row.tags) else row.tags.split()
    return Bookmark(
        url=row.url,
        title=title_text(row.title),
        note=row.note,
        tags=tag_names([*parted, *folders]),
        added=_moment(row.added) or read_date(row.added),
        private=row.private,
        folders=folders,
    )


@dataclass
class _Netscape:
    """A walk over the marks of one file, minding which folder we are in."""

    text: str
    folders: list[str] = field(default_factory=list)
    named: str = ""

    def walk(self) -> Iterator[Bookmark]:
        mark = _MARK if re.search(r"<dt\b", self.text, re.IGNORECASE) else _LIST_MARK
        last: Bookmark | None = None
        for closing, name, piece in _pieces(self.text, mark):
            if name in ("dl", "ul", "ol"):
                if closing:
                    del self.folders[-1:]
                else:
                    self.folders.append(self.named)
                    self.named = ""
                if mark is _LIST_MARK:
                    self._heading(piece)
            elif name == "dd" and not closing:
                if last:
                    yield replace(last, note=last.note or _note(piece))
                last = None
                continue
            if last:
                yield last
            last = self._bookmark(piece) if name in ("dt", "li") and not closing else None
        if last:
            yield last

    def _heading(self, piece: str) -> None:
        """Pocket and Instapaper name a list before it starts."""
        opening = re.search(r"<h\d\b[^<>]*>([^<]*)", piece, re.IGNORECASE)
        if opening and not self.named:
            self.named = _folder(opening[1], {})

    def _bookmark(self, piece: str) -> Bookmark | None:
        opening = _OPENING.match(piece) or _UNBALANCED_OPENING.match(piece)
        if not opening:
            return None
        given = {
            m[1].lower(): unescape(m[2] or m[3] or m[4] or "").strip()
            for m in _ATTRIBUTE.finditer(opening[2])
        }
        closing = _CLOSING.search(piece, opening.end())
        inside = piece[opening.end() : closing.start() if closing else len(piece)]
        if opening[1].lower() != "a":
            self.named = _folder(inside, given)
            return None
        folders = tuple(folder for folder in self.folders if folder)
        # Commas part tags that may hold spaces; without any comma, spaces part them.
        written = given.get("tags", "")
        tags = re.split(r"[,;]", written) if re.search("[,;]", written) else written.split()
        return Bookmark(
            url=given.get("href", ""),
            title=plain(inside),
            note=given.get("description", ""),
            tags=tag_names([*tags, *folders]),
            added=_moment(given.get("add_date") or given.get("time_added") or ""),
            private=given.get("private", "0").lower() in ("1", "true", "yes"),
            folders=folders,
        )


def _pieces(text: str, mark: re.Pattern[str]) -> Iterator[tuple[bool, str, str]]:
    """Each mark with the text up to the next: whether it closes, its name, and that text."""
    start, before = 0, (False, "dl")
    depth_given = False
    for found in mark.finditer(text):
        if start or not depth_given:
            yield (*before, text[start : found.start()])
        depth_given = True
        start, before = found.end(), (bool(found[1]), found[2].lower())
    yield (*before, text[start:])


def _folder(name: str, given: dict[str, str]) -> str:
    """A folder's name, or nothing for those every browser has."""
    name = plain(name)
    builtin = "personal_toolbar_folder" in given or "unfiled_bookmarks_folder" in given
    return "" if builtin or name.casefold() in _NO_TAGS else name


def _note(piece: str) -> str:
    """A note as plain text with its lines kept: notes are often Markdown, or code."""
    text = _NOTE_TAG.sub("", _BREAK.sub("\n", piece))
    return _MANY_BREAKS.sub("\n\n", unescape(text).replace("\r\n", "\n")).strip("\n ")


def _moment(said: str) -> datetime | None:
    """ADD_DATE in seconds, milliseconds or microseconds since 1970, Chrome's since 1601, or written out."""
    try:
        if not (said.isascii() and said.isdigit()):
            return moment(_written_out(said)) if said else None
        number = int(said[:20])
        if 10**16 <= number < 2 * 10**16:
            seconds = number / 10**6 - _MICROSECONDS_1601
        else:
            seconds = number / (1 if number < 10**11 else 10**3 if number < 10**14 else 10**6)
        return moment(datetime.fromtimestamp(seconds, tz=UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _written_out(said: str) -> datetime:
    """ISO 8601, or as web servers write in their logs, which a few exports do."""
    if "/" in said:
        return datetime.strptime(said, "%d/%b/%Y:%H:%M:%S %z")
    return datetime.fromisoformat(said)


def _from_json(body: bytes) -> Iterator[Bookmark]:
    """Pinboard's export: a list of posts."""
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed(_("This looks like JSON but is not valid, or is cut off.")) from None
    for post in found if isinstance(found, list) else ():
        if isinstance(post, dict):
            yield _post({str(key): str(value) for key, value in post.items() if isinstance(value, str)})


def _from_xml(body: bytes) -> Iterator[Bookmark]:
    """What the interfaces of Delicious and Pinboard answer: posts with attributes."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml_repair.xml(body), parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    for post in root.iter("post") if root is not None else ():
        yield _post({str(name): str(value) for name, value in post.attrib.items()})


def _post(given: dict[str, str]) -> Bookmark:
    return Bookmark(
        url=given.get("href", "").strip(),
        title=title_text(given.get("description", "")),
        note=given.get("extended", "").strip(),
        tags=tag_names((given.get("tags") or given.get("tag") or "").split()),
        added=_moment(given.get("time", "").strip()),
        private=given.get("shared", "yes") == "no",
    )


def _sorted_out(found: Iterable[Bookmark]) -> tuple[list[Bookmark], list[Skipped]]:
    """Web pages once each, with the tags of all their entries; and for everything else the reason."""
    kept: dict[str, Bookmark] = {}
    skipped = []
    for one in found:
        address = web_address("", one.url)
        first = kept.get(address)
        if not address and one.note and _OWN_NOTE.fullmatch(one.url.strip()):
            # A note kept among bookmarks: its address is only its place there.
            kept[f"{one.url} {len(kept)}"] = replace(one, url="", title=one.title)
        elif not address:
            skipped.append(Skipped(one.title or one.url[:200], _reason(one.url)))
        elif first:
            skipped.append(Skipped(one.title or address, _("This page is in the file more than once.")))
            kept[address] = _together(first, one)
        else:
            kept[address] = replace(one, url=address, title=one.title or address)
    return list(kept.values()), skipped


def _together(first: Bookmark, second: Bookmark) -> Bookmark:
    """One bookmark from two. Private if either is: we never show what somebody hid once."""
    dates = [when for when in (first.added, second.added) if when]
    return replace(
        first,
        note=first.note or second.note,
        tags=tag_names([*first.tags, *second.tags]),
        added=min(dates, default=None),
        private=first.private or second.private,
    )


def _reason(address: str) -> str:
    scheme = address.partition(":")[0].strip().lower() if ":" in address else ""
    return {
        "": _("The address is not complete."),
        "javascript": _("This is a small program for the browser, not a page."),
        "place": _("This is a saved search of the browser, not a page."),
        "data": _("This page is kept inside the bookmark itself; it has no address."),
        "file": _("This is a file on your own computer; others cannot open it."),
        "about": _("This is a page of the browser itself."),
        "chrome": _("This is a page of the browser itself."),
    }.get(scheme, _("Only web addresses can be brought in."))
