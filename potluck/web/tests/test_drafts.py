"""A draft brings back all of its form; what waits for its moment goes out then, once."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from potluck.channels.feeds.publishing.export import export
from potluck.people.circles import make_circle
from potluck.people.models import Person
from potluck.posts import files
from potluck.posts.models import Attachment, Audience, Manner, Post, SavedDraft
from potluck.web.posts.scheduled import share_due

SignIn = Callable[[Person | None], Client]
SOON = "%Y-%m-%dT%H:%M"


def in_hours(hours: float) -> str:
    return (timezone.now() + timedelta(hours=hours)).strftime(SOON)


def the_moment_comes() -> None:
    SavedDraft.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_draft_brings_back_all_of_its_form(ada: Person, as_: SignIn) -> None:
    circle = make_circle("allotment", by=ada)
    ada.licence = "by"
    ada.save()
    plan = files.take_in(SimpleUploadedFile("plan.txt", b"beds"), by=ada)
    fields = {
        "text": "Ten beds",
        "title": "Beds of mine",
        "tags": "soil garden",
        "kind": "article",
        "audience": f"circle-{circle.id}",
        "readers": "@ben",
        "before": "@cleo",
        "ask": ["dov"],
        "how_far": "rough",
        "wanted": "board",
        "until": "2031-05-04",
        "licence": "",
        "share_at": "2030-01-02T03:04",
        "attachment": [str(plan.id)],
    }
    assert as_(ada).post("/drafts", fields).status_code == 204
    page = as_(ada).get("/share").content.decode()
    for words in (
        "Ten beds",
        "Beds of mine",
        "soil garden",
        "@ben",
        "@cleo @dov",
        "2031-05-04",
        "2030-01-02T03:04",
    ):
        assert words in page
    for value in ("article", "rough", "board"):
        assert f'value="{value}" selected' in page
    assert f'value="circle-{circle.id}" checked' in page
    assert f'name="attachment" value="{plan.id}" checked' in page and "plan.txt" in page
    assert 'value="by" selected' not in page


def test_a_file_of_a_draft_waits_as_long_as_the_draft(ada: Person, as_: SignIn) -> None:
    kept, lost = (files.take_in(SimpleUploadedFile(f"{n}.txt", b"x"), by=ada) for n in "ab")
    as_(ada).post("/drafts", {"text": "", "attachment": [str(kept.id)]})
    Attachment.objects.update(added_at=timezone.now() - timedelta(days=9))
    files.sweep_waiting()
    assert [row.id for row in Attachment.objects.all()] == [kept.id]
    as_(ada).post("/drafts", {"text": ""})
    files.sweep_waiting()
    assert not Attachment.objects.exists() and lost.id


def test_a_reply_and_a_change_come_back_whole(ada: Person, ben: Person, as_: SignIn) -> None:
    as_(ben).post("/share", {"text": "Bran works.", "title": "Bran"})
    post = Post.objects.get()
    as_(ada).post("/drafts", {"draft": f"reply-{post.id}", "text": "How much of it", "alone": "1"})
    page = as_(ada).get(f"/posts/{post.id}?alone").content.decode()
    assert "How much of it" in page
    change = {
        "draft": f"edit-{post.id}",
        "text": "Oats",
        "title": "Oat bran",
        "tags": "oats",
        "kind": "article",
    }
    as_(ben).post("/drafts", {**change, "how_far": "working"})
    page = as_(ben).get(f"/posts/{post.id}/edit").content.decode()
    assert all(words in page for words in ("Oats", "Oat bran", 'value="oats"', 'value="working" selected'))


def test_what_waits_goes_out_at_its_moment_and_once(ada: Person, ben: Person, as_: SignIn) -> None:
    plan = files.take_in(SimpleUploadedFile("plan.txt", b"beds"), by=ada)
    form = {
        "text": "Tomorrow’s beds #soil",
        "share_at": in_hours(3),
        "how_far": "rough",
        "attachment": str(plan.id),
    }
    there = as_(ada).post("/share", {**form, "audience": "members"}, follow=True)
    assert "Goes out on" in there.content.decode()
    share_due(0)
    assert not Post.objects.exists()
    the_moment_comes()
    for _ in range(2):
        share_due(0)
    post = Post.objects.get()
    assert (post.author_id, post.tags, post.audience) == (ada.id, ["soil"], Audience.MEMBERS)
    assert [file.id for file in post.attachments.all()] == [plan.id]
    assert Manner.objects.get().how_far == "rough"
    assert not SavedDraft.objects.exists()
    assert abs(post.published_at - timezone.now()) < timedelta(minutes=1)


def test_what_waits_is_changed_without_going_out_half_changed(ada: Person, as_: SignIn) -> None:
    as_(ada).post("/share", {"text": "First words", "share_at": in_hours(3)})
    row = SavedDraft.objects.get()
    again = row.about.replace("later-", "again-")
    page = as_(ada).get(f"/share?draft={row.about}").content.decode()
    assert "First words" in page and f'name="draft" value="{again}"' in page
    as_(ada).post("/drafts", {"draft": again, "text": "Half a", "share_at": in_hours(3)})
    assert "Half a" in as_(ada).get(f"/share?draft={row.about}").content.decode()
    as_(ada).post("/share", {"draft": again, "text": "Better words", "share_at": in_hours(5)})
    changed = SavedDraft.objects.get()
    assert changed.pk == row.pk and changed.due_at is not None and row.due_at is not None
    assert changed.due_at > row.due_at
    the_moment_comes()
    share_due(0)
    assert Post.objects.get().text == "Better words"
    late = as_(ada).post("/share", {"draft": again, "text": "Too late", "share_at": in_hours(5)})
    assert late.status_code == 422 and "went out meanwhile" in late.content.decode()


def test_what_waits_can_be_shared_at_once_or_not_at_all(ada: Person, ben: Person, as_: SignIn) -> None:
    for words in ("Now, please", "Never mind"):
        as_(ada).post("/share", {"text": words, "share_at": in_hours(3)})
    now, never = SavedDraft.objects.order_by("id")
    as_(ada).post("/share", {"draft": now.about.replace("later-", "again-"), "text": "Now, please"})
    assert as_(ben).post(f"/drafts/{never.id}/rest").status_code == 404
    assert SavedDraft.objects.get().due_at is not None
    as_(ada).post(f"/drafts/{never.id}/rest")
    the_moment_comes()
    share_due(0)
    assert [post.text for post in Post.objects.all()] == ["Now, please"]
    assert SavedDraft.objects.get().due_at is None
    as_(ada).post("/drafts", {"draft": never.about, "text": ""})
    assert not SavedDraft.objects.exists()


def test_what_cannot_go_out_lies_among_the_drafts_with_the_reason(ada: Person, as_: SignIn) -> None:
    circle = make_circle("two", by=ada)
    as_(ada).post("/share", {"text": "For two", "share_at": in_hours(3), "audience": f"circle-{circle.id}"})
    circle.delete()
    the_moment_comes()
    for _ in range(2):
        share_due(0)
    assert not Post.objects.exists()
    page = as_(ada).get("/you/drafts").content.decode()
    assert "For two" in page and "Choose one of your circles" in page


def test_a_moment_is_one_of_where_one_is(ada: Person, as_: SignIn) -> None:
    Person.objects.filter(pk=ada.pk).update(time_zone="Asia/Tokyo")
    page = as_(ada).post("/share", {"text": "Nine hours ahead", "share_at": "2030-01-02T03:04"}, follow=True)
    due = SavedDraft.objects.get().due_at
    assert due is not None and due.isoformat() == "2030-01-01T18:04:00+00:00"
    assert page.content.decode().count("2 January 2030, 03:04") == 2


@pytest.mark.parametrize("moment", ["2020-01-01T00:00", "soon", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_moment_that_is_none_or_over_is_said(ada: Person, as_: SignIn, moment: str) -> None:
    page = as_(ada).post("/share", {"text": "When?", "share_at": moment})
    assert page.status_code == 422 and "still to come" in page.content.decode()
    assert not SavedDraft.objects.exists()


def test_all_of_it_is_in_what_one_takes_away(ada: Person, as_: SignIn) -> None:
    as_(ada).post("/share", {"text": "A heap", "how_far": "rough", "wanted": "challenge", "licence": "by"})
    post = Post.objects.get()
    as_(ada).post(f"/posts/{post.id}/wrong", {"right": "Two heaps"})
    as_(ada).post("/share", {"text": "Tomorrow", "share_at": in_hours(3)})
    taken = io.BytesIO()
    export(ada, taken)
    with zipfile.ZipFile(taken) as archive:
        markdown = archive.read(f"posts/{post.id}.md").decode()
        posts = json.loads(archive.read("posts.json"))
        history, drafts = (json.loads(archive.read(name)) for name in ("history.json", "drafts.json"))
    for line in ('how_far: "rough"', 'would_like: "challenge"', 'what_is_right: "Two heaps"', "licence: "):
        assert line in markdown
    assert posts["items"][0]["_potluck"]["licence"] == "CC BY 4.0"
    assert history[0]["manner"]["how_far"] == "rough"
    assert drafts[0]["fields"]["text"] == "Tomorrow" and drafts[0]["due_at"]
