"""A host brings a list of addresses: one useful letter to each, once, and nobody is subscribed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from potluck.channels.feeds.importing import import_file
from potluck.channels.feeds.models import Bringing
from potluck.channels.mail import addresses
from potluck.channels.mail.invites.bulk import addresses_in
from potluck.channels.mail.invites.send import digest_of, never_again
from potluck.channels.mail.models import Sending
from potluck.channels.mail.tests.carried import html, plain, taken
from potluck.deliver.models import Delivery
from potluck.door import admit
from potluck.people.models import Follow, Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.questions.close import close

As = Callable[[Person | None], Client]
HERE = "/moderation/bringing"
LIST = (
    "Greta Holm <Greta@elsewhere.example>; hans@elsewhere.example,\nhans@elsewhere.example ask@localhost no@t"
)


@pytest.fixture(autouse=True)
def box(tmp_path: Path, settings: Settings) -> Path:
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path, True
    return tmp_path


@pytest.fixture
def question(ada: Person, ben: Person) -> Post:
    """What is here on soil: an open question, one that is closed, and two shares, of which one helped somebody."""
    closed = admit(Draft(author=ada, text="Is peat soil? #soil"))
    close(closed, by=ada)
    found = admit(Draft(author=ada, text="What eats leaves? #soil"))
    helped = admit(Draft(author=ben, text="Leaf mould holds water. #soil"))
    admit(Draft(author=ben, text="Worms are out. #soil"))
    admit(Draft(author=ben, text="Not for strangers. #soil", audience=Audience.MEMBERS))
    admit(Draft(author=ben, text="They climb. #beans"))
    thank(helped, by=ada)
    return found


def test_addresses_are_found_however_they_are_parted() -> None:
    table = 'name,mail\r\n"Holm, Greta","greta@elsewhere.example"\r\n"Hans",<hans@elsewhere.example>.\r\n'
    assert addresses_in(table) == ["greta@elsewhere.example", "hans@elsewhere.example"]
    assert addresses_in(LIST) == ["greta@elsewhere.example", "hans@elsewhere.example"]


def test_each_gets_one_letter_with_a_question_and_what_is_here(
    dov: Person, question: Post, as_: As, box: Path
) -> None:
    form = {"addresses": LIST, "note": "From the garden days.", "tags": "soil"}
    client = as_(dov)
    assert client.post(HERE, form).status_code == 302
    assert "2 letters are on their way." in client.get(HERE).content.decode()
    letters = taken(box)
    assert sorted(one["To"] for one in letters) == ["greta@elsewhere.example", "hans@elsewhere.example"]
    said = plain(letters[0])
    assert "Dov Levin thinks that you may know this" in said and "> From the garden days." in said
    assert "What eats leaves?" in said and "Is peat soil?" not in said
    assert said.index("Leaf mould holds water.") < said.index("Worms are out.")
    assert "Not for strangers." not in said and "They climb." not in said
    assert "You are on no list" in said and "Leaf mould holds water." in html(letters[0])
    assert (addresses.read_reply(letters[0]["Reply-To"]) or (0, 0))[0] == question.id
    assert not Follow.objects.exists()


def test_nobody_gets_a_second_and_who_is_here_or_wants_none_gets_none(
    dov: Person, ada: Person, question: Post, as_: As, box: Path
) -> None:
    never_again(digest_of("hans@elsewhere.example"))
    text = "greta@elsewhere.example hans@elsewhere.example ada@example.org"
    for _turn in range(2):
        as_(dov).post(HERE, {"addresses": text})
    admit(Draft(author=ada, text="And what eats wood?"))
    as_(dov).post(HERE, {"addresses": text})
    assert [one["To"] for one in taken(box)] == ["greta@elsewhere.example"]


def test_a_file_is_read_too(dov: Person, question: Post, as_: As, box: Path) -> None:
    file = SimpleUploadedFile("people.csv", b"Greta;greta@elsewhere.example\n\xff\xfe")
    as_(dov).post(HERE, {"file": file})
    assert len(taken(box)) == 1


def test_where_nothing_is_shared_there_is_nothing_to_send(dov: Person, as_: As) -> None:
    answer = as_(dov).post(HERE, {"addresses": LIST, "tags": "nothing"})
    assert answer.status_code == 422 and "Share something first" in answer.content.decode()
    assert as_(dov).post(HERE, {"addresses": "nobody"}).status_code == 422
    assert not Sending.objects.exists() and not Delivery.objects.exists()


def test_only_who_looks_after_the_network_may(ben: Person, question: Post, as_: As) -> None:
    assert as_(ben).get(HERE).status_code == 404
    assert as_(ben).post(HERE, {"addresses": LIST}).status_code == 404


def test_the_feeds_of_a_list_become_people_outside_and_its_addresses_get_a_letter(
    dov: Person, question: Post, as_: As, box: Path
) -> None:
    """Who is only read gets no letter."""
    outlines = '<outline text="Eve" xmlUrl="https://eve.example/feed" htmlUrl="https://eve.example/"/>'
    said = '<?xml version="1.0" encoding="latin-1"?><opml><head><ownerEmail>{}</ownerEmail></head>'
    said += f"<body>{outlines}</body></opml>"
    for owner, letters in (("", 0), ("rosa@elsewhere.example", 1)):
        file = SimpleUploadedFile("Ewas.opml", said.format(owner).encode())
        assert as_(dov).post(HERE, {"addresses": "", "file": file}).status_code == 302
        assert len(taken(box)) == letters
        jobs = ProcrastinateJob.objects.filter(task_name="potluck.feeds.bring_list")
        import_file.bring_list(**jobs.latest("id").args)
    row = Bringing.objects.latest("id")
    import_file.bring_file(row.id)
    eve = Person.objects.get(uri="https://eve.example/")
    assert not eve.is_member and eve.sources.get().url == "https://eve.example/feed"


def test_a_list_that_cannot_be_read_says_so_among_the_files(dov: Person, as_: As) -> None:
    import_file.bring_list("<opml>", dov.id)
    assert "No subscriptions were found" in Bringing.objects.get().notes
    assert as_(dov).get(f"/you/sources/files/{Bringing.objects.get().id}").status_code == 200
