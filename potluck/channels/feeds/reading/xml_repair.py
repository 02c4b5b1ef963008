"""Bytes from the wild made into UTF-8 that an XML parser will take.

Measured on real feeds, about one in ten is not well-formed, and the quick parser then drops text without a
word: everything after an undeclared `&nbsp;`, or after a stray control character. So we mend those first.
"""

import codecs
import re
import zlib
from html.entities import html5

from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed

# Generous for a feed (the largest of 116 real ones is 1.4 MB), small beside the memory of a worker.
MOST_BYTES = 16 * 1024 * 1024

_BLANK = b" \t\r\n\xef\xbb\xbf"
_LONG_TAG = 100_000
_MOST_ATTRIBUTES = 2000

_ROOT = re.compile(rb"<(?:\?xml|(?:\w{1,20}:)?(?:rss|feed|rdf|opml))[\s>]", re.IGNORECASE)
# What may stand before the root, but for a document type: declarations, comments, byte order marks.
_PROLOG = re.compile(rb"(?:\s|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
# A feed laid into a web page as it is.
_FEED_IN_PAGE = re.compile(
    rb"""<(?:feed\b[^<>]*\bxmlns=["']http://(?:www\.w3\.org/2005/Atom|purl\.org/atom)|rss\s[^<>]*\bversion=)""",
    re.I,
)
_BEFORE_CLOSING = re.compile(rb"</(?:\w{1,20}:)?(?:rss|feed|rdf|opml)\s*>", re.IGNORECASE)
_FAR = 256 * 1024
_DOCTYPE = re.compile(rb"<!DOCTYPE\b", re.IGNORECASE)
_END_OF_SUBSET = re.compile(rb"\]\s*>")
_DECLARED = re.compile(rb"""encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""")
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
# Encodings whose bytes look like ASCII: only the declaration tells.
_ESCAPED = ("iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-kr", "hz-gb-2312", "hz")
# Text encodings nobody means, some of them slow or unsafe to decode.
_REFUSED = ("utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")
# What is declared, and what people who declare it really write.
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
          "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949"}  # fmt: skip
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_STRAY_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
_NOT_A_CHARACTER = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")
_CLOSINGS = (b"</rss>", b"</feed>", b"</rdf:RDF>", b"</opml>")
_PAGE = (b"<html", b"<!doctype html")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def unpacked(body: bytes) -> bytes:
    """The body without a gzip wrapping that the web server forgot to mention, and within the limit."""
    if body[:2] == b"\x1f\x8b":
        inflate = zlib.decompressobj(wbits=31)
        try:
            body = inflate.decompress(body, MOST_BYTES + 1)
        except zlib.error:
            raise Malformed(_("This file is packed with gzip, and damaged.")) from None
    if len(body) > MOST_BYTES:
        raise Malformed(_("This file is larger than 16 MB, which is more than we read."))
    return body


def utf8(body: bytes, content_type: str = "") -> bytes:
    """The same text in UTF-8, without byte order mark or control characters.

    What is valid UTF-8 is UTF-8, whatever is declared: other encodings hardly ever look like it by chance,
    and wrong declarations are common.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _recoded(body[len(mark) :] if name == "utf-8" else body, name)
    if b"\x00" in body[:4]:
        return _recoded(body, "utf-16-be" if body[:1] == b"\x00" else "utf-16-le")
    declared = _declared(body)
    if declared in _ESCAPED:
        return _recoded(body, declared)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _recoded(body, declared, _charset(content_type))
    return body.translate(None, _CONTROLS)


def html(page: bytes) -> str:
    """The text of a web page, in the encoding it names in its head."""
    said = _HEADER_CHARSET.search(page[:2048].decode("ascii", "replace"))
    return utf8(page, said[0] if said else "").decode("utf-8", "replace")


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:600])
    return found[1].decode("ascii").lower() if found else ""


def _charset(content_type: str) -> str:
    found = _HEADER_CHARSET.search(content_type)
    return found[1].lower() if found else ""


def _recoded(body: bytes, *names: str) -> bytes:
    """Decoded by the first encoding that fits, else by the one that loses least, else as Windows text."""
    codings = [coding for name in names if (coding := _coding(name))] + ["utf-8"]
    best, lost = "", len(body) + 1
    for coding in dict.fromkeys(codings):
        text = body.decode(coding, "replace")
        damage = text.count("\ufffd")
        if damage < lost:
            best, lost = text, damage
        if not damage:
            break
    if lost * 20 > sum(1 for char in best if char > "\x7f"):
        best = body.decode("cp1252", "replace")
    return best.encode("utf-8", "replace").translate(None, _CONTROLS)


def _coding(name: str) -> str:
    try:
        found = codecs.lookup(name).name if name else ""
        b"".decode(found or "utf-8")
    except (LookupError, ValueError):
        return ""
    return "" if found in _REFUSED else _WIDER.get(found, found)


def tangled(body: bytes) -> bool:
    """Whether one tag has thousands of attributes, which libxml2 compares each with each for minutes."""
    if len(body) < _LONG_TAG:
        return False
    long = (piece[piece.rfind(b"<") :] for piece in body.split(b">") if len(piece) > _LONG_TAG)
    return any(tag.count(b"=") > _MOST_ATTRIBUTES for tag in long)


def xml(body: bytes) -> bytes:
    """UTF-8 XML with what parsers stumble over mended: declarations that lie, entities, stray ampersands.

    A document type goes altogether, and with it every entity it declares: bombs, and files from elsewhere.
    """
    body = _without_surroundings(body)
    if tangled(body):
        raise Malformed(_("This file is built so that no program can read it in reasonable time."))
    if b"&#" in body:
        body = _NOT_A_CHARACTER.sub(b"", body)
    return _mend_ampersands(body) if _STRAY_AMPERSAND.search(body) else body


def _without_surroundings(body: bytes) -> bytes:
    """Without what programs print before and after a feed: warnings, blank lines, marks, scripts, a page around it."""
    page = body.lstrip(_BLANK)[:15].lower().startswith(_PAGE)
    body = _without_prolog(body.strip())
    if not _ROOT.match(body) and (
        root := (_FEED_IN_PAGE.search(body) if page else _ROOT.search(body, 0, _FAR))
    ):
        body = _without_prolog(body[root.start() :])
    if body.endswith(_CLOSINGS):
        return body
    end = max((found.end() for found in _BEFORE_CLOSING.finditer(body, max(0, len(body) - _FAR))), default=0)
    if end <= 16 or any(mark in body[end:] for mark in (b"<item", b"<entry", b"<outline")):
        return body
    return body[:end]


def _without_prolog(body: bytes) -> bytes:
    body = body[_end_of_prolog(body) :]
    if _DOCTYPE.match(body):
        body = body[_end_of_doctype(body, 0) :]
        body = body[_end_of_prolog(body) :]
    return body


def _end_of_prolog(body: bytes) -> int:
    found = _PROLOG.match(body)
    return found.end() if found else 0


def _end_of_doctype(body: bytes, start: int) -> int:
    close, subset = body.find(b">", start), body.find(b"[", start)
    if subset != -1 and subset < close:
        ending = _END_OF_SUBSET.search(body, subset)
        close = ending.end() - 1 if ending else -1
    return close + 1 if close != -1 else len(body)


def _mend_ampersands(body: bytes) -> bytes:
    """Outside CDATA, named characters become themselves and other loose ampersands become `&amp;`."""
    pieces = body.split(b"<![CDATA[")
    mended = [_STRAY_AMPERSAND.sub(b"&amp;", _NAMED.sub(_character, pieces[0]))]
    for piece in pieces[1:]:
        inside, end, outside = piece.partition(b"]]>")
        mended += [b"<![CDATA[", inside, end]
        mended.append(_STRAY_AMPERSAND.sub(b"&amp;", _NAMED.sub(_character, outside)))
    return b"".join(mended)


def _character(found: re.Match[bytes]) -> bytes:
    character = html5.get(found[1].decode("ascii") + ";")
    if character is None or character in "<>&\"'":
        return found[0]
    return character.encode()
