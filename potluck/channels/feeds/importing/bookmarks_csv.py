"""Bookmarks as tables (CSV): Pocket, Raindrop, Instapaper, linkding and whatever names its columns in a like manner."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_COLUMNS = {
    "url": ("url", "href", "link", "address", "uri"),
    "title": ("title", "name"),
    "note": ("note", "notes", "description", "selection", "excerpt", "comment"),
    "tags": ("tags", "labels", "tag"),
    "folder": ("folder", "collection", "list"),
    "added": (
        "time_added",
        "created",
        "timestamp",
        "date_added",
        "added",
        "date",
        "created_at",
        "saved_at",
        "time",
    ),
    "private": ("private", "toread_private"),
    "public": ("public", "shared"),
}
_HEAD = re.compile(r"[\w \"']{1,40}(?:[,;\t][\w \"']{1,40}){1,30}\s*\Z")
_LONGEST_FIELD = 1_000_000
_YES = ("1", "true", "yes", "on")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, as it stands there. `private` is whether it says that nobody else may see it."""

    url: str
    title: str
    note: str
    tags: str
    folder: str
    added: str
    private: bool


def looks_so(head: bytes) -> bool:
    """Whether a file begins with the names of columns, an address and something else of a bookmark among them."""
    line = head.decode("utf-8-sig", "replace").lstrip().partition("\n")[0].strip()
    if not _HEAD.match(line):
        return False
    names = _names(line)
    return any(name in names for name in _COLUMNS["url"]) and len(_places(names)) > 1


def read(text: str) -> Iterator[Row]:
    """The rows of a table whose first line names its columns."""
    first = text.lstrip("\ufeff \r\n\t").partition("\n")[0]
    csv.field_size_limit(_LONGEST_FIELD)
    lines = text.lstrip("\ufeff \r\n\t").replace("\0", "").splitlines(keepends=True)
    places = _places(_names(first))
    rows = csv.reader(lines, delimiter=_delimiter(first))
    next(rows, None)
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells):
                yield _row({name: cells[at].strip() for name, at in places.items() if at < len(cells)})
    except csv.Error:  # a field without an end: what was read before it stays
        return


def _row(given: Mapping[str, str]) -> Row:
    private = given.get("private", "").lower() in _YES or given.get("public", "1").lower() in (
        "0",
        "false",
        "no",
    )
    url, title, note, tags, folder, added = (
        given.get(name, "") for name in ("url", "title", "note", "tags", "folder", "added")
    )
    return Row(url, title, note, tags, folder, added, private)


def _names(line: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=_delimiter(line)), [])
    return [cell.strip().strip("\"'").lower().replace(" ", "_") for cell in cells]


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _places(names: list[str]) -> dict[str, int]:
    """Which column is what: the first of the names that each may have."""
    found = {}
    for meaning, known in _COLUMNS.items():
        column = next((name for name in known if name in names), None)
        if column is not None:
            found[meaning] = names.index(column)
    return found
