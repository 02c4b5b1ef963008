"""The headers of a message, as far as they can be read: words in any charset, people, names of messages, dates."""

import hashlib
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Parsed
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import unquote

from charset_normalizer import from_bytes

from potluck.channels.mail.inbound.message import Mailbox
from potluck.channels.mail.threading import known_as

# So much of one header is looked at; a list of ten thousand recipients is longer.
LONGEST = 20_000
MOST_PEOPLE, MOST_REFERENCES = 100, 50
# So much of bytes that name no charset is looked at; and what it may be, where it is not Western.
_LOOKED_AT = 4_000
_NOT_WESTERN = ["big5", "gb18030", "cp949", "cp932", "cp1251", "koi8_r"]
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")
_NAMED = re.compile(r"<([^<>]{1,998})>")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[\w.-]{1,255}\Z")
# Archives write addresses so that machines do not find them.
_OBFUSCATED = re.compile(
    r"\A([^\s@<>()]{1,64})\s+(?:at|@|\(at\)|\[at\]|_at_)\s+([\w-]+(?:(?:\.|\s+dot\s+)[\w-]+)+)", re.I
)
# Mailman 2 in later years: "pd@me@ @end|ng |rom cb@@dk". What stood there is lost, but stays the same.
_SWAPPED = re.compile(r" @?[^\s@]{0,2}end[|i]ng [|f]rom ")
_TITLE = re.compile(r"\(([^()]{1,200})\)\s*\Z")
_DOT = re.compile(r"\s+dot\s+", re.IGNORECASE)
_CODED = re.compile(r"=\?[\w.*+-]{1,60}\?[bq]\?", re.IGNORECASE)
_FILE_NAME = re.compile(r"name\s*=\s*\"?([^\";\r\n]{1,300})", re.IGNORECASE)
_PERCENT = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f]){2}")
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def all_raw(parsed: Parsed, name: str) -> list[str]:
    """All headers of this name as they came: asked by name, the library would make up letters for bytes."""
    return [str(raw) for key, raw in parsed.raw_items() if key.lower() == name.lower()]


def raw(parsed: Parsed, name: str) -> str:
    """The first of them; empty if there is none."""
    return next(iter(all_raw(parsed, name)), "")


def value(parsed: Parsed, name: str) -> str:
    """A header on one line, its coded words decoded; empty if there is none."""
    return words(raw(parsed, name), parsed)


def words(said: str, of: Parsed | None = None) -> str:
    """Decode coded words; what cannot be decoded stays as it stood there. `of` is the message it stands in."""
    said = _SPACES.sub(" ", legible(said[:LONGEST], of))
    if _CODED.search(said):
        with suppress(HeaderParseError, ValueError):
            said = "".join(_decoded(part, charset) for part, charset in decode_header(said))
    return _SPACES.sub(" ", legible(said)).strip()


def legible(text: str, of: Parsed | None = None) -> str:
    """Bytes that were no ASCII in a header come as surrogates: they are UTF-8, or in the charset of the text below."""
    try:
        text.encode()
    except UnicodeEncodeError:
        if _is_escaped(text):
            return _undeclared(text.encode("ascii", "surrogateescape"), _charset_below(of))
        return text.encode("utf-8", "replace").decode()
    return text


def decoded(raw: bytes, charset: str = "") -> str:
    """Bytes as text: by the charset said, if there is one of that name and it fits, else by what they look like."""
    guesses = [charset.strip("\"' ").lower()] if charset else []
    guesses = [_ALIASES.get(guess, guess) for guess in guesses]
    if b"\x1b$" in raw:
        guesses.append("iso2022_jp_2")
    for guess in (*guesses, "utf-8"):
        try:
            return raw.decode(guess)
        except (LookupError, UnicodeError, ValueError):
            continue
    with suppress(LookupError, UnicodeError, ValueError):
        if guesses and guesses[0] != "utf-8":
            return raw.decode(guesses[0], "replace")
    return raw.decode(_looks_like(raw), "replace")


def _undeclared(raw: bytes, likely: str) -> str:
    for charset in ("utf-8", likely):
        with suppress(LookupError, UnicodeError, ValueError):
            return raw.decode(charset)
    return decoded(raw)


def _charset_below(message: Parsed | None) -> str:
    """The charset that the first text of a message says it is in, if that says more than that it is some bytes."""
    for part in message.walk() if message is not None else ():
        if part.get_content_maintype() == "text" and (said := str(part.get_content_charset() or "")):
            return _ALIASES.get(said.lower(), said)
    return "utf-8"


def _looks_like(raw: bytes) -> str:
    """The charset of bytes that say none. Where half are no ASCII it is no Western text, and has its looks."""
    seen = raw[:_LOOKED_AT]
    if 2 * sum(byte > 127 for byte in seen) < len(seen.replace(b" ", b"")):
        return "cp1252"
    best = from_bytes(seen, cp_isolation=_NOT_WESTERN).best()
    return best.encoding if best else "cp1252"


# What programs call a charset, where Python knows a larger one that is meant.
_ALIASES = {
    **dict.fromkeys(("ks_c_5601-1987", "ks_c_5601", "euc-kr", "ksc5601"), "cp949"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(
        ("us-ascii", "ascii", "iso-8859-1", "latin1", "unknown-8bit", "x-unknown", "default"), "utf-8"
    ),
    "iso-2022-jp": "iso2022_jp_2",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
}


def _is_escaped(text: str) -> bool:
    return all(ord(letter) < 128 or 0xDC80 <= ord(letter) <= 0xDCFF for letter in text)


def _decoded(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    # Between coded words the library gives what was there as bytes, which were letters before.
    return part.decode("raw-unicode-escape", "replace") if charset is None else decoded(part, charset)


def in_small(address: str) -> str:
    """An address in small letters: of ASCII alone, since small forms of other letters may be those of a member."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in address)


def people(parsed: Parsed, name: str) -> list[Mailbox]:
    """Whom a header names, at most a hundred; without whoever has no address."""
    found: dict[str, Mailbox] = {}
    for each in all_raw(parsed, name)[:5]:
        said = _SPACES.sub(" ", legible(each[:LONGEST], parsed))
        for title, address in getaddresses([said])[:MOST_PEOPLE]:
            address = in_small(address.strip())
            if _ADDRESS.match(address):
                found.setdefault(address, Mailbox(words(title)[:200], address))
    return list(found.values())


def sender(parsed: Parsed) -> Mailbox:
    """Who wrote it: From, else Sender, else Reply-To; of an archive that hides addresses, too. Maybe nobody."""
    for name in ("From", "Sender", "Reply-To"):
        if hidden := _hidden(value(parsed, name)):
            return hidden
        if found := people(parsed, name):
            return found[0]
    return Mailbox(value(parsed, "From")[:200], "")


def _hidden(said: str) -> Mailbox | None:
    """Whom an archive names that hides addresses: "ada at example.org (Ada)", or letters swapped beyond recognition."""
    if "<" in said:
        return None  # There is an address, and what stands before it is a name, whatever it looks like.
    title = _TITLE.search(said)
    name = words(title[1])[:200] if title else ""
    if plain := _OBFUSCATED.match(said):
        return Mailbox(name, f"{plain[1]}@{_DOT.sub('.', plain[2])}".lower())
    if _SWAPPED.search(said):
        digest = hashlib.sha256(said.partition("(")[0].strip().lower().encode()).hexdigest()
        return Mailbox(name, f"{digest[:32]}@hidden.invalid")
    return None


def references(parsed: Parsed) -> tuple[str, ...]:
    """What it says it answers, the nearest last: In-Reply-To, then References, whose last is the parent (RFC 5322)."""
    names: dict[str, None] = {}
    for header in ("In-Reply-To", "References"):
        said = _SPACES.sub(" ", raw(parsed, header)[:LONGEST])
        for name in _NAMED.findall(said)[-MOST_REFERENCES:]:
            known = known_as(name)
            names.pop(known, None)
            names[known] = None
    return tuple(names)


def date(parsed: Parsed) -> datetime | None:
    """When it says it was written; None where that is no date, or not of our time."""
    return moment(raw(parsed, "Date"))


def received(parsed: Parsed) -> datetime | None:
    """When the last server that says so took it in: after the last semicolon of a Received line (RFC 5322, 3.6.7)."""
    dates = (moment(each.rpartition(";")[2]) for each in all_raw(parsed, "Received")[:MOST_REFERENCES])
    return next((when for when in dates if when), None)


def moment(said: str) -> datetime | None:
    """The date these words name, in UTC where they name no zone; None where that is no date, or not of our time."""
    try:
        when = parsedate_to_datetime(_SPACES.sub(" ", said[:200]))
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return when if _FIRST < when < _LAST else None


def file_name(part: Parsed) -> str:
    """The name a part says its file has, decoded: RFC 2231, coded words (RFC 2047), or as it stood; maybe empty."""
    try:
        said = str(part.get_filename() or "")
    except (ValueError, TypeError, LookupError):
        said = ""
    if "\ufffd" in said:
        found = _FILE_NAME.search(raw(part, "Content-Disposition") + ";" + raw(part, "Content-Type"))
        said = found[1] if found else said
    if _CODED.search(said):
        # Within a name, coded words that a program broke stand beside each other.
        said = re.sub(r"\?=\s+=\?", "?==?", said)
    return words(_as_bytes_told(said))


def _as_bytes_told(said: str) -> str:
    """UTF-8 that was read as Latin-1 or told in percent signs without naming a charset, as the letters it was."""
    if _PERCENT.search(said) and not re.search(r"%(?![0-9A-Fa-f]{2})", said):
        with suppress(UnicodeError):
            return unquote(said, errors="strict")
    if not said.isascii():
        with suppress(UnicodeError):
            return said.encode("latin-1").decode()
    return said
