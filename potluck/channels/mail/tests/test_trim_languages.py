"""Replies of many programs in many languages are parted as a person would: our letters are known by our address."""

import re
from pathlib import Path

import pytest

from potluck.channels.mail.inbound.introductions import Own
from potluck.channels.mail.inbound.quoting import trim

OWN = Own("potluck@pot.test", "pot.test", "pot.test", "Potluck")
WRITTEN = Path(__file__).parent / "data"


def replies() -> list[tuple[str, str, str]]:
    """Name, text, and what a person would keep of each reply in `data/`."""
    found: list[tuple[str, list[str], list[str]]] = []
    for path in sorted(WRITTEN.glob("replies-*.txt")):
        for line in path.read_text(encoding="utf-8").replace("␠", " ").split("\n"):
            if line.startswith("= "):
                found.append((line[2:], [], []))
            elif line and not line.startswith("#"):
                found[-1][1].append(line[1:])
                if line[0] == "+":
                    found[-1][2].append(line[1:])
            elif found and not line:
                found[-1][1].append("")
    return [(name, "\n".join(text).strip("\n"), "\n".join(kept)) for name, text, kept in found]


def words(text: str) -> list[str]:
    """Lines that say something; a mark of initials is as good as another."""
    return [re.sub(r"^[A-Z]{1,3}>", ">", line).rstrip() for line in text.split("\n") if line.strip()]


def test_of_two_hundred_replies_a_person_would_keep_the_same_of_ninety_eight_in_a_hundred() -> None:
    """Whatever is added to these files has to be judged before it is tried."""
    all_replies = replies()
    wrong = [name for name, text, kept in all_replies if words(trim(text, own=OWN).kept) != words(kept)]
    assert len(all_replies) >= 200
    assert len(wrong) <= len(all_replies) * 0.02, wrong


HEADERS = {
    "Reply-To between": "From: Eve <eve@example.org>\nReply-To: Eve <e@example.org>\nDate: Monday\nTo: Ben\nSubject: x",
    "Danish": "Fra: Ada via Potluck <potluck@pot.test>\nSendt: 2. maj 2026\nTil: Ben\nEmne: Hvordan?",
    "a language nobody foresaw": "Frå hin: Ada via Potluck\nDagr: 2. maí\nEfni máls: Hví?",
    "Italian, to whom to answer": "Da: Eve <eve@example.org>\nRisposta: Eve <e@example.org>\nData: 2 maggio\nA: Ben",
    "German, to whom to answer": "Von: Eve\nAntwort an: <e@example.org>\nDatum: Montag\nAn: Ben",
    "French, blank before colons": "De : Eve <eve@example.org>\nRépondre à : <e@example.org>\nÀ : Ben\nObjet : x",
    "Spanish": "De: Eve <eve@example.org>\nResponder a: <e@example.org>\nFecha: lunes\nPara: Ben",
    "Swedish": "Från: Eve <eve@example.org>\nSvar till: <e@example.org>\nSkickat: den 2 maj\nTill: Ben",
    "names on two lines": "From: Eve <eve@example.org>\nTo: Ben <b@example.org>;\n Cleo <c@example.org>\nSubject: x",
    "Arabic": "من: Ada via Potluck <potluck@pot.test>\nتم الإرسال: الأحد\nإلى: Ben",
    "stars": "**From:** Ada via Potluck <potluck@pot.test>  \n**Sent:** Sunday  \n**To:** Ben",
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_block_of_headers_begins_a_quote_in_any_language(name: str) -> None:
    parts = trim(f"Mine.\n\n{HEADERS[name]}\n\nWhat was asked?\n", own=OWN)
    assert parts.kept == "Mine." and "What was asked?" in parts.quoted


OWN_WORDS = {
    "two headings": "Beds\n--------\nfour\n\nPaths\n----------\ntwo\n\nWhich first?",
    "a list of fields": "Name: Ben\nEmail: ben@example.org\nPhone: 030 12\n\nWrite to me.",
    "how to reach somebody": "Ask here:\n\nName: Eve <eve@example.org>\nPhone: 030 12\nOpen: 9 to 5\n\nShe knows.",
    "nothing but how to reach somebody": "Name: Eve <eve@example.org>\nPhone: 030 12\nOpen: 9 to 5",
    "a short heading": "Beds\n--\nFour of them, all wet.\n\nWhich first?",
    "a short heading over a list": "Beds\n--\n- one\n- two",
    "a memo": "It began so:\n\nTo: all\nFrom: the board\nDate: Monday\n\nNo dogs.\n\nIs that fair?",
    "a schedule": "From: 10:00\nTo: 12:30\nDate: 3 May 2026\n\nSee you.",
    "tildes": "Try\n\n~~~\n-- \nFrom: a@example.org\nTo: b@example.org\nDate: now\n~~~\n\nand look.",
    "a fence with a quote": "Type\n\n```\n> ls\nOn 3 May 2026, Ada <a@example.org> wrote:\n> x\n```\n\nthen stop.",
    "a table": "kind | kg\n---------\none | 2\n\nEnough?",
    "a table with a sum": "one   2\ntwo   3\n--------\nall   5\n\nEnough?",
    "a rule at the end of a part": "First.\n\n==========\n\nSecond.\n\n----------\n\nThird.",
    "a sentence with a colon": "In 2024, 2025 and 2026 I did this:\n\nnothing at all.",
    "somebody's sentence": "My aunt wrote:\n\nNever in May.\n\nI agree.",
    "sent from": "The seeds were sent from Mars, Pennsylvania.",
    "a device": "I have an iPhone, sent back twice. Which one do you use?",
    "an outlook": "Get a better outlook: sit higher.",
    "what they did": "I sent it from my mobile",
    "what one needs": "Get an iPhone",
    "what was sent": "Sent them to you by phone",
    "what stands at home": "I use Thunderbird and Outlook",
}


@pytest.mark.parametrize("name", OWN_WORDS)
def test_nobodys_own_words_are_cut(name: str) -> None:
    parts = trim(OWN_WORDS[name], own=OWN)
    assert parts.kept == OWN_WORDS[name] and not parts.is_empty


@pytest.mark.parametrize("mark", ["\n-- ", "\n--", "--", "-- ", "\\--  ", "\n\\--"])
def test_names_below_two_dashes_are_a_signature(mark: str) -> None:
    assert trim(f"In March.\n{mark}\nBen Okafor\nSoil and Seeds\n", own=OWN).kept == "In March."


NOTHING = {
    "quote alone": "\n\nOn Sun, 3 May 2026 at 10:15, Ada via Potluck <potluck@pot.test> wrote:\n\n> Why?\n",
    "telephone and quote": "Sent from my iPad\n\n> On 3 May 2026, at 10:15, Ada via Potluck wrote:\n>\n> Why?",
    "signature alone": "-- \nBen\nSoil and Seeds\n",
    "headers alone": "Fra: Ada via Potluck <potluck@pot.test>\nSendt: 2. maj\nTil: Ben\n\nHvorfor?\n",
    "telephone alone": "Von meinem iPhone gesendet\n",
    "blank": " \n\n",
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_reply_that_says_nothing_is_known(name: str) -> None:
    assert trim(NOTHING[name], own=OWN).is_empty


SIGNATURES = (
    "Get Outlook for Androidhttps://aka.ms/AAb9ysg",
    "[Hent Outlook til iOS](https://aka.ms/o0ukef)",
    "Hämta Outlook för iOS<https://aka.ms/o0ukef>",
    "Lähetetty Samsung-puhelimesta",
    "Enviat des del meu iPhone",
    "Trimis de pe telefonul meu Huawei",
    "Sendt fra min Samsung Galaxy",
    "Poslano s iPhonea",
    "Изпратено от моя iPhone",
    "从我的华为手机发送",
    "Galaxyから送信",
    "Gesendet mit der WEB.DE Mail App",
    "*Sent from Outlook for iOS*",
    "Envoyé à partir de Outlook pour Android",
    "Saadetud minu iPhone'ist",
)


@pytest.mark.parametrize("line", SIGNATURES)
def test_what_a_telephone_says_of_itself_is_no_part_of_a_reply(line: str) -> None:
    assert trim(f"In March.\n\n{line}\n", own=OWN).kept == "In March."


def test_an_answer_below_an_unmarked_quote_is_kept() -> None:
    """Our letter ends at its foot; without one, what is not of the post answered is theirs."""
    head = "From: Ada via Potluck <potluck@pot.test>\nSent: Sunday\nTo: Ben\nSubject: Zip?\n\nHow do I mend a zip?\n\n"
    foot = "In its thread: https://pot.test/posts/1\nNo more mail: https://pot.test/mail/off/WzE:a\n"
    foot += "How things reach you: https://pot.test/you/mail\nPotluck\n\n"
    assert trim(f"{head}{foot}With a pencil.\n", own=OWN).kept == "With a pencil."
    assert (
        trim(f"{head}With a pencil.\n", own=OWN, known="Zip?\nHow do I mend a zip?").kept == "With a pencil."
    )
