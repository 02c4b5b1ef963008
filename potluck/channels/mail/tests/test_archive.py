"""Archives of lists: threads as they were, one person for each address, and no address shown."""

import mailbox
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.channels.mail.lists.archive import generations, places, raw_of
from potluck.channels.mail.lists.mbox_import import bring
from potluck.channels.mail.models import Guest, Letter
from potluck.channels.mail.threading import known_as
from potluck.events.models import Event
from potluck.lib.errors import Malformed
from potluck.people.models import Person
from potluck.posts.models import Attachment, Kind, Post

SHARED = Path(os.environ.get("POTLUCK_SHARED", Path(__file__).parents[5] / "shared")) / "data/realinput/mbox"
ADDRESS = re.compile(
    r"(?!article at)[\w.+-]+(?:@| at )(?!www)[\w-]+(?:\.[\w-]+)*\.(?:edu|com|org|net|uk|de|at|dk|nz|fr)\b"
)

ARCHIVE = b"""From ada at example.org  Mon Jun  1 02:02:22 2015
From: ada at example.org (Ada Marsh)
Date: Sun, 31 May 2015 17:02:22 -0700
Subject: [Garden] How do I keep slugs off lettuce?
Message-ID: <1@example.org>

They eat all of it.

>From what I read, beer helps. Write to ada at example.org or ada@example.org.

_______________________________________________
Garden mailing list
Garden@example.org
http://lists.example.org/listinfo/garden
From rosa@example.net  Mon Jun  1 03:00:00 2015
From: =?utf-8?q?Rosa_L=C3=ADnd?= <Rosa@Example.net>
Date: Mon, 1 Jun 2015 01:00:00 +0000
Subject: Re: [Garden] How do I keep slugs off lettuce?
In-Reply-To: <1@example.org>
References: <0@gone.example>
 <1@example.org>
Message-ID: <2@example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

Beer\xe9.

On Sun, 31 May 2015, Ada Marsh wrote:
> They eat all of it.
--b
Content-Type: text/csv; name="slugs.csv"
Content-Transfer-Encoding: base64

YSxiCjEsMgo=
--b--

From ada at example.org  Tue Jun  2 03:00:00 2015
From: ada at example.org (Ada Marsh)
Date: Tue, 2 Jun 2015 01:00:00 +0000
Subject: Re: [Garden] How do I keep slugs off lettuce?
References: <2@example.net>
Message-ID: <3@example.org>

That helped.

From pd@me@ @end|ng |rom cb@@dk  Thu Feb  6 16:58:13 2020
From: pd@me@ @end|ng |rom cb@@dk (Peter Quince)
Date: Thu, 6 Feb 2020 15:58:13 +0000
Subject: Another thing
Message-ID: <4@example.org>

Full schedule is available.
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A list's archive, addresses written as archives do, one separator without a blank line before it."""
    path = tmp_path / "garden.mbox"
    path.write_bytes(ARCHIVE)
    return path


def test_threads_people_dates_and_files_are_as_they_were(db: None, archive: Path) -> None:
    """And nobody is brought anything of it."""
    brought = bring(archive)
    assert (brought.new, brought.known, brought.skipped) == (4, 0, [])
    asked, answer, thanks, other = (Letter.objects.get(message_id=f"{n}").post for n in _names())
    assert asked and answer and thanks and other
    assert (asked.kind, asked.title, asked.author.name) == (
        Kind.QUESTION,
        "How do I keep slugs off lettuce?",
        "Ada Marsh",
    )
    assert (answer.reply_to, thanks.reply_to, other.reply_to) == (asked, answer, None)
    assert (answer.author.name, answer.text, answer.kind) == ("Rosa Línd", "Beeré.", Kind.ANSWER)
    assert thanks.author == asked.author and other.author.name == "Peter Quince"
    assert asked.published_at.isoformat() == "2015-06-01T00:02:22+00:00"
    assert Attachment.objects.get(post=answer).name == "slugs.csv"
    assert Person.objects.filter(account=None).count() == 3 and not Event.objects.exists()


def _names() -> Iterator[str]:
    yield from ("1@example.org", "2@example.net", "3@example.org", "4@example.org")


def test_no_address_of_anybody_is_shown(db: None, archive: Path) -> None:
    """Not in what they wrote, not in what is folded below it, not in who they are."""
    bring(archive)
    for post in Post.objects.select_related("author"):
        who = post.author
        for said in (post.title, post.text, post.html, post.excerpt, who.handle, who.name, who.uri, who.url):
            assert not ADDRESS.search(said), said
    assert "From what I read" in Post.objects.get(title__startswith="How").text
    assert set(Guest.objects.values_list("address", flat=True)) >= {"ada@example.org", "rosa@example.net"}


def test_bringing_it_again_or_after_a_stop_adds_only_what_is_missing(db: None, archive: Path) -> None:
    """However far it came."""
    whole = archive.read_bytes()
    archive.write_bytes(whole[: whole.index(b"From ada at example.org  Tue")])
    assert bring(archive).new == 2
    archive.write_bytes(whole)
    again = bring(archive)
    assert (again.new, again.known) == (2, 2) and bring(archive).known == 4
    assert (
        Post.objects.get(text="That helped.").reply_to == Letter.objects.get(message_id="2@example.net").post
    )


def test_who_wrote_in_the_archive_and_is_a_member_is_that_member(
    db: None, archive: Path, ada: Person
) -> None:
    """By an address they have shown to be theirs."""
    bring(archive)
    assert Post.objects.get(title__startswith="How do I").author == ada


def test_a_circle_of_references_is_cut(tmp_path: Path) -> None:
    """Each message is there once, and none waits for itself."""
    path = tmp_path / "circle.mbox"
    entry = "From a at b.example  Mon Jun  1 02:02:22 2015\nFrom: a at b.example\n"
    entry += "Message-ID: <{0}>\nReferences: <{1}>\n\nx\n\n"
    path.write_text(entry.format("1", "2") + entry.format("2", "1") + entry.format("3", "3"))
    found = generations(places(path))
    assert sorted(place.name for level in found for place in level) == ["1", "2", "3"]


def test_a_file_that_is_no_archive_says_so(db: None, tmp_path: Path) -> None:
    """With what was looked for."""
    path = tmp_path / "x.txt"
    path.write_text("From here on nothing is mail.\n")
    with pytest.raises(Malformed, match="mbox"):
        bring(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"real archives are not at {SHARED}")
def test_real_archives_have_the_threads_their_references_say(db: None) -> None:
    """Eight of them, read a second way; brought again they add nothing, and no address is in them."""
    files = sorted(SHARED.glob("*.mbox"))
    new = sum(bring(path).new for path in files)
    assert new == len({name for path in files for name in _message_ids(path)}) == Post.objects.count()
    posts = {row.message_id: row.post for row in Letter.objects.select_related("post")}
    wrong = []
    for name, parents in _references(files, set(posts)).items():
        post, parent = posts[name], next(iter(parents), None)
        assert post is not None
        wanted = posts[parent] if parent else None
        wrong += [name] if post.reply_to_id != (wanted.id if wanted else None) else []
    assert wrong == []
    assert sum(bring(path).new for path in files[:2]) == 0
    shown = "\n".join(
        text for row in Post.objects.values_list("title", "text", "html") for text in row
    ).lower()
    writers = Guest.objects.exclude(address__endswith=".invalid").values_list("address", flat=True)
    assert [each for each in writers if each in shown or each.replace("@", " at ") in shown] == []


def _message_ids(path: Path) -> list[str]:
    return [
        known_as(each)
        for each in re.findall(r"^Message-ID: (<\S+>)", path.read_text("latin-1"), re.MULTILINE | re.I)
    ]


def _references(files: list[Path], here: set[str]) -> dict[str, list[str]]:
    """By the standard library's reader: what each message refers to of those that are here, the nearest first."""
    found = {}
    for path in files:
        box = mailbox.mbox(path, create=False)
        for message in box:
            said = [
                re.findall(r"<([^<>]+)>", str(message[name] or "")) for name in ("In-Reply-To", "References")
            ]
            names = [known_as(each) for each in [*(n for n in said[0] if n not in said[1]), *said[1]]]
            own = known_as(str(message["Message-ID"]))
            found[own] = [name for name in reversed(names) if name in here and name != own]
        box.close()
    return found


def _archive(tmp_path: Path, text: str, newline: str = "\n") -> Path:
    path = tmp_path / "made.mbox"
    path.write_bytes(text.replace("\n", newline).encode())
    return path


def _entry(separator: str, headers: str, text: str = "Text.\n", name: str = "1") -> str:
    named = f"Message-ID: <{name}@example.org>\n" if name else ""
    return f"{separator}\nFrom: ada@example.org\nSubject: Kale\n{headers}{named}\n{text}\n"


@pytest.mark.parametrize(
    ("separator", "headers", "date"),
    [
        ("From ada@example.org Tue Apr  7 09:30:00 2009", "", "2009-04-07T09:30"),
        ("From ada@example.org Tue Apr  7 09:30:00 2009", "Date: gone\n", "2009-04-07T09:30"),
        ("From ada@example.org Tue Apr  7 09:30:00 2009", "Date: Tue, 7 Apr 2099 09:30 +0000\n", "2009-04-07T09:30"),
        ("From ada@example.org Tue Apr  7 09:30:00 PDT 2009", "", "2009-04-07T16:30"),
        ("From ada@example.org Tue, 7 Apr 2009 09:30:00 +0200", "", "2009-04-07T07:30"),
        ("From ada@example.org Tue, 07 Apr 09 09:30:00", "", "2009-04-07T09:30"),
        ("From ada@example.org 2009-04-07 09:30:00+00:00", "", "2009-04-07T09:30"),
        ("From ada at example.org  Tue Apr  7 09:30:00 2009", "", "2009-04-07T09:30"),
        ("From ada@example.org", "Received: by a.example; Tue, 7 Apr 2009 09:30:00 +0000\n", "2009-04-07T09:30"),
        ("From - Thu Jan  1 00:00:00 1970", "Date: Tue, 7 Apr 2009 09:30 -0100\n", "2009-04-07T10:30"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_message_without_a_date_has_that_of_its_separator_or_a_server(
    separator: str, headers: str, date: str, newline: str, tmp_path: Path
) -> None:
    (found,) = places(_archive(tmp_path, _entry(separator, headers), newline))
    assert found.date and found.date.isoformat() == f"{date}:00+00:00"


def test_a_message_without_any_date_has_that_of_its_neighbour(db: None, tmp_path: Path) -> None:
    bare, dated = "From ada@example.org", "Date: Tue, 7 Apr 2009 09:30:00 +0000\n"
    entries = (_entry(bare, head, name=str(n)) for n, head in enumerate(("", dated, "", "")))
    path = _archive(tmp_path, "".join(entries))
    assert {place.date and place.date.isoformat() for place in places(path)} == {"2009-04-07T09:30:00+00:00"}
    assert bring(path).new == 4 and {post.published_at.year for post in Post.objects.all()} == {2009}


@pytest.mark.parametrize(
    "separator",
    [
        "From ben@example.org 2009-04-07T09:30:00Z",
        "From ben@example.org Tue, 7 Apr 2009 09:30:00 +0000",
        "From ben@example.org 07/04/09 09:30",
        "From ben@example.org",
        "From MAILER-DAEMON yesterday",
        "From nobody",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_separator_parts_messages_whatever_its_date_looks_like(
    separator: str, newline: str, tmp_path: Path
) -> None:
    text = _entry("From ada@example.org Tue Apr  7 09:30:00 2009", "", name="1") + _entry(
        separator, "", name="2"
    )
    found = places(_archive(tmp_path, text, newline))
    assert [place.name for place in found] == ["1@example.org", "2@example.org"]


@pytest.mark.parametrize(
    "text",
    [
        "Hello.\n\nFrom the garden\ncomes kale.\n",
        "Hello.\n\nFrom the garden:\nNote: wash it.\n",
        "Hello.\n\nFrom ada@example.org I heard\nthat it grows.\n",
        "She wrote:\nFrom ada@example.org Tue Apr  7 09:30:00 2009\nand no more.\n",
    ],
)
def test_a_line_of_text_that_begins_with_from_stays_text(text: str, tmp_path: Path) -> None:
    assert len(places(_archive(tmp_path, _entry("From a@b.example Tue Apr  7 09:30:00 2009", "", text)))) == 1


def test_masked_lines_lose_one_mark(tmp_path: Path) -> None:
    """As mboxrd masks them; other quotes keep theirs."""
    text = ">From here\n>>From there\n>>>From afar\n> From nowhere\n"
    path = _archive(tmp_path, _entry("From a@b.example Tue Apr  7 09:30:00 2009", "", text), "\r\n")
    ((_place, raw),) = raw_of(path, places(path))
    lines = raw.decode().split("\r\n\r\n", 1)[1].splitlines()
    assert lines == ["From here", ">From there", ">>From afar", "> From nowhere"]


def test_a_content_length_holds_a_message_together_where_it_fits(tmp_path: Path) -> None:
    """One that does not end at a message or the end of the file says nothing."""
    separator, inner = (
        "From a@b.example Tue Apr  7 09:30:00 2009",
        "Look:\n\nFrom b@c.example\nSubject: Rye\n",
    )
    for length, names in ((len(inner), 2), (len(inner) - 9, 3), (999_999, 3)):
        first = _entry(separator, f"Content-Length: {length}\n", inner)
        assert len(places(_archive(tmp_path, first + _entry(separator, "", name="2")))) == names


def test_messages_without_a_name_are_told_apart_by_their_separators(tmp_path: Path) -> None:
    path = _archive(
        tmp_path, "".join(_entry(f"From a@b.example Tue Apr  7 09:3{n}:00 2009", "", name="") for n in (0, 1))
    )
    assert len({place.name for place in places(path)}) == 2
