"""What goes wrong with one thing that happened keeps nothing else from whom it helps."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from potluck import flow
from potluck.door import admit
from potluck.events.models import Event
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.draft import Draft


def test_one_event_that_fails_does_not_hold_up_the_others(
    ada: Person, ben: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    follow(Wish(who=ben), by=ada)
    bad, good = (admit(Draft(author=ben, text=text)) for text in ("The one that fails.", "The one after it."))
    bring = flow.bring

    def failing(batch: Sequence[Event]) -> None:
        if any(event.about == bad.id for event in batch):
            raise RuntimeError("nobody foresaw this")
        bring(batch)

    monkeypatch.setattr(flow, "bring", failing)
    Event.objects.update(at=timezone.now() - timedelta(hours=1))
    flow.sweep(timestamp=0)

    assert [arrival.post_id for arrival in ada.arrivals.all()] == [good.id]
    assert list(Event.objects.filter(handled_at=None).values_list("about", flat=True)) == [bad.id]
    assert "nobody foresaw this" in caplog.text
