"""Ada says that her browser may tell her of things; Ben answers her, and the browser alone can read the word of it.

The browser's maker has a push service; here it is one of our own on loopback, and the browser is told to use it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from potluck.channels.live.tests.push_service import Browser, PushService, push_service
from tests.checkers import OpenWindow
from tests.house_run import House, running, until
from tests.stories.test_a_room_live import say

SUBSCRIBE = """
PushManager.prototype.subscribe = async function ({{ applicationServerKey, userVisibleOnly }}) {{
  const plain = text => atob(text.replace(/-/g, '+').replace(/_/g, "/"));
  const bytes = text => Uint8Array.from(plain(text), one => one.charCodeAt(0)).buffer;
  if (!userVisibleOnly || applicationServerKey.length !== 65) throw new TypeError('not as browsers ask');
  const keys = {{ p256dh: '{key}', auth: '{secret}' }};
  return {{ endpoint: '{address}/ada', getKey: name => bytes(keys[name]) }};
}};
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("device")
    folder.chmod(0o711)
    with running(folder / "data", POTLUCK_ALLOW_PRIVATE_NETWORK="1") as house:
        yield house


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as opened:
        yield opened


def test_a_word_reaches_the_browser_that_asked_for_it(
    open_window: OpenWindow, house: House, service: PushService
) -> None:
    facts: dict[str, Any] = house.tell("tests.stories.a_room")
    browser = Browser()
    page = open_window(origin=house.origin, width=360)
    page.context.add_cookies([{"name": "sessionid", "value": facts["cookies"]["ada"], "url": house.origin}])
    page.context.grant_permissions(["notifications"], origin=house.origin)
    page.add_init_script(SUBSCRIBE.format(key=browser.key, secret=browser.secret, address=service.address))
    page.goto("/you/devices")
    for field in ("Quiet from", "Quiet until"):
        page.get_by_label(field).select_option(label="no hour")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Tell me on this device").click()
    expect(page.locator(".ways")).to_contain_text("Chrome")
    say(house, facts, "ben", "I bring the fleece")
    until(lambda: service.taken, "a word at the push service")
    (word,) = service.told(browser)
    assert (word["title"], word["body"]) == ("Ben Okafor answered you", "I bring the fleece")
    assert word["url"] == facts["room"]
    service.status = 410
    page.get_by_role("button", name="Try it").click()
    until(lambda: len(service.taken) == 2, "another word")
    assert browser.opened(service.taken[1][2])["url"] == "/you/devices"
    until(lambda: "On no device so far" in page.reload().text(), "the device being forgotten")  # type: ignore[union-attr]
