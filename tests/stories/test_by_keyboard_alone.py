"""Everything can be done without a pointer: the focus is always to be seen, never stuck, and moves as one reads."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.checkers import OpenWindow, Windows
from tests.house_run import House, running

pytestmark = pytest.mark.xdist_group("house")

# What has the focus: what it is called, where it stands, whether its outline can be seen and lies within the window.
FOCUS = """() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const seen = [one, one.closest('.attach')].filter(Boolean).some(each => {
        const style = getComputedStyle(each);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    });
    const name = one.getAttribute('aria-label') || one.innerText || one.name || '';
    const there = document.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2).slice(0, 4);
    return {
        tag: one.tagName, name: name.trim().split('\\n')[0],
        seen, top: box.top + scrollY, within: box.bottom > 0 && box.top < innerHeight && box.width > 0,
        covered: !there.some(each => each.contains(one) || one.contains(each)),
    };
}"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, Any]]]:
    with running(tmp_path_factory.mktemp("keys"), POTLUCK_ALLOW_PRIVATE_NETWORK="1") as house:
        yield house, house.tell("tests.stories.a_network")


Sit = Callable[..., Page]


@pytest.fixture
def sit(told: tuple[House, dict[str, Any]], open_window: OpenWindow) -> Sit:
    """Sit down as somebody, at a page."""
    house, there = told

    def sit_down(who: str, path: str, width: int = 1280) -> Page:
        page = open_window(origin=house.origin, width=width)
        if who:
            cookie = {"name": "sessionid", "value": there["cookies"][who], "url": house.origin}
            page.context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(path.format(**there["at"]))
        return page

    return sit_down


def tab_to(page: Page, name: str, most: int = 60, key: str = "Tab") -> None:
    """Press Tab until the focus is on what is called so, always seeing where it is."""
    met = []
    for _ in range(most):
        page.keyboard.press(key)
        focus = page.evaluate(FOCUS)
        assert focus["seen"], f"the focus is lost on {focus} of {page.url}"
        assert focus["within"], f"the focus is out of the window on {focus} of {page.url}"
        met.append(focus["name"])
        if focus["name"] == name:
            return
    raise AssertionError(f"no {name!r} among {met}")


def walk(page: Page) -> list[dict[str, Any]]:
    """Every stop of Tab from the top of the page to its end."""
    stops: list[dict[str, Any]] = []
    for _ in range(400):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["tag"] == "BODY":
            return stops
        stops.append(focus)
    raise AssertionError(f"no end after {stops[-5:]}")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("", "/"),
        ("ada", "/home"),
        ("ada", "{article}"),
        ("ada", "/share"),
        ("ada", "/people"),
        ("ada", "/you/profile"),
        ("ben", "/you/sources"),
    ],
)
def test_tab_goes_through_a_page_to_its_end_and_one_always_sees_where(
    sit: Sit, who: str, path: str, width: int
) -> None:
    page = sit(who, path, width)
    page.locator("body").evaluate("() => document.activeElement.blur()")  # a field may have taken the focus
    stops = walk(page)
    assert [stop for stop in stops if not stop["seen"]] == []
    assert [stop for stop in stops if not stop["within"]] == []
    assert [stop for stop in stops if stop["covered"]] == []
    assert len(stops) > 8


def test_the_first_stop_leads_past_the_places_to_the_page(sit: Sit) -> None:
    page = sit("ada", "/home")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_share_something_and_for_whom(sit: Sit) -> None:
    page = sit("ada", "/home")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/share"))
    expect(page.locator("#share-text")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Sieves last longer in the dry.")
    tab_to(page, "Public")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Members")).to_be_checked()
    page.locator("#share-text").focus()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/posts/\d+$"))
    expect(page.locator("main")).to_contain_text("for members")


def test_move_among_things_and_act_on_the_one_one_is_at(sit: Sit) -> None:
    page = sit("ada", "/home")
    entries = page.locator("main .entry[data-key]")
    for key, at in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert entries.nth(at).evaluate("one => one.contains(document.activeElement)")
        assert page.evaluate(FOCUS)["seen"]
    page.keyboard.press(">")
    expect(entries.nth(1).get_by_role("button", name="Passed on")).to_be_visible()
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("e")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.closest('.entry') !== null")
    page.keyboard.press("r")
    expect(page.locator("#reply-box-text")).to_be_focused()
    page.keyboard.type("So do mine.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".reply", has_text="So do mine.")).to_be_visible()


def test_thank_keep_and_open_the_menu(sit: Sit) -> None:
    page = sit("ada", "{long}")
    page.locator("main").focus()
    tab_to(page, "Thank")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Thanked").first).to_be_visible()
    expect(page.get_by_role("button", name="Thanked").first).to_be_focused()
    tab_to(page, "Keep")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Kept").first).to_be_focused()
    tab_to(page, "More")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("details.more[open] .menu a, details.more[open] .menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("details.more[open]")).to_have_count(0)
    assert page.evaluate(FOCUS)["name"] == "More"


def test_follow_somebody(sit: Sit) -> None:
    page = sit("cleo", "/@ben")
    page.locator("main").focus()
    tab_to(page, "Follow Ben Okafor")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop following Ben Okafor")).to_be_focused()


def test_one_searches_by_keyboard(sit: Sit) -> None:
    page = sit("ada", "/home")
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/search"))
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("mulch")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("Sixty words on mulch")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('.entry') !== null")


def test_the_keys_are_shown_and_put_away(sit: Sit) -> None:
    page = sit("ada", "/home")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_letters_typed_into_a_field_are_letters(sit: Sit) -> None:
    page = sit("ada", "{note}")
    page.locator("#reply-box-text").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("jkrecn/?>")
    expect(page.locator("#reply-box-text")).to_have_value("jkrecn/?>")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_home_tells_a_screen_reader_what_is_what(sit: Sit, windows: Windows) -> None:
    page = sit("ada", "/home")
    expect(page.get_by_role("navigation", name="Places").get_by_role("link")).to_have_text(
        ["Share", "Home", "Ask", "People", "Search", "You"]
    )
    expect(page.get_by_role("link", name="Home", exact=True)).to_have_attribute("aria-current", "page")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("region", name="waiting for you")).to_be_visible()
    expect(page.get_by_role("region", name="from your people")).to_be_visible()
    expect(page.get_by_role("complementary", name="Beside this page")).to_be_visible()
    article = page.get_by_role("article").first
    expect(article).to_have_accessible_name(re.compile(r"\S"))
    expect(article.get_by_role("link", name=re.compile("Reply|Answer"))).to_be_visible()
    expect(article.get_by_role("button", name="Pass on")).to_have_attribute("aria-pressed", "false")
    assert windows.troubles == []
