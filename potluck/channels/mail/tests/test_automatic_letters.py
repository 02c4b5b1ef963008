"""Letters of absence, receipts, reports and answers of calendars never become posts; what people write does."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_string, policy
from email.message import EmailMessage

import pytest
from django.core import mail
from django.utils import timezone

from potluck import door
from potluck.channels.mail.addresses import ask_address, reply_address
from potluck.channels.mail.inbound.autoreply import Made, made
from potluck.channels.mail.inbound.message import Mailbox, Message
from potluck.channels.mail.models import Letter, State
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post

from .conftest import letter

PostIn = Callable[..., Letter]

SUBJECTS = """OOO: in the garden till Friday|Out of Office|[EXTERN] Out of the office: Re: hens
Auto-Reply: beans|AUTO: Ben Otter is out
Re: Automatic reply: beans|[hens] Automatic Reply|Absent|Vacation response: beans|Abwesenheitsmeldung
AW: Abwesend: Bohnen
Nicht im Büro|Automatische Rückmeldung: Bohnen|Message automatique : haricots|Absente|Avis d'absence|Fuera de oficina
Ausente: judías|Respuesta automatica: judías|Fuori ufficio: fagioli|Assente|Afwezigheidsbericht: bonen|Niet aanwezig
Automatiskt svar: bönor|Frånvarande|Autosvar: bønner|Fravær|Ikke til stede: bønner|Poissa|Poissaoloilmoitus: pavut
Nieobecny|Autoodpowiedź: fasola|Automatická odpověď: fazole|Mimo kancelář|Automatikus válasz: bab|Házon kívül
Răspuns automat: fasole
Automatski odgovor: grah|Samodejni odgovor: fižol|Автоматический ответ: бобы|Вне офиса
Автоматична відповідь: боби|Автоматичен отговор: боб
Otomatik yanıt: fasulye|Ofis dışındayım|Αυτόματη απάντηση: φασόλια|Εκτός γραφείου|מענה אוטומטי: שעועית
رد تلقائي: فول|自动回复: 豆|自動回覆：豆
不在办公室|【自動応答】豆|不在のお知らせ|자동 회신: 콩|부재중|Trả lời tự động: đậu|Balasan otomatis: kacang
Ausência|Fora do escritório: feijão"""
AWAY = [
    "I am out of the office until 4 May and will answer when I am back. In urgent cases write to office@example.net.",
    "Hello,\n\nThank you for your message. I'm currently on vacation with limited access to email.\n\nBest regards\n"
    "Ben Otter\nHead Gardener",
    "I will be away from Monday.",
    "This is an automatic reply. I am on parental leave until June.\n\nBen",
    "Ich bin bis zum 4. Mai nicht im Büro. Ihre Nachricht wird nicht weitergeleitet.",
    "Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ich bin derzeit im Urlaub und melde mich nach meiner Rückkehr.\n\n"
    "Viele Grüße\nBen",
    "Bonjour,\nje suis absent du bureau jusqu'au 4 mai. En cas d'urgence, merci de contacter Cleo.",
    "Estoy fuera de la oficina hasta el 4 de mayo. Contestaré a mi regreso.",
    "Sono assente fino al 4 maggio. Risponderò al mio rientro.",
    "Ik ben afwezig tot 4 mei. Bij dringende zaken kunt u contact opnemen met Cleo.",
    "Estou de férias até 4 de maio. Responderei quando voltar.",
    "Jag är på semester till den 4 maj.",
    "Jeg er ikke på kontoret før 4. maj.",
    "Olen lomalla 4.5. asti.",
    "Jestem na urlopie do 4 maja. Odpowiem po powrocie.",
    "Jsem mimo kancelář do 4. května.",
    "Szabadságon vagyok május 4-ig.",
    "Я в отпуске до 4 мая. Отвечу, когда вернусь.",
    "Я у відпустці до 4 травня.",
    "4 Mayıs'a kadar izindeyim.",
    "Απουσιάζω μέχρι τις 4 Μαΐου.",
    "אני בחופשה עד 4 במאי.",
    "أنا في إجازة حتى 4 مايو.",
    "我正在休假，5月4日回来。",
    "5月4日まで休暇をいただいております。",
    "5월 4일까지 휴가 중입니다.",
]
BY_PEOPLE = [
    ("Who looks after hens when I am on holiday?", "Mine need water twice a day."),
    ("Hens", "I am on holiday next week and need somebody who looks after my hens. Who has time?"),
    (
        "Watering",
        "I am away until Monday, but my tomatoes need water every day. Cleo waters them with clay pots.",
    ),
    ("Vacation: who waters the beans?", "We go in July. What do you do with yours?"),
    (
        "Absence makes the heart grow fonder",
        "A line from a song that my grandmother taught me while we were shelling peas.",
    ),
    ("Out of office plants, which needs the least light?", "Ours stand far from the window."),
    ("Away from slugs", "Raised beds with a copper rim keep them off. I built mine from old doors."),
    ("Urlaub auf dem Hof", "Wir suchen einen Hof, auf dem Kinder mithelfen dürfen. Wer kennt einen?"),
    ("Auto: which oil?", "The old tractor takes anything, they say. Is that so?"),
    ("Read: Braiding Sweetgrass", "This book taught me more about sweetgrass than ten years of gardening."),
    (
        "Accepted: three ways of pruning",
        "All three are taught in the orchard course, and each has its reasons.",
    ),
    ("Delivered", "The manure came today. How deep do I dig it in?"),
    ("Undeliverable letters", "Mine to Cleo come back each week. Which setting do I look at?"),
    (
        "Fwd: Automatic reply: beans",
        "This is what Cleo's program says; I find it well written and would like to pass it on.",
    ),
    ("Automatic watering", "A bottle, a cord and a jar: it waters itself for two weeks."),
    (
        "Holiday",
        "Back from Crete! I learned how they dry figs: on straw mats, in the shade, turned every day.",
    ),
]


def by_whom(subject: str, text: str = "", **fields: object) -> Made:
    return made(
        Message(
            message_id="1@x", sender=Mailbox("Ben", "ben@example.org"), subject=subject, text=text, **fields
        ),
        "",
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "I am away until Monday.", "Tot maandag."])
@pytest.mark.parametrize("subject", [each for line in SUBJECTS.splitlines() for each in line.split("|")])
def test_a_subject_of_absence_is_of_a_program_in_any_language(db: None, subject: str, text: str) -> None:
    assert by_whom(subject, text) is Made.BY_A_MACHINE


@pytest.mark.parametrize("subject", ["zip", "Re: How do I keep slugs off?", ""])
@pytest.mark.parametrize("text", AWAY)
def test_a_text_of_absence_is_of_a_program_under_any_subject(db: None, subject: str, text: str) -> None:
    quoted = "\n\nOn Tue, 3 Mar 2026 at 10:00, Ada <ada@example.org> wrote:\n> How do I keep slugs off?\n"
    assert by_whom(subject, text) is Made.BY_A_MACHINE
    assert by_whom(subject, text + quoted) is Made.BY_A_MACHINE


@pytest.mark.parametrize(("subject", "text"), BY_PEOPLE)
def test_what_a_person_writes_of_being_away_is_a_letter(
    post_in: PostIn, ben: Person, subject: str, text: str
) -> None:
    post_in(letter("ben@example.org", ask_address(), subject, text))
    assert Post.objects.get().author == ben


@pytest.mark.parametrize(
    "header",
    [
        {"X-Mail-Autoreply": "yes"},
        {"X-Precedence": "auto_reply"},
        {"Precedence": "auto-reply"},
        {"Precedence": "Auto_Reply"},
        {"X-Precedence": "bulk"},
        {"X-Autorespond": "Re: beans"},
        {"X-Autoresponder": "1"},
        {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"},
        {"X-Auto-Response-Suppress": "All"},
        {"X-POST-MessageClass": "9; Autoresponder"},
        {"X-Failed-Recipients": "cleo@example.org"},
    ],
)
def test_a_header_of_a_program_is_enough(post_in: PostIn, ben: Person, header: dict[str, str]) -> None:
    message = letter("ben@example.org", ask_address(), "Beans?", "I read your letter when I can.")
    for name, value in header.items():
        message[name] = value
    assert post_in(message).state == State.IGNORED and not Post.objects.exists() and mail.outbox == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Auto-Response-Suppress", "RN, NRN"), ("X-Mail-Autoreply", "no"), ("Auto-Submitted", "no")],
)
def test_a_header_that_says_no_is_none(post_in: PostIn, ben: Person, name: str, value: str) -> None:
    message = letter("ben@example.org", ask_address(), "Beans?", "When do I sow them?")
    message[name] = value
    assert post_in(message).state == State.DONE and Post.objects.exists()


def test_half_a_letter_of_absence_at_once_after_ours_is_of_a_program(
    post_in: PostIn, ada: Person, ben: Person
) -> None:
    """Later, the same words are a person's."""
    asked = door.admit(Draft(author=ada, title="How do I keep slugs off?", kind=Kind.QUESTION))
    text = "I am on holiday until Monday. The garden shop has other hours now."
    message = letter(
        "ben@example.org",
        reply_address(asked.id, ben.id),
        "Re: slugs",
        text,
        In_Reply_To=f"<post.{asked.id}@localhost>",
    )
    assert post_in(message).state == State.IGNORED
    Letter.objects.update(handled_at=timezone.now() - timedelta(hours=1))
    late = letter("ben@example.org", ask_address(), "Hours", text)
    assert post_in(late).state == State.DONE and Post.objects.filter(author=ben).count() == 1


def in_parts(subtype: str, *parts: tuple[str, str], **params: str) -> EmailMessage:
    """A letter to ask@ of these parts: the type of each, and what it holds."""
    head = "".join(f'; {name.replace("_", "-")}="{value}"' for name, value in params.items())
    body = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    raw = f'Content-Type: multipart/{subtype}; boundary="b"{head}\n\n{body}--b--\n'
    message = message_from_string(raw, policy=policy.default)
    message["From"], message["To"] = "ben@example.org", ask_address()
    return message  # type: ignore[return-value]


REPORTS = [
    (
        "Beans",
        "report",
        [("text/plain", "Opened."), ("message/disposition-notification", "Disposition: manual-action")],
    ),
    (
        "Beans",
        "mixed",
        [("text/plain", "Opened."), ("message/disposition-notification", "Disposition: x; displayed")],
    ),
    ("Beans", "report", [("text/html", "<p>No.</p>"), ("text/plain", "Nothing more is known.")]),
    (
        "Beans",
        "mixed",
        [
            ("text/plain", "It waits."),
            ("message/delivery-status", "Reporting-MTA: dns; x\n\nAction: delayed"),
        ],
    ),
    (
        "Beans",
        "report",
        [("text/plain", "Done."), ("message/global-delivery-status", "Reporting-MTA: dns; x")],
    ),
    (
        "Beans",
        "alternative",
        [("text/plain", "Ben comes."), ('text/calendar; method="REPLY"', "BEGIN:VCALENDAR\nEND:VCALENDAR")],
    ),
    (
        "Beans",
        "mixed",
        [("text/plain", "Ben comes."), ("text/calendar", "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR")],
    ),
    (
        "Zugesagt: Bohnen",
        "mixed",
        [("text/plain", "Bis dann"), ("text/calendar", "BEGIN:VCALENDAR\nEND:VCALENDAR")],
    ),
    (
        "Accepté : haricots",
        "mixed",
        [("text/plain", "Oui"), ("text/calendar", "BEGIN:VCALENDAR\nEND:VCALENDAR")],
    ),
    (
        "Declined: beans",
        "mixed",
        [("text/plain", "No"), ("application/ics", "BEGIN:VCALENDAR\nEND:VCALENDAR")],
    ),
]


@pytest.mark.parametrize(("subject", "subtype", "parts"), REPORTS)
def test_reports_receipts_and_answers_of_calendars_become_nothing(
    post_in: PostIn, ben: Person, subject: str, subtype: str, parts: list[tuple[str, str]]
) -> None:
    message = in_parts(subtype, *parts)
    message["Subject"] = subject
    assert post_in(message).state == State.IGNORED and not Post.objects.exists()


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Read: beans",
            "Your message\n\nTo: Ben\nSubject: beans\nSent: Monday\n\nwas read on Monday, 4 May.",
        ),
        ("Gelesen: Bohnen", "Ihre Nachricht\n\nAn: Ben\nBetreff: Bohnen\n\nwurde am Montag, 4. Mai gelesen."),
        ("Lu : haricots", "Votre message a été lu le lundi 4 mai."),
        ("Return Receipt (displayed) - beans", "This is a Return Receipt for the mail that you sent."),
        ("Letto: fagioli", "Il messaggio è stato letto lunedì."),
        ("Undeliverable: beans", "Your message to cleo@example.org couldn't be delivered."),
        ("Unzustellbar: Bohnen", "Ihre Nachricht an cleo@example.org konnte nicht zugestellt werden."),
        ("Failure notice", "Sorry, it bounced.\n550 5.1.1 user unknown"),
    ],
)
def test_a_receipt_or_report_as_a_plain_letter_becomes_nothing(
    post_in: PostIn, ben: Person, subject: str, text: str
) -> None:
    assert post_in(letter("ben@example.org", ask_address(), subject, text)).state == State.IGNORED
    assert not Post.objects.exists()


def test_an_event_sent_by_a_person_is_a_letter(post_in: PostIn, ben: Person) -> None:
    event = "BEGIN:VCALENDAR\nMETHOD:PUBLISH\nEND:VCALENDAR"
    message = in_parts("mixed", ("text/plain", "Who comes to the seed swap?"), ("text/calendar", event))
    message["Subject"] = "Seed swap"
    assert post_in(message).state == State.DONE and Post.objects.exists()
