"""The pages on where one shares, in a real browser: by a mouse, without scripts, for every eye and width."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from potluck import door
from potluck.channels.feeds.importing import import_file
from potluck.channels.feeds.models import Bringing
from potluck.channels.feeds.reading import poll
from potluck.channels.feeds.tests.conftest import Site
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.search.statistics import refresh_statistics
from tests.checkers import OpenWindow, axe, too_wide, vnu

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = b"""<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p>
<DT><A HREF="https://slugs.example/" ADD_DATE="1700000000" TAGS="slugs,garden">Slugs</A><DD>A ring of bran
<DT><A HREF="javascript:void(0)">Button</A></DL>"""


def enter(page: Page, person: Person, server: LiveServer) -> None:
    client = Client()
    assert person.account is not None
    client.force_login(person.account)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}]
    )


def in_the_worker(verb: Callable[[], object]) -> None:
    """In a thread of its own, as Playwright keeps an event loop in ours."""

    def work() -> None:
        try:
            verb()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


@dataclass
class Walk:
    """A member's way through the pages; each is looked at with every eye we have."""

    page: Page
    scripts: bool
    seen: dict[str, str] = field(default_factory=dict)

    def see(self, name: str) -> None:
        self.seen[f"{name}.html"] = self.page.content()
        if not self.scripts:
            return
        for width, theme in ((1280, "light"), (360, "dark")):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            assert axe(self.page) == [], name
            assert too_wide(self.page) == [], name

    def look_at(self, address: str) -> None:
        self.page.goto("/you/sources")
        self.page.get_by_label("Addresses").fill(address)
        self.look()

    def look_into(self, name: str, body: bytes) -> None:
        self.page.goto("/you/sources")
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": body}
        self.page.get_by_label("Or a file").set_input_files(file)  # type: ignore[arg-type]
        self.look()

    def look(self) -> None:
        self.page.get_by_role("button", name="Look", exact=True).click()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def walk(
    request: pytest.FixtureRequest, live_server: LiveServer, open_window: OpenWindow, ada: Person
) -> Iterator[Walk]:
    page = open_window(origin=live_server.url, scripts=request.param)
    enter(page, ada, live_server)
    walked = Walk(page, request.param)
    yield walked
    assert vnu(walked.seen) == []


def test_naming_a_blog_from_a_page_to_its_posts(walk: Walk, site: Site, ben: Person) -> None:
    door.admit(Draft(author=ben, text="How do I keep slugs off my straw mulch? #compost"))
    refresh_statistics()
    page = walk.page
    page.goto("/you/sources")
    walk.see("none")
    walk.look_at(f"{site.home}/nothing")
    page.get_by_text("There is nothing at this address").wait_for()
    walk.see("trouble")
    walk.look_at(site.home)
    page.get_by_text("Compost in a flat").wait_for()
    assert page.get_by_text("How do I keep slugs").is_visible()
    walk.see("preview")
    page.get_by_role("button", name="Yes, share these").click()
    page.wait_for_url("**/you/sources")
    in_the_worker(poll.poll)
    page.reload()
    assert page.get_by_text("Last shared 4 February 2025").is_visible()
    walk.see("named")


def test_bringing_files_and_how_far_they_are(walk: Walk, site: Site) -> None:
    page = walk.page
    walk.look_into("kept.html", KEPT)
    page.get_by_text("Slugs").first.wait_for()
    walk.see("bookmarks")
    walk.look_into("list.opml", site.answer("/list.opml")[2])
    page.get_by_label("Soil").wait_for()
    walk.see("list")
    page.get_by_role("button", name="Take in what is ticked").click()
    page.get_by_text("It is being taken in").wait_for()
    walk.see("coming")
    row = Bringing.objects.exclude(started_at=None).get().id
    in_the_worker(lambda: import_file.bring_file(row))
    if not walk.scripts:
        page.get_by_role("link", name="How far is it?").click()
    page.get_by_text("Done:").wait_for()
    walk.see("done")
    assert Bringing.objects.get(pk=row).finished_at is not None


def test_asking_to_be_removed_and_not_showing_it(walk: Walk, eve: Person) -> None:
    walk.page.goto(f"{eve.page}/claim")
    walk.see("claim")
    walk.page.get_by_role("button", name="Remove me").click()
    walk.page.get_by_role("alert").wait_for()
    walk.see("not-removed")
    eve.refresh_from_db()
    assert eve.removed_at is None
