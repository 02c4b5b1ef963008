"""What somebody wrote is parted from what they quoted, as a person would, and nothing is thrown away."""

import os
from pathlib import Path

import pytest

from potluck.channels.mail.actions.to_markdown import folded, marked, masked, page_of, plain_page
from potluck.channels.mail.inbound.flowed import unbroken, unflowed
from potluck.channels.mail.inbound.parse import markdown_of, read
from potluck.channels.mail.inbound.quoting import Parts, trim
from potluck.lib import html

SHARED = Path(os.environ.get("POTLUCK_SHARED", Path(__file__).parents[5] / "shared")) / "data/mail/replies"

WRITTEN = {
    "above": (
        "Yes, do.\n\nOn Tue, 3 Mar 2026 at 10:02, Ada Marsh <ada@example.org> wrote:\n> Shall I?\n> Ada\n",
        "Yes, do.",
    ),
    "wrapped": (
        "Yes.\n\nOn Tue, 3 Mar 2026 at 10:02, Ada Marsh\n<ada@example.org> wrote:\n\n> Shall I?\n",
        "Yes.",
    ),
    "german": ("Ja.\n\nAm 03.03.2026 um 10:02 schrieb Ada Marsh:\n> Soll ich?\n", "Ja."),
    "russian": (
        "Да.\n03.03.2026 10:02 пользователь Ada <\nada@example.org> написал:\n\n> Можно?\n>\n",
        "Да.",
    ),
    "french": ("Oui.\n\nLe mar. 3 mars 2026 à 10:02, Ada <ada@example.org> a écrit :\n\nJe peux ?\n", "Oui."),
    "below": ("On 03/03/2026 10:02 AM, Ada Marsh wrote:\n> Shall I?\nYes, do.\n", "Yes, do."),
    "outlook": (
        "Yes.\n\n________________________________\nFrom: Ada Marsh [mailto:ada@example.org]\n"
        "Sent: Tuesday, 3 March 2026\nTo: Ben\nSubject: Shall I\n\nShall I?\n",
        "Yes.",
    ),
    "original": ("Yes.\n\n-----Original Message-----\nFrom: Ada\nTo: Ben\nSubject: x\n\nShall I?\n", "Yes."),
    "headers alone": ("Yes.\n\nVon: Ada\nGesendet: Dienstag\nAn: Ben\nBetreff: x\n\nSoll ich?\n", "Yes."),
    "signature": ("Yes.\n\n-- \nBen Okafor\nSoil and seeds\n", "Yes."),
    "telephone": ("Yes.\n\nSent from my iPhone\n", "Yes."),
    "no telephone": (
        "Yes.\n\nSent from my desk, as ever, it was slow.",
        "Yes.\n\nSent from my desk, as ever, it was slow.",
    ),
    "list footer": (
        "Yes.\n\n______________________\nGarden mailing list\nhttp://lists.example.org/listinfo/garden\n",
        "Yes.",
    ),
    "dashes in it": (
        "A fix -- not a signature -- is here.\n\nkthx",
        "A fix -- not a signature -- is here.\n\nkthx",
    ),
    "a list": ("Take\n- a spade\n- a fork\n\nand dig.", "Take\n- a spade\n- a fork\n\nand dig."),
    "on it": (
        "On Monday I dig. Then:\n\nOn 3 Mar 2026, at 10:02, Ada wrote:\n\n> When?\n",
        "On Monday I dig. Then:",
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_reply_is_what_somebody_wrote(name: str) -> None:
    """And the rest is there, too."""
    text, kept = WRITTEN[name]
    parts = trim(text)
    assert parts.kept.strip() == kept
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    assert sorted(lines) == sorted(
        line.strip() for line in f"{parts.kept}\n{parts.rest}".split("\n") if line.strip()
    )


def test_answers_between_the_lines_keep_the_lines() -> None:
    """Only the quote after the last answer goes."""
    parts = trim("On 3 Mar 2026, Ada wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo.\n\n> Bye\n> Ada\n")
    assert (
        parts.kept.endswith("No.")
        and "> One?" in parts.kept
        and "> Two?" in parts.kept
        and "Bye" in parts.rest
    )
    shown = page_of(parts, is_marked=False)[1]
    assert shown.count("<blockquote>") == 2 and "<p>Yes.</p>" in shown


def test_what_is_all_quote_is_kept_whole() -> None:
    """Somebody meant it so."""
    assert trim("> nothing but this\n").kept == "> nothing but this\n"


def test_a_prompt_in_a_message_that_answers_nothing_is_no_quote() -> None:
    """As in what somebody typed at a console."""
    assert trim("I typed\n\n> x <- 1\n> x\n", is_reply=False).kept.endswith("> x")


def test_what_was_typed_is_shown_as_it_was_meant() -> None:
    """No headline of a comment, columns kept, lines broken by a program joined."""
    shown = page_of(Parts("# not a headline\n\na    b\n1    2\n\nAda\n---\nnext"), is_marked=False)[1]
    assert "<h" not in shown.replace("<hr>", "") and "<pre>" in shown
    long = "This line was broken by a program since no more words did go in\nthere and here is its end."
    assert "in there" in page_of(Parts(long), is_marked=False)[1]
    assert unbroken("short\nlines\nstay") == "short\nlines\nstay"


def test_flowed_lines_are_joined_by_their_depth() -> None:
    """As RFC 3676 says; a signature's mark ends no line."""
    assert unflowed("> one \n> two\nthree \nfour\n-- \nme") == "> one two\nthree four\n-- \nme"
    assert unflowed("one \ntwo", delete_space=True) == "onetwo"


def test_addresses_of_others_are_masked_in_every_writing() -> None:
    """Who wrote may show their own; names to read and repositories are no addresses."""
    text = "I am ben@example.org, she is ada@example.org, ada%40example.org or ada@\n> b\u00fccher.example."
    assert masked(text, but={"ben@example.org"}) == "I am ben@example.org, she is ada@…, ada@… or ada@…."
    assert masked("почта@пример.рф potluck@localhost") == "почта@… potluck@…"
    assert masked("[Ada](mailto:ada@example.org) <ada@example.org>") == "Ada <ada@…>"
    kept = "@ada@example.social, git@example.org:ada/seeds.git, two @ home, a@b"
    assert masked(kept) == kept
    assert masked("the shop at garden.example", spelled=False) == "the shop at garden.example"


def test_what_is_folded_shows_no_address_and_runs_nothing() -> None:
    """It is text of strangers."""
    shown = folded("Ada <ada@example.org> <script>alert(1)</script>")
    assert "ada@…" in shown and "<script>" not in shown and html.clean(shown) == shown
    assert masked("write to ada at example.org, look at example.org") == "write to ada@…, look at example.org"
    assert html.clean(
        plain_page(Parts("see http://a.example/?a=1&b=2, ok\n\n> q <b>\n\n  a   b\n  c   d", "rest"))[1]
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"real replies are not at {SHARED}")
def test_of_real_replies_nothing_is_lost_and_something_is_kept() -> None:
    """Whatever program wrote them."""
    files = [
        path
        for path in SHARED.rglob("*")
        if path.suffix in (".txt", ".eml", ".html") or path.name.endswith("_body")
    ]
    assert len(files) > 70
    for path in files:
        raw = path.read_bytes()
        text = raw.decode("utf-8", "replace")
        text = (
            markdown_of(text) if path.suffix == ".html" else read(raw).text if path.suffix == ".eml" else text
        )
        parts = trim(text)
        assert parts.kept.strip() and page_of(parts, is_marked=False)[1]
        before = sorted(line.strip() for line in text.splitlines() if line.strip())
        assert before == sorted(
            line.strip() for line in f"{parts.kept}\n{parts.rest}".splitlines() if line.strip()
        ), path
        assert marked(parts.kept)
