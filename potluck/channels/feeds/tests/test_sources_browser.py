"""The pages on where one shares, in a real browser: by a mouse, without scripts, for every eye and width."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from potluck import door
from potluck.channels.feeds import imports, poll
from potluck.channels.feeds.models import Bringing
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


@pytest.mark.parametrize("scripts", [True, False])
def test_naming_a_blog_from_a_page_to_its_posts(
    live_server: LiveServer,
    open_window: OpenWindow,
    site: Site,
    ada: Person,
    ben: Person,
    scripts: bool,
    tmp_path: Path,
) -> None:
    door.admit(Draft(author=ben, text="How do I keep slugs off my straw mulch? #compost"))
    refresh_statistics()
    page = open_window(origin=live_server.url, scripts=scripts)
    enter(page, ada, live_server)
    seen: dict[str, str] = {}

    def see(name: str) -> None:
        seen[f"{name}.html"] = page.content()
        if scripts:
            for width, dark in ((1280, False), (360, True)):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme="dark" if dark else "light")
                page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
                assert axe(page) == [], name
                assert too_wide(page) == [], name

    page.goto("/you/sources")
    see("none")
    page.get_by_label("Addresses").fill(f"{site.home}/nothing")
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_text("There is nothing at this address").wait_for()
    see("trouble")
    page.get_by_label("Addresses").fill(site.home)
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_text("Compost in a flat").wait_for()
    assert page.get_by_text("How do I keep slugs").is_visible()
    see("preview")
    page.get_by_role("button", name="Yes, share these").click()
    page.wait_for_url("**/you/sources")
    in_the_worker(poll.poll)
    page.reload()
    see("named")
    page.get_by_label("Or a file").set_input_files(
        {"name": "list.opml", "mimeType": "text/xml", "buffer": site.answer("/list.opml")[2]}
    )
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_label("Soil").wait_for()
    see("list")
    page.get_by_role("button", name="Take in what is ticked").click()
    page.get_by_text("It is being taken in").wait_for()
    see("coming")
    row = Bringing.objects.get().id
    in_the_worker(lambda: imports.bring_file(row))
    page.get_by_text("Done:").wait_for() if scripts else page.get_by_role(
        "link", name="How far is it?"
    ).click()
    see("done")
    page.goto("/you/sources")
    page.get_by_label("Or a file").set_input_files(
        {"name": "kept.html", "mimeType": "text/html", "buffer": KEPT}
    )
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_text("Slugs").first.wait_for()
    see("bookmarks")
    outside = Person.objects.get(uri="https://soil.example/feed")
    page.goto(f"{outside.page}/claim")
    see("claim")
    page.get_by_role("button", name="Remove me").click()
    page.get_by_text("does not answer").or_(page.get_by_text("no such")).or_(
        page.get_by_role("alert")
    ).first.wait_for()
    see("not-removed")
    assert vnu(seen) == []
