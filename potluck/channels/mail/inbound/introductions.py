"""Recognise where a mail program put the message that is answered: lines that introduce it, and blocks of its headers.

Words for "wrote" and "From" differ by language and program, so three facts count that do not: an address in angle
brackets, a date, and above all who we are. A letter of ours comes from our own address; its reply names that.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# What is longer is nobody's introduction, header or signature; patterns are not asked about it.
LONGEST_LINE = 500
_MOST_LINES, _MOST_HEADERS = 4, 14

# Marks that show nothing: direction, joiners, a byte order mark.
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_BOX = re.compile(r"[<(\[]\s*(?:mailto:)?[^\s<>()\[\]@]{1,80}@[^\s<>()\[\]@]{1,100}")
_ADDRESS = re.compile(r"[^\s<>()\[\]@:;,]{1,80}@(?:[\w-]{1,63}\.)+\w{2,24}")
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|geschrieben|a\s+écrit|écrit|escribi[oó]|ha\s+scritto|scrisse|scrive|escreveu|schreef"
    r"|skrev|skrifaði|kirjoitti|napisał\S*|pisze|napsal\S*|napísal\S*|píše|írta|írt|a\s+scris|napisa\S*|је\s+написа\S*"
    r"|написа\S*|пише|пишет|yazdı|şunu yazdı|έγραψε|έγραψαν|kirjutas|rašė|rakstīja|va escriure|ha escrit|idatzi du"
    r"|đã\s+viết|menulis|menulis:)(?!\w)|כתב|كتب|نوشت|写道|寫道|书写|のメール|書きました|작성|เขียนว่า",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[:：]\s*(?:\*+|_+|-+)?\s*\Z|-{2,4}\s*\Z")
_RULED = re.compile(r"\W{0,3}(?:[-_=*]{3,})\s*(?:&nbsp;)?\s*(?=\w|[^\W\d_]).{3,120}?\s*(?:[-_=*:]{2,})\s*\Z")
_DATE = re.compile(r"(?:.*?\d){4}", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?…。！？]['\")»”]?\s*\Z")
# "On 3 April 2026 at 10:02, Ada wrote:" in whatever language: a line or three ending in a colon, with numbers in it.
_NUMBERED = re.compile(
    r"(?=.*?(?:\d[:.h時点]\s?\d\d|\d[-./年]\s?\d{1,2}[-./月]|\b\d{1,2}\b.*?\b\d{4}\b))(?=(?:.*?\d){3}).{8,400}[:：]\s*\Z",
    re.DOTALL,
)

_LABEL = re.compile(r"\W{0,4}([^\W\d_][\w\s.'’‑־ـ\u064b-\u0652-]{0,28}?)\s?[:：](?!//)\s*(.*)", re.DOTALL)
# Labels of headers by what they say, in the languages of mail programs; a colon stands for a blank in a label.
_KNOWN = {
    "from": "from von de da od feladó lähettäjä fra från van от від gönderen kimden από מאת من 发件人 寄件者 "
    "差出人 보낸사람 de:la dela expéditeur remitente mittente afzender šalje šiuntėjas saatja no "
    "nosūtītājs từ dari จาก از odesílatel odosielateľ avsändare afsender avsender от:кого",
    "sent": "sent gesendet envoyé enviado inviato verzonden skickat sendt отправлено надіслано wysłane "
    "odesláno odoslané elküldve küldve lähetetty gönderildi στάλθηκε נשלח تم:الإرسال 发送时间 傳送時間 "
    "送信日時 보낸날짜 trimis poslano изпратено saadetud išsiųsta enviat date datum fecha data dato pvm "
    "dátum dată датум дата tarih ημερομηνία תאריך التاريخ 日期 日付 日時 날짜 sendedatum",
    "to": "to an à para a aan til till до do komu címzett vastaanottaja kime προς אל إلى 收件人 收件者 宛先 "
    "받는사람 către za prima кому kam kepada đến ถึง به per destinataire destinatario",
    "subject": "subject betreff objet asunto oggetto onderwerp ämne emne тема temat předmět predmet tárgy "
    "aihe konu θέμα נושא الموضوع 主题 主旨 件名 제목 subiect assunto assumpte teema tema относно perihal "
    "chủ:đề เรื่อง موضوع",
    "reply": "reply:to antwort:an répondre:à responder:a rispondi:a risposta odpowiedz:do svar:til "
    "svara:till",
}
_ROLE = {label.replace(":", " "): role for role, labels in _KNOWN.items() for label in labels.split()}
_ROLE |= {
    "reply-to": "reply",
    "antwoord aan": "reply",
    "보낸 사람": "from",
    "보낸 날짜": "sent",
    "받는 사람": "to",
}
_FORWARDED = re.compile(
    r"forwarded|weitergeleitet|transf[eé]r|reenviad|inoltrat|doorgestuurd|转发|轉寄|転送|пересл",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Own:
    """Who we are: the address our letters come from, the domain that replies go to, our web address, our name."""

    address: str = ""
    domain: str = ""
    host: str = ""
    name: str = ""

    def is_named(self, text: str) -> bool:
        """Whether a text says that it is from us: by our address, or as "somebody via our name"."""
        text = text.lower()
        if self.address and re.search(rf"(?<![\w.+-]){re.escape(self.address)}(?![\w-])", text):
            return True
        if self.domain and re.search(rf"[a-z-]{{2,20}}\+[a-z2-7]{{16,64}}@{re.escape(self.domain)}", text):
            return True
        return bool(self.name) and re.search(rf"\bvia\s+{re.escape(self.name.lower())}\b", text) is not None

    def is_linked(self, text: str) -> bool:
        """Whether a text has a link as only our letters have them: to stop them, or to one's mail preferences."""
        return (
            bool(self.host)
            and re.search(rf"{re.escape(self.host)}/(?:mail/(?:off|never|confirm)/|you/mail\b)", text.lower())
            is not None
        )

    def is_home(self, line: str) -> bool:
        """Whether a line is our web address and nothing else, as it ends our short answers."""
        return (
            bool(self.host)
            and re.fullmatch(rf"\W{{0,3}}(?:https?://)?{re.escape(self.host)}/?(?:\W.*)?", line.lower())
            is not None
            and line.count("/") <= 6
        )


NOBODY = Own()


def plain(line: str) -> str:
    """A line as it is looked at: without what is not seen, and without stars of emphasis."""
    if len(line) > LONGEST_LINE:
        return line[:LONGEST_LINE]
    return _UNSEEN.sub("", line).replace("\u00a0", " ").replace("\u202f", " ").replace("*", "").strip()


def introduction_above(lines: Sequence[str], start: int, at: int, own: Own, *, marked: bool) -> int:
    """Where the lines begin that introduce the quote at this line; the line itself if none do. `lines` are plain.

    `marked`: the quote has marks, so that a date and a colon are enough. Without, an address or a name must be there.
    """
    at = _unblank(lines, start, at)
    best = at
    for first in range(at - 1, max(start, at - _MOST_LINES) - 1, -1):
        if not lines[first] or _goes_before(lines, first, at):
            break
        said = " ".join(lines[first:at])
        grade = _grade(said, own)
        if grade == 2:
            return first
        if best == at and (grade == 1 or (marked and _NUMBERED.match(said))):
            best = first
    return best


def _goes_before(lines: Sequence[str], first: int, at: int) -> bool:
    """Whether a line above others is a sentence of its own."""
    if first == at - 1:
        return False
    line = lines[first]
    return bool(_SENTENCE_END.search(line)) and sum(char.isdigit() for char in line) < 2


def _grade(said: str, own: Own) -> int:
    """2: surely a whole introduction; 1: one, though a part of it may stand above; 0: none."""
    if len(said) > LONGEST_LINE:
        return 0
    wrote, ends = _WROTE.search(said), bool(_ENDS.search(said))
    named, boxed = own.is_named(said), bool(_BOX.search(said) or _ADDRESS.search(said))
    dated = bool(_DATE.match(said))
    if dated and (named or boxed or wrote) and (ends or (wrote and (named or boxed))):
        return 2
    if ends and (named or (boxed and (wrote or _BOX.search(said)))):
        return 1
    return 1 if wrote and ends and said[wrote.end() :].strip(" :：*-_") == "" else 0


def introduces(lines: Sequence[str], at: int, end: int, own: Own) -> int:
    """How many lines from this one on introduce a quote that has no marks; 0 if none do."""
    said = ""
    for last in range(at, min(end, at + _MOST_LINES)):
        if (
            not lines[last]
            or lines[last].startswith(">")
            or (last > at and _goes_before(lines, last - 1, last + 1))
        ):
            break
        said = f"{said} {lines[last]}".strip()
        wrote, named = _WROTE.search(said), own.is_named(said)
        boxed = _BOX.search(said)
        if len(said) > LONGEST_LINE:
            break
        if named and _DATE.match(said) and re.search(r"@[^\s]*\W{0,4}[\w\s]{0,40}[:：]\s", said + " "):
            return last - at + 1
        if _ENDS.search(said) and _is_sure(said, named=named, boxed=bool(boxed), wrote=bool(wrote)):
            # What stands right above an introduction is none of it.
            return last - at + 1 if introduction_above(lines, at, last + 1, own, marked=False) == at else 0
    return 0


def _is_sure(said: str, *, named: bool, boxed: bool, wrote: bool) -> bool:
    dated = bool(_DATE.match(said))
    return (
        (named and (dated or wrote))
        or (boxed and (wrote or dated))
        or (
            wrote
            and dated
            and said.startswith(("On ", "Am ", "Le ", "El ", "Il ", "Op ", "Em ", "Den ", "W dniu ", "Dne "))
        )
    )


def is_ruled(line: str) -> bool:
    """Whether a line is words between dashes, as "-----Original Message-----"."""
    return bool(_RULED.match(line))


def is_forwarded(line: str) -> bool:
    """Whether such a line says that what follows was passed on."""
    return is_ruled(line) and bool(_FORWARDED.search(line))


def headers_at(lines: Sequence[str], at: int, end: int, own: Own, *, ruled: bool = False) -> int:
    """How many lines from this one on are headers of a quoted message, in whatever language; 0 if they are none.

    Three lines in a row of "word: ...", of which one names us, or one holds an address and two are
    headers by what they say; or the kinds of
    headers that only programs write together. `ruled`: a line of dashes with words stood above.
    """
    found: list[tuple[str, str]] = []
    place = at
    while place < end and len(found) < _MOST_HEADERS:
        line = lines[place]
        if not line:
            if (
                place + 1 < end
                and found
                and place - 1 >= at
                and lines[place - 1]
                and _label(lines[place + 1])
            ):
                place += 1
                continue
            break
        label = _label(line)
        if label is None and found and _continues(line):
            found[-1] = (found[-1][0], f"{found[-1][1]} {line}")
        elif label is None:
            break
        else:
            found.append(label)
        place += 1
    return place - at if _are_headers(found, own, ruled=ruled) else 0


def _label(line: str) -> tuple[str, str] | None:
    match = _LABEL.match(line)
    return (" ".join(match[1].lower().split()), match[2]) if match and len(match[1].split()) <= 4 else None


def _continues(line: str) -> bool:
    return line.count("@") > 0 and (bool(_BOX.search(line)) or line.endswith((";", ",", ">")))


def _are_headers(found: Sequence[tuple[str, str]], own: Own, *, ruled: bool) -> bool:
    roles = {role for label, _value in found if (role := _ROLE.get(label))}
    named = any(
        own.is_named(value)
        or (_ROLE.get(label) == "from" and own.name and value.lower().strip(' "') == own.name.lower())
        for label, value in found
    )
    boxed = any(_BOX.search(value) for _label, value in found)
    held = any(_ADDRESS.search(value) for _label, value in found)
    if named and (len(found) >= 3 or "from" in roles):
        return True
    # An address alone makes no headers: "Name: Eve <...>", "Phone: ...", "Open: ..." is how to reach somebody.
    if len(found) >= 3 and (boxed or held) and len(roles) >= 2:
        return True
    if len(found) >= 4 and len(roles) >= 3 and _has_sent(found):
        return True
    return ruled and len(found) >= 2 and len(roles) >= 2


def _has_sent(found: Sequence[tuple[str, str]]) -> bool:
    """Whether one says when it was sent, in a word that only mail programs put before a colon."""
    return any(
        _ROLE.get(label) == "sent" and label not in ("date", "datum", "data", "fecha", "dato")
        for label, _value in found
    )


def _unblank(lines: Sequence[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1]:
        end -= 1
    return end
