"""Devices are told what speaks to their people, sealed for them alone, and not at night."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import http_ece
import pytest
from cryptography.exceptions import InvalidTag
from django.test import Client
from django.utils import timezone

from potluck.channels.live import presence, push_encryption
from potluck.channels.live.jobs import tidy
from potluck.channels.live.models import Device, Knocking
from potluck.channels.live.outbound import PUSH
from potluck.channels.live.push_sender import knock_all, knock_once
from potluck.channels.live.push_subscriptions import add_device, quiet_end, wish_knocks
from potluck.channels.live.tests.push_service import Browser, PushService, push_service
from potluck.deliver.models import Arrival, Delivery
from potluck.door import admit
from potluck.lib.errors import Malformed
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Post

Work = Callable[[], None]
As = Callable[[Person | None], Client]


@pytest.fixture
def service(db: None, settings: pytest.FixtureRequest) -> Iterator[PushService]:
    settings.ALLOW_PRIVATE_NETWORK = True  # type: ignore[attr-defined]
    settings.HOST_RATE = 0  # type: ignore[attr-defined]
    with push_service() as opened:
        yield opened


@pytest.fixture
def browser(service: PushService, ada: Person) -> Browser:
    """Ada's, which is told at any hour."""
    browser = Browser()
    service.device(ada, browser)
    wish_knocks(ada, kinds=["spoken"], quiet_from=None, quiet_until=None)
    return browser


@pytest.fixture
def asked(ada: Person) -> Post:
    return admit(Draft(author=ada, text="What keeps slugs off seedlings?"))


def test_an_answer_is_told_to_who_asked_sealed_for_their_browser(
    service: PushService, browser: Browser, asked: Post, ben: Person, work: Work
) -> None:
    reply = admit(Draft(author=ben, text="A ring of dry bran.", reply_to=asked))
    work()
    assert knock_all(1) == 1
    page = f"/posts/{asked.id}?to={reply.id}#post-{reply.id}"
    word = {"title": "Ben Okafor answered you", "body": "A ring of dry bran.", "url": page}
    assert service.told(browser) == [word | {"tag": f"thread-{asked.id}"}]
    _path, headers, body = service.taken[0]
    assert b"bran" not in body and headers["content-encoding"] == "aes128gcm"
    assert {"ttl": "86400", "urgency": "normal", "topic": f"thread-{asked.id}"}.items() <= headers.items()
    assert service.signed_by()["sub"].startswith("mailto:")
    assert service.taken[0][1]["authorization"].endswith(f"k={push_encryption.public_key()}")
    assert knock_all(2) == 0 and Device.objects.get().told_at is not None


def test_nobody_else_can_read_it(
    service: PushService, browser: Browser, asked: Post, ben: Person, work: Work
) -> None:
    admit(Draft(author=ben, text="A ring of dry bran.", reply_to=asked))
    work()
    knock_all(1)
    with pytest.raises((http_ece.ECEException, InvalidTag)):
        service.told(Browser())


def test_what_one_did_not_choose_is_not_told(
    service: PushService, browser: Browser, ada: Person, ben: Person, work: Work
) -> None:
    follow(Wish(who=ben), by=ada)
    admit(Draft(author=ben, text="Mulch, at last."))
    work()
    assert knock_all(1) == 0
    wish_knocks(ada, kinds=["followed"], quiet_from=None, quiet_until=None)
    admit(Draft(author=ben, text="More mulch."))
    work()
    assert knock_all(2) == 1 and service.told(browser)[0]["body"] == "More mulch."


def test_what_was_seen_or_taken_back_meanwhile_is_not_told(
    service: PushService, browser: Browser, asked: Post, ben: Person, work: Work
) -> None:
    gone = admit(Draft(author=ben, text="Salt.", reply_to=asked))
    seen = admit(Draft(author=ben, text="Bran.", reply_to=asked))
    work()
    delete(gone, by=ben)
    Arrival.objects.filter(post_id=seen.id).update(seen_at=timezone.now())
    assert knock_all(1) == 0 and service.taken == []
    assert not Delivery.objects.filter(carrier=PUSH, done_at=None).exists()


def test_who_is_in_the_room_is_not_told_what_is_said_there(
    service: PushService, browser: Browser, asked: Post, ada: Person, ben: Person, work: Work
) -> None:
    presence.arrive(asked, by=ada)
    admit(Draft(author=ben, text="Bran.", reply_to=asked, whence="live"))
    work()
    assert knock_all(1) == 0 and service.taken == []


def test_many_at_once_are_one_word(
    service: PushService, browser: Browser, asked: Post, ben: Person, work: Work
) -> None:
    for number in range(5):
        admit(Draft(author=ben, text=f"Thought {number}", reply_to=asked))
    work()
    knock_all(1)
    (word,) = service.told(browser)
    assert (word["title"], word["url"]) == ("5 things for you", "/home")


def test_quiet_hours_are_kept_and_what_waited_is_told_after_them(
    service: PushService, browser: Browser, asked: Post, ada: Person, ben: Person, work: Work
) -> None:
    hour = timezone.now().hour
    wish_knocks(ada, kinds=["spoken"], quiet_from=hour, quiet_until=(hour + 2) % 24)
    admit(Draft(author=ben, text="Bran.", reply_to=asked))
    work()
    knock_all(1)
    waiting = Delivery.objects.get(carrier=PUSH, done_at=None)
    assert service.taken == [] and timezone.now() < waiting.due <= timezone.now() + timedelta(hours=2)
    Knocking.objects.update(quiet_from=None, quiet_until=None)
    Delivery.objects.update(due=timezone.now() - timedelta(seconds=1))
    knock_all(2)
    assert len(service.told(browser)) == 1


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("Europe/Berlin", "2026-11-22T22:30+00:00", "2026-11-23T07:00+01:00"),
        ("Europe/Berlin", "2026-11-22T03:00+00:00", "2026-11-22T07:00+01:00"),
        ("Europe/Berlin", "2026-11-22T06:00+00:00", None),
        ("Asia/Kolkata", "2026-11-22T17:00+00:00", "2026-11-23T07:00+05:30"),
        ("UTC", "2026-11-22T21:59+00:00", None),
    ],
)
def test_night_is_where_the_person_is(zone: str, now: str, end: str | None) -> None:
    found = quiet_end(Knocking(), zone, datetime.fromisoformat(now))
    assert found == (end and datetime.fromisoformat(end))
    noon = Knocking(quiet_from=12, quiet_until=14)
    at_one = datetime(2026, 11, 22, 13, 5, tzinfo=ZoneInfo(zone))
    assert quiet_end(noon, zone, at_one) == at_one.replace(hour=14, minute=0)
    assert quiet_end(noon, zone, at_one.replace(hour=14)) is None


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(
    service: PushService, browser: Browser, asked: Post, ben: Person, work: Work, status: int
) -> None:
    service.status = status
    admit(Draft(author=ben, text="Bran.", reply_to=asked))
    work()
    knock_all(1)
    assert not Device.objects.exists() and not Delivery.objects.filter(carrier=PUSH, done_at=None).exists()


def test_a_service_in_trouble_is_tried_again_later(
    service: PushService, browser: Browser, asked: Post, ben: Person, work: Work
) -> None:
    service.status = 503
    admit(Draft(author=ben, text="Bran.", reply_to=asked))
    work()
    knock_all(1)
    assert "trouble of its own" in Device.objects.get().trouble
    assert Delivery.objects.get(carrier=PUSH, done_at=None).due > timezone.now()
    service.status = 201
    Delivery.objects.update(due=timezone.now() - timedelta(seconds=1))
    knock_all(2)
    assert service.told(browser)[-1]["body"] == "Bran." and Device.objects.get().trouble == ""


def test_all_devices_of_a_person_are_told(
    service: PushService, browser: Browser, asked: Post, ada: Person, ben: Person, work: Work
) -> None:
    service.device(ada, browser, "/two")
    admit(Draft(author=ben, text="Bran.", reply_to=asked))
    work()
    knock_all(1)
    assert sorted(path for path, _headers, _body in service.taken) == ["/one", "/two"]


def test_nothing_is_told_of_what_is_not_for_one(
    service: PushService, browser: Browser, ada: Person, ben: Person, work: Work
) -> None:
    post = admit(Draft(author=ben, text="For you, @ada"))
    work()
    Post.objects.filter(pk=post.pk).update(audience=Audience.ME)
    assert knock_all(1) == 0 and service.taken == []


def test_a_browser_that_changes_hands_tells_only_the_last(
    service: PushService, browser: Browser, ben: Person
) -> None:
    service.device(ben, browser)
    assert Device.objects.get().person == ben


def test_only_keys_that_a_browser_gives_are_taken(service: PushService, ada: Person) -> None:
    good = {
        "endpoint": f"{service.address}/x",
        "key": push_encryption.public_key(),
        "secret": push_encryption.written(bytes(16)),
    }
    point = push_encryption.written(b"\x04" + bytes(64))
    bad = [{"endpoint": "ftp://x/"}, {"endpoint": ""}, {"key": "?"}, {"key": point}, {"secret": "AAAA"}]
    for wrong in bad:
        with pytest.raises(Malformed):
            add_device(ada, **(good | wrong), name="x")
    assert add_device(ada, **good, name="x").pk


def test_a_device_is_added_tried_and_taken_away(
    service: PushService, ada: Person, ben: Person, as_: As
) -> None:
    browser, client = Browser(), as_(ada)
    form = {"endpoint": f"{service.address}/x", "key": browser.key, "secret": browser.secret, "name": "Phone"}
    assert client.post("/you/devices/add", form).status_code == 204
    assert client.post("/you/devices/add", form | {"key": "no"}).status_code == 422
    device = Device.objects.get()
    page = client.get("/you/devices").content.decode()
    assert "Phone" in page and push_encryption.public_key() in page
    knock_once(device.id)
    assert service.told(browser)[0]["title"] == "Here you are told"
    assert as_(ben).post(f"/you/devices/{device.id}/removal").status_code == 404
    client.post(f"/you/devices/{device.id}/removal")
    assert not Device.objects.exists()


def test_wishes_are_kept_and_wrong_ones_refused(ada: Person, as_: As) -> None:
    client = as_(ada)
    form = {"kinds": ["spoken", "gifts", "nonsense"], "quiet_from": "23", "quiet_until": "6"}
    assert client.post("/you/devices", form).status_code == 302
    wishes = Knocking.objects.get(person=ada)
    assert (wishes.kinds, wishes.quiet_from, wishes.quiet_until) == (["spoken", "gifts"], 23, 6)
    for wrong in ({"quiet_from": "24", "quiet_until": "6"}, {"quiet_from": "3", "quiet_until": ""}):
        assert client.post("/you/devices", form | wrong).status_code == 422


def test_who_left_is_told_nothing(service: PushService, browser: Browser, ada: Person) -> None:
    Person.objects.filter(pk=ada.pk).update(account=None)
    tidy(0)
    assert not Device.objects.exists()
