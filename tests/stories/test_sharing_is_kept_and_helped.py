"""The box to share in: it keeps what is typed, says what it takes it for, and asks what a picture shows."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.checkers import OpenWindow
from tests.house_run import House, running

pytestmark = pytest.mark.xdist_group("house")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, Any]]]:
    with running(tmp_path_factory.mktemp("box")) as house:
        yield house, house.tell("tests.stories.a_network")


def at_the_box(told: tuple[House, dict[str, Any]], open_window: OpenWindow, who: str = "ben") -> Page:
    house, there = told
    page = open_window(origin=house.origin)
    cookie = {"name": "sessionid", "value": there["cookies"][who], "url": house.origin}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto("/share")
    return page


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), "#b23a24").save(kept, "PNG")
    return kept.getvalue()


def test_it_says_what_it_takes_it_for_and_that_can_be_changed(
    told: tuple[House, dict[str, Any]], open_window: OpenWindow
) -> None:
    page = at_the_box(told, open_window, "cleo")
    box, kind = page.locator("#share-text"), page.locator(".kind")
    for words, taken in (
        ("Straw lasts two years.", "a note"),
        ("How long does straw last?", "a question"),
        ("How long does straw last?\n\nMine is gone in one.", "a question"),
        ("https://example.org/straw", "a link"),
    ):
        box.fill(words)
        expect(kind.locator("[data-chosen]")).to_have_text(taken)
    box.fill("How long does straw last?\n\nMine is gone in one.")
    page.get_by_role("main").get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("main")).to_contain_text("Open since")


def test_a_picture_is_asked_what_it_shows(
    told: tuple[House, dict[str, Any]], open_window: OpenWindow
) -> None:
    page = at_the_box(told, open_window)
    page.locator("#share-text").fill("The heap this morning.")
    page.locator("input[type=file]").set_input_files(
        [{"name": "heap.png", "mimeType": "image/png", "buffer": picture()}]
    )
    page.get_by_label(re.compile("What does this picture show")).fill("A red heap, steaming")
    page.get_by_role("main").get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("img", name="A red heap, steaming")).to_be_visible()


def test_what_was_begun_is_there_on_another_device(
    told: tuple[House, dict[str, Any]], open_window: OpenWindow
) -> None:
    page = at_the_box(told, open_window, "fatima")
    page.locator("#share-text").fill("Olives, of which more tomorrow")
    expect(page.locator(".kept-line")).to_have_text("Kept", timeout=8000)
    other = at_the_box(told, open_window, "fatima")
    expect(other.locator("#share-text")).to_have_value("Olives, of which more tomorrow")
    other.goto("/you/drafts")
    expect(other.locator("main")).to_contain_text("Olives, of which more tomorrow")


def test_the_button_stays_under_the_finger_when_the_words_are_left(
    told: tuple[House, dict[str, Any]], open_window: OpenWindow
) -> None:
    page = at_the_box(told, open_window, "dov")
    page.set_viewport_size({"width": 360, "height": 760})
    page.locator("#share-text").fill("Who has a sieve for wet compost?")
    expect(page.locator(".kept-line")).to_have_text("Kept", timeout=8000)
    page.get_by_role("main").get_by_role("button", name="Share", exact=True).click()
    expect(page.locator("main")).to_contain_text("Open since")
