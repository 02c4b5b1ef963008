"""Ask, see what is known, be answered by the right few; and be answered a year later by somebody who never joined."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.checkers import OpenWindow
from tests.house_run import House, running
from tests.stories.a_blog import Blog, blogging

pytestmark = pytest.mark.xdist_group("house")

ASKED = "How do you keep slugs off young seedlings without killing them?"
ANSWER = "Lay wool around the seedlings: slugs turn back at it, and nobody dies."
LONG = "Which wool for a felt roof keeps the hens dry in a wet winter?"
FOUND = "A felt roof of raw wool kept our hens dry all through a wet winter: Gotland wool, unwashed, three layers."


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("asking"), POTLUCK_ALLOW_PRIVATE_NETWORK="1") as house:
        yield house


@pytest.fixture
def blog() -> Iterator[Blog]:
    with blogging("Eve’s hens") as blog:
        blog.publish("Hens", "They arrived.")
        yield blog


class Member:
    """Somebody at their own browser."""

    def __init__(self, page: Page, house: House, session: str, scripts: bool) -> None:
        self.page, self.scripts = page, scripts
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": house.origin}])

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page.locator("main")).get_by_role("button", name=name, exact=True).first.click()

    def finds(self, path: str, what: Callable[[], Locator], seconds: float = 25) -> Locator:
        """Go there, and look until it has come."""
        self.page.goto(path)
        end = time.monotonic() + seconds
        while not what().count():
            assert time.monotonic() < end, f"{what()} is not on {self.page.url}"
            self.page.wait_for_timeout(300)
            self.page.goto(path)
        return what().first

    def writes(self, text: str) -> None:
        """Begin to ask; what is known already is there at once, or on a press."""
        self.page.goto("/share?kind=question")
        box = self.page.locator("#share-text")
        if self.scripts:
            box.press_sequentially(text, delay=2)
        else:
            box.fill(text)
            self.press("See what is known already")
            expect(box).to_have_value(text)

    def asks(self, text: str) -> str:
        self.writes(text)
        self.press("Ask")
        expect(self.page).to_have_url(re.compile(r"/posts/\d+$"))
        return self.page.url


def entry(page: Page, words: str) -> Locator:
    return page.locator("main article", has_text=words)


def be_answered(ada: Member, ben: Member, cleo: Member, fay: Member) -> str:
    """Ada sees what is known and asks all the same; the two who fit best get it at home, and Ben answers."""
    ada.writes(ASKED)
    known = ada.page.locator("#known")
    expect(known).to_contain_text("Beer traps keep slugs off seedlings")
    expect(known).to_contain_text("people who may know")
    ada.press("Ask")
    expect(ada.page).to_have_url(re.compile(r"/posts/\d+$"))
    question = ada.page.url
    for who, did, what in (
        (ben, "wrote", "Slugs and seedlings"),
        (cleo, "answered", "How do you keep slugs away from lettuce in a wet May?"),
    ):
        met = who.finds("/home", lambda who=who: entry(who.page, ASKED))
        expect(met.locator(".reason")).to_contain_text(f"Ada Marsh asks. You {did}: “{what}”")
        expect(met.locator(".reason a", has_text=what)).to_be_visible()
    fay.page.goto("/home")
    expect(entry(fay.page, ASKED)).to_have_count(0)
    cleo.press("Not me", entry(cleo.page, ASKED))
    expect(entry(cleo.page, ASKED).get_by_role("button", name="I’m on it")).to_have_count(0)
    ben.press("I’m on it", entry(ben.page, ASKED))
    expect(ben.page.locator("main")).to_contain_text("You are on it")
    ada.page.goto(question)
    expect(ada.page.locator(".standing")).to_contain_text("On it: Ben Okafor")
    expect(ada.page.locator(".standing")).not_to_contain_text("Fay Brand")
    expect(ada.page.locator(".standing")).not_to_contain_text("Cleo Marin")
    ben.page.goto(question)
    ben.page.locator("#reply-box-text").fill(ANSWER)
    ben.press("Answer")
    expect(ben.page.locator(".reply")).to_contain_text(ANSWER)
    return question


def accept(ada: Member, ben: Member, visitor: Page, question: str) -> None:
    """Ada says that it answers, and everybody can see whose answer it was."""
    ada.page.goto(question)
    ada.press("Answers it", ada.page.locator(".reply", has_text=ANSWER))
    expect(ada.page.locator(".reply")).to_contain_text("You said: it answers it.")
    visitor.goto(question)
    expect(visitor.locator(".standing")).to_contain_text("Answered by Ben Okafor")
    expect(visitor.locator(".reply .accepted")).to_have_text("answers it")
    back = ben.finds("/home", lambda: ben.page.locator(".beside li", has_text="it answered this"))
    expect(back).to_contain_text("Ada Marsh")


def wait_a_year(ada: Member, gil: Member, house: House, blog: Blog) -> str:
    """It stands open, Gil asks it too, and a year later something comes from a blog."""
    question = ada.asks(LONG)
    gil.page.goto(question)
    gil.press("Me too")
    expect(gil.page.locator(".standing")).to_contain_text("Asked too by you")
    house.say("source", "add", blog.origin + "/")
    house.say("source", "poll", "--all")
    assert house.tell("tests.stories.a_year_later") > 10
    blog.publish("A roof for hens", f"We moved in March. {FOUND} Next year the goats.")
    house.say("source", "poll", "--all")
    return question


def hear_of_it(ada: Member, gil: Member, visitor: Page, question: str) -> None:
    """Both see where it fits and why; Ada says that it answers, and its page says whom it helped."""
    for who, why in (
        (ada, "It may answer what you ask"),
        (gil, "It may answer what Ada Marsh asks, and you too"),
    ):
        met = who.finds("/home", lambda who=who: entry(who.page, "A roof for hens"))
        expect(met.locator(".reason")).to_contain_text(why)
        expect(met.locator("blockquote")).to_contain_text("Gotland wool")
    met = entry(ada.page, "A roof for hens")
    item = met.locator("h3 a").get_attribute("href") or ""
    ada.press("Answers it", met)
    expect(ada.page.locator("main, #notices").first).to_contain_text("You said: it answers it.")
    visitor.goto(item)
    expect(visitor.locator("main")).to_contain_text("not a member")
    expect(visitor.locator("main")).to_contain_text("It answered Ada Marsh")
    visitor.goto(question)
    expect(visitor.locator(".standing")).to_contain_text("A roof for hens")


def test_a_question_finds_who_knows_now_and_years_later(
    house: House, blog: Blog, open_window: OpenWindow, scripts: bool
) -> None:
    sessions = house.tell("tests.stories.a_question")
    ada, ben, cleo, fay, gil = (
        Member(open_window(scripts=scripts, origin=house.origin), house, sessions[name], scripts)
        for name in ("ada", "ben", "cleo", "fay", "gil")
    )
    visitor = open_window(scripts=scripts, origin=house.origin)
    question = be_answered(ada, ben, cleo, fay)
    accept(ada, ben, visitor, question)
    later = wait_a_year(ada, gil, house, blog)
    assert later != question
    hear_of_it(ada, gil, visitor, later)
