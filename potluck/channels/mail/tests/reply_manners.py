"""Replies as eight mail programs write them in 27 languages: how each quotes what it answers, plain and in HTML."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import product

PROGRAMS = ("gmail", "outlook", "apple", "thunderbird", "yahoo", "proton", "zoho", "lotus")


@dataclass(frozen=True, slots=True)
class Tongue:
    """How programs of one language introduce a quote: a line in words, and the labels of From, Sent, To, Subject."""

    intro: str
    labels: tuple[str, str, str, str]
    telephone: str


# In the line: {d} is the date and the time, {n} the name, {a} the address.
TONGUES = {
    "en": Tongue("On {d}, {n} <{a}> wrote:", ("From", "Sent", "To", "Subject"), "Sent from my iPhone"),
    "de": Tongue("Am {d} schrieb {n} <{a}>:", ("Von", "Gesendet", "An", "Betreff"), "Von meinem iPhone gesendet"),
    "fr": Tongue("Le {d}, {n} <{a}> a écrit :", ("De", "Envoyé", "À", "Objet"), "Envoyé de mon iPhone"),
    "es": Tongue("El {d}, {n} (<{a}>) escribió:", ("De", "Enviado", "Para", "Asunto"), "Enviado desde mi iPhone"),
    "it": Tongue("Il giorno {d} {n} <{a}> ha scritto:", ("Da", "Inviato", "A", "Oggetto"), "Inviato da iPhone"),
    "nl": Tongue("Op {d} schreef {n} <{a}>:", ("Van", "Verzonden", "Aan", "Onderwerp"), "Verstuurd vanaf mijn iPhone"),
    "sv": Tongue("Den {d} skrev {n} <{a}>:", ("Från", "Skickat", "Till", "Ämne"), "Skickat från min iPhone"),
    "da": Tongue("Den {d} skrev {n} <{a}>:", ("Fra", "Sendt", "Til", "Emne"), "Sendt fra min iPhone"),
    "nb": Tongue("{d} skrev {n} <{a}>:", ("Fra", "Sendt", "Til", "Emne"), "Sendt fra min iPhone"),
    "fi": Tongue(
        "{d} {n} ({a}) kirjoitti:", ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"), "Lähetetty iPhonesta"
    ),
    "pl": Tongue("{d} {n} <{a}> napisał(a):", ("Od", "Wysłane", "Do", "Temat"), "Wysłane z iPhone'a"),
    "cs": Tongue("{d} odesílatel {n} <{a}> napsal:", ("Od", "Odesláno", "Komu", "Předmět"), "Odesláno z iPhonu"),
    "sk": Tongue("{d} {n} <{a}> napísal(a):", ("Od", "Odoslané", "Komu", "Predmet"), "Odoslané z iPhonu"),
    "hu": Tongue(
        "{n} <{a}> ezt írta (időpont: {d}):", ("Feladó", "Elküldve", "Címzett", "Tárgy"), "iPhone-omról küldve"
    ),
    "pt": Tongue("Em {d}, {n} <{a}> escreveu:", ("De", "Enviado", "Para", "Assunto"), "Enviado do meu iPhone"),
    "tr": Tongue(
        "{n} <{a}>, {d} tarihinde şunu yazdı:", ("Kimden", "Gönderildi", "Kime", "Konu"), "iPhone'umdan gönderildi"
    ),
    "ro": Tongue("În {d}, {n} <{a}> a scris:", ("De la", "Trimis", "Către", "Subiect"), "Trimis de pe iPhone-ul meu"),
    "hr": Tongue("{d} {n} <{a}> napisao je:", ("Šalje", "Poslano", "Prima", "Predmet"), "Poslano s iPhonea"),
    "ca": Tongue("Missatge de {n} <{a}> del dia {d}:", ("De", "Enviat", "Per a", "Assumpte"), "Enviat des de l'iPhone"),
    "el": Tongue(
        "Στις {d}, ο χρήστης {n} <{a}> έγραψε:", ("Από", "Στάλθηκε", "Προς", "Θέμα"), "Στάλθηκε από το iPhone μου"
    ),
    "ru": Tongue("{d}, {n} <{a}>:", ("От", "Отправлено", "Кому", "Тема"), "Отправлено с iPhone"),
    "uk": Tongue("{d} {n} <{a}> пише:", ("Від", "Надіслано", "Кому", "Тема"), "Надіслано з iPhone"),
    "he": Tongue(
        "\u202bבתאריך {d} מאת \u202a{n}\u202c\u200f <\u202a{a}\u202c\u200f>:\u202c",
        ("מאת", "נשלח", "אל", "נושא"),
        "נשלח מה-iPhone שלי",
    ),
    "ar": Tongue(
        "في {d} تمت كتابة ما يلي بواسطة {n} <{a}>:",
        ("من", "تم الإرسال", "إلى", "الموضوع"),
        "أُرسلت من الـ iPhone",
    ),
    "zh": Tongue("{n} <{a}> 于{d}写道：", ("发件人", "发送时间", "收件人", "主题"), "发自我的 iPhone"),
    "ja": Tongue("{d} {n} <{a}>:", ("差出人", "送信日時", "宛先", "件名"), "iPhoneから送信"),
    "ko": Tongue("{d}, {n} <{a}>님이 작성:", ("보낸 사람", "보낸 날짜", "받는 사람", "제목"), "나의 iPhone에서 보냄"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter of ours as it lies in somebody's mailbox. `secret` are words for its reader alone."""

    kind: str
    name: str
    address: str
    reader: str
    subject: str
    text: str
    html: str
    secret: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a reply is written: with which program, in which language, above or below the quote, plain or HTML."""

    program: str
    language: str
    is_above: bool
    is_html: bool


def manners() -> Iterator[Manner]:
    """All of them."""
    for program, language, above, html in product(PROGRAMS, TONGUES, (True, False), (False, True)):
        yield Manner(program, language, above, html)


def body(sent: Sent, words: str, manner: Manner) -> str:
    """What the program makes of a reply, with what somebody wrote in it."""
    tongue = TONGUES[manner.language]
    if manner.is_html:
        own = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in words.split("\n"))
        quote = _html(sent, manner.program, tongue)
        parts = [own, "<div><br></div>", quote] if manner.is_above else [quote, "<div><br></div>", own]
        return f"<html><body>{''.join(parts)}</body></html>"
    parts = [words, _plain(sent, manner.program, tongue)]
    if manner.program == "apple" and manner.is_above:
        parts.insert(1, tongue.telephone)
    return "\n\n".join(parts if manner.is_above else parts[::-1]) + "\n"


def _intro(sent: Sent, tongue: Tongue) -> str:
    return tongue.intro.format(d="29.11.2026 10:15", n=sent.name, a=sent.address)


def _headers(sent: Sent, tongue: Tongue) -> list[tuple[str, str]]:
    values = (f"{sent.name} <{sent.address}>", "29.11.2026 10:15", f"Ben <{sent.reader}>", sent.subject)
    return list(zip(tongue.labels, values, strict=True))


def _marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip("\n").split("\n"))


def _plain(sent: Sent, program: str, tongue: Tongue) -> str:
    intro, headers = _intro(sent, tongue), _headers(sent, tongue)
    broken = "\n".join(textwrap.wrap(intro, 72, break_long_words=False, break_on_hyphens=False))
    return {
        "gmail": f"{broken}\n\n{_marked(sent.text)}",
        "outlook": "_" * 32 + "\n" + "\n".join(f"{k}: {v}" for k, v in headers) + f"\n\n{sent.text}",
        "apple": _marked(f"{intro}\n\n{sent.text}"),
        "thunderbird": f"{intro}\n{_marked(sent.text)}",
        "yahoo": f"    {intro}  \n\n {sent.text.replace(chr(10), chr(10) + ' ')}",
        "proton": f"Sent with Proton Mail secure email.\n\n{intro}\n\n{_marked(sent.text)}",
        "zoho": f"---- {intro.rstrip(' :：')} ----\n\n{sent.text}",
        "lotus": "\n".join(f"{k + ':':<16}{v}" for k, v in headers) + f"\n\n\n\n{sent.text}",
    }[program]


def _html(sent: Sent, program: str, tongue: Tongue) -> str:
    intro, inner = escape(_intro(sent, tongue)), _body_of(sent.html)
    rows = [(escape(label), escape(value)) for label, value in _headers(sent, tongue)]
    bold = "<br>".join(f"<b>{label}:</b> {value}" for label, value in rows)
    table = "".join(f"<tr><td><font>{k}:</font></td><td><font>{v}</font></td></tr>" for k, v in rows)
    return {
        "gmail": f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{intro}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0">{inner}</blockquote></div>',
        "outlook": '<div id="appendonsend"></div><hr style="display:inline-block;width:98%">'
        f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{bold}</font><div>&nbsp;</div></div>'
        f"<div>{inner}</div>",
        "apple": f'<div dir="ltr">{tongue.telephone}</div><div dir="ltr"><br><blockquote type="cite">{intro}<br><br>'
        f'</blockquote></div><blockquote type="cite"><div dir="ltr">{inner}</div></blockquote>',
        "thunderbird": f'<div class="moz-cite-prefix">{intro}<br></div><blockquote type="cite" cite="mid:1">{inner}'
        "</blockquote>",
        "yahoo": f'<div id="yahoo_quoted_1" class="yahoo_quoted"><div><div>{intro}</div><div><br></div><div>{inner}'
        "</div></div></div>",
        "proton": f'<div class="protonmail_quote">{intro}<br><blockquote class="protonmail_quote" type="cite">{inner}'
        "</blockquote></div>",
        "zoho": f'<div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- {intro.rstrip(" :：")} ----</div><br>'
        f'<blockquote id="blockquote_zmail">{inner}</blockquote></div>',
        "lotus": f"<br><table>{table}</table><hr><br>{inner}",
    }[program]


def _body_of(html: str) -> str:
    found = re.search(r"<body[^>]*>(.*)</body>", html, re.DOTALL)
    return found[1] if found else html
