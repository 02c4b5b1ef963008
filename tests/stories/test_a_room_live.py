"""Two talk in a room, each in a browser: through a lost network, a killed stream and a double click nothing is lost."""

import http.client
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.checkers import OpenWindow
from tests.house_run import House, running, until

TOKEN = "b" * 32


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("room")
    folder.chmod(0o711)
    with running(folder / "data") as house:
        yield house


@pytest.fixture(scope="module")
def facts(house: House) -> dict[str, Any]:
    return dict(house.tell("tests.stories.a_room"))


class Listener:
    """A reader as the standard has it: comes back with the key of the last event, and counts what it is told."""

    def __init__(self, stream: str, place: str) -> None:
        self.where, self.place = urlsplit(stream), place
        self.told: list[str] = []
        self.times = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while not self.over.is_set():
            try:
                self._once()
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)

    def _once(self) -> None:
        self.line = line = http.client.HTTPConnection("localhost", self.where.port, timeout=60)
        path = f"{self.where.path}?{self.where.query}&since={quote(self.place)}"
        line.request("GET", path)
        answer = line.getresponse()
        self.times += 1
        block = b""
        while piece := answer.readline():
            block += piece
            if piece == b"\n":
                self._take(block.decode())
                block = b""
        line.close()

    def end(self) -> None:
        self.over.set()
        if self.line.sock:
            self.line.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)

    def _take(self, block: str) -> None:
        self.told += re.findall(r'<li class="said" id="post-(\d+)"', block)
        if found := re.search(r"^id: (.*)$", block, re.M):
            self.place = found[1]


def say(house: House, facts: dict[str, Any], who: str, text: str) -> str:
    """As a form without scripts does; the key of what was said."""
    line = http.client.HTTPConnection("localhost", house.port, timeout=20)
    headers = {
        "Cookie": f"sessionid={facts['cookies'][who]}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": house.origin,
    }
    form = {"csrfmiddlewaretoken": TOKEN, "text": text, "once": text}
    line.request("POST", f"{facts['room']}/messages", urlencode(form), headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    assert answer.status == 302, answer.status
    return str(answer.getheader("Location")).rpartition("-")[2]


def enter(open_window: OpenWindow, house: House, facts: dict[str, Any], who: str, **looks: Any) -> Page:
    page = open_window(origin=house.origin, **looks)
    page.context.add_cookies([{"name": "sessionid", "value": facts["cookies"][who], "url": house.origin}])
    page.goto(facts["room"])
    return page


def test_a_killed_stream_loses_nothing_and_repeats_nothing(house: House, facts: dict[str, Any]) -> None:
    listeners = [Listener(facts["stream"], facts["place"]) for _ in range(5)]
    said = []
    for turn in range(40):
        if turn in (5, 15, 30):
            for process in house.named("potluck-stream"):
                process.send_signal(signal.SIGKILL)
        said.append(say(house, facts, "ada", f"Blanket number {turn}"))
        time.sleep(0.05)
    until(lambda: all(set(said) <= set(one.told) for one in listeners), "hearing everything")
    time.sleep(1)
    assert all(one.told == said for one in listeners)
    assert all(one.times > 1 for one in listeners)
    for one in listeners:
        one.end()


def test_what_one_says_the_other_sees_at_once(
    open_window: OpenWindow, house: House, facts: dict[str, Any]
) -> None:
    ada = enter(open_window, house, facts, "ada")
    ben = enter(open_window, house, facts, "ben", width=360)
    ada.locator("#say-text").fill("I cover the beans")
    ada.keyboard.press("Enter")
    expect(ben.locator("#talk")).to_contain_text("I cover the beans")
    expect(ada.locator("#say-text")).to_have_value("")
    ben.locator(".said", has_text="I cover the beans").locator(".answer").click()
    ben.locator("#say-text").fill("And I the figs")
    ben.locator(".say button.main").dblclick()
    expect(ada.locator(".said", has_text="And I the figs")).to_contain_text("to Ada Marsh")
    ben.locator("#come").click()
    expect(ada.locator("#here")).to_contain_text("Ben Okafor")
    ada.wait_for_timeout(500)
    assert ada.locator(".said", has_text="And I the figs").count() == 1
    ben.close()
    expect(ada.locator("#here")).to_contain_text("Nobody", timeout=40_000)


def test_a_lost_network_costs_no_word(open_window: OpenWindow, house: House, facts: dict[str, Any]) -> None:
    ada = enter(open_window, house, facts, "ada")
    expect(ada.locator("#here")).to_be_visible()
    ada.context.set_offline(True)
    ada.locator("#say-text").fill("Said into the dark")
    ada.locator(".say button.main").click()
    expect(ada.locator("#away")).to_contain_text("is kept")
    expect(ada.locator("#say-text")).to_have_value("Said into the dark")
    say(house, facts, "ben", "Said meanwhile")
    ada.context.set_offline(False)
    expect(ada.locator("#talk")).to_contain_text("Said meanwhile", timeout=20_000)
    ada.locator(".say button.main").click()
    expect(ada.locator("#talk")).to_contain_text("Said into the dark")
    expect(ada.locator("#say-text")).to_have_value("")
    ada.reload()
    assert ada.locator(".said", has_text="Said into the dark").count() == 1
    expect(ada.locator("#say-text")).to_have_value("")


def test_a_page_that_was_open_for_too_long_begins_anew(
    open_window: OpenWindow, house: House, facts: dict[str, Any]
) -> None:
    ada = open_window(origin=house.origin)
    refused = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=403, body="Load the page again.") if len(refused) == 1 else route.continue_()

    ada.route("**/room?*", refuse)
    ada.context.add_cookies([{"name": "sessionid", "value": facts["cookies"]["ada"], "url": house.origin}])
    ada.goto(facts["room"])
    say(house, facts, "ben", "Said while the ticket was too old")
    expect(ada.locator("#talk")).to_contain_text("Said while the ticket was too old", timeout=20_000)
    expect(ada.locator("#away")).to_be_empty()
    post = say(house, facts, "ben", "And said after")
    expect(ada.locator(f"#post-{post}")).to_be_visible()
    assert len(refused) == 2 and len(set(refused)) == 2


def test_what_is_changed_or_taken_back_changes_for_all(
    open_window: OpenWindow, house: House, facts: dict[str, Any]
) -> None:
    ada = enter(open_window, house, facts, "ada")
    ben = enter(open_window, house, facts, "ben")
    post = say(house, facts, "ben", "Two blankts")
    expect(ada.locator(f"#post-{post}")).to_contain_text("Two blankts")
    ben.goto(f"/posts/{post}/edit")
    ben.locator("textarea[name=text]").fill("Two blankets")
    ben.locator("main button.main").click()
    expect(ada.locator(f"#post-{post}")).to_contain_text("Two blankets")
    ben.goto(f"/posts/{post}?alone")
    ben.locator("main details.more > summary").first.click()
    ben.get_by_role("button", name="Take it away").first.click()
    expect(ada.locator(f"#post-{post}")).to_have_count(0)
    expect(ada.locator("#talk")).not_to_contain_text("Two blankets")


def test_a_room_works_without_scripts(open_window: OpenWindow, house: House, facts: dict[str, Any]) -> None:
    ada = enter(open_window, house, facts, "ada", scripts=False)
    ada.locator("#say-text").fill("Without a script")
    ada.locator(".say button.main").click()
    expect(ada.locator("#talk")).to_contain_text("Without a script")
    ada.locator("#come").click()
    expect(ada.locator("#here")).to_contain_text("Ada Marsh")
    ada.locator("#go").click()
    expect(ada.locator("#here")).to_contain_text("Nobody")
