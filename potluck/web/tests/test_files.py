"""Files go with their post, wait when it is refused, and are seen by whoever may see the post."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from potluck.people.models import Person
from potluck.posts.files import sweep_waiting
from potluck.posts.models import Attachment, Post

As = Callable[[Person | None], Client]


def note() -> SimpleUploadedFile:
    return SimpleUploadedFile("plan.txt", b"four irons, two stands", content_type="text/plain")


def test_a_file_is_not_lost_when_its_text_is_refused(ada: Person, as_: As) -> None:
    client = as_(ada)
    answer = client.post(
        "/share", {"text": "For somebody", "audience": "named", "readers": "@nobody", "file": note()}
    )
    assert answer.status_code == 422
    waiting = Attachment.objects.get()
    assert waiting.post is None
    assert f'name="attachment" value="{waiting.id}"' in answer.content.decode()
    client.post("/share", {"text": "For everybody", "attachment": str(waiting.id)})
    assert Attachment.objects.get().post == Post.objects.get()


def test_nobody_takes_a_file_of_another_along(ada: Person, ben: Person, as_: As) -> None:
    as_(ada).post("/share", {"text": "x", "audience": "named", "readers": "@nobody", "file": note()})
    as_(ben).post("/share", {"text": "mine", "attachment": str(Attachment.objects.get().id)})
    assert Attachment.objects.get().post is None


@pytest.mark.parametrize(("days", "left"), [(6, 1), (8, 0)])
def test_what_never_found_its_post_is_swept_after_a_week(ada: Person, as_: As, days: int, left: int) -> None:
    as_(ada).post("/share/files", {"file": note()})
    Attachment.objects.update(added_at=timezone.now() - timedelta(days=days))
    sweep_waiting()
    assert Attachment.objects.count() == left
