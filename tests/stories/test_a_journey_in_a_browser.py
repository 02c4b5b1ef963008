"""From a first line on the front page to what came of it, seen in a browser, with scripts and without."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.checkers import OpenWindow, Windows
from tests.house_run import House, code_for, running
from tests.stories.a_blog import Blog, blogging

pytestmark = pytest.mark.xdist_group("house")

IN_TIME = 5.0
FIRST = "Leaf mould holds more water than peat. #soil"
NEW = "Two years of leaf mould, weighed"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running(tmp_path_factory.mktemp("journey"), POTLUCK_ALLOW_PRIVATE_NETWORK="1") as house:
        house.say("person", "add", "dov", "dov@example.org", "--name", "Dov Levin")
        yield house


@pytest.fixture
def blog() -> Iterator[Blog]:
    with blogging("Ada’s allotment") as blog:
        for number in range(3):
            blog.publish(
                f"Heap number {number + 1}",
                "It rotted, as heaps do.",
                datetime.now(UTC) - timedelta(days=30 - number),
            )
        yield blog


class Member:
    """Somebody at their own browser."""

    def __init__(self, name: str, page: Page, house: House, scripts: bool) -> None:
        self.name, self.page, self.house, self.scripts = name, page, house, scripts
        # The two runs of the story share one house.
        self.handle = f"{name.split()[0].lower()}-{'a' if scripts else 'b'}"
        self.mail = f"{self.handle}@example.org"

    def visit(self, path: str) -> None:
        self.page.goto(path)

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page.locator("main")).get_by_role("button", name=name, exact=True).first.click()

    def give_code(self) -> None:
        self.page.get_by_label("Code").fill(code_for(self.mail, self.house.data / "outbox"))
        self.press("Sign in")

    def give_name(self) -> None:
        expect(self.page).to_have_url(re.compile("/welcome/name$"))
        self.page.get_by_label("Your name").fill(self.name)
        self.page.get_by_label("Your handle").fill(self.handle)
        self.press("Go on")

    def join(self, saying: str, audience: str = "") -> None:
        """Share from the front page, confirm, give a name, and skip the rest."""
        self.visit("/")
        self.write(saying, audience)
        self.press("Share")
        self.page.get_by_label("Mail address").fill(self.mail)
        self.press("Mail me the code")
        self.give_code()
        self.give_name()

    def write(self, text: str, audience: str = "") -> None:
        self.page.locator("main form.compose textarea").fill(text)
        if audience:
            self.page.locator("main form.compose summary", has_text="change").click()
            self.page.get_by_role("radio", name=audience).check()

    def share(self, text: str, audience: str = "") -> str:
        self.visit("/share")
        self.write(text, audience)
        self.press("Share")
        expect(self.page).to_have_url(re.compile(r"/posts/\d+$"))
        return self.page.url

    def sees(self, what: Callable[[], Locator], seconds: float = IN_TIME) -> float:
        """How long it took until it was there; without scripts, one reloads."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds + 1:
            if what().count():
                return time.monotonic() - begun
            if self.scripts:
                self.page.wait_for_timeout(50)
            else:
                self.page.reload()
        raise AssertionError(f"{self.name} does not see it on {self.page.url}: {what()}")


def entry(page: Page, title: str) -> Locator:
    return page.locator("main article", has_text=title)


def name_the_blog(ada: Member, blog: Blog) -> None:
    """Name it, see what would come in, and say yes."""
    expect(ada.page).to_have_url(re.compile("/welcome/sources$"))
    ada.page.get_by_label("Addresses").fill(blog.origin + "/")
    ada.press("Look")
    offered = ada.page.locator("main .person", has_text=blog.title)
    for number in (1, 2, 3):
        expect(offered).to_contain_text(f"Heap number {number}")
    ada.press("Yes, share these under my name")
    expect(ada.page).to_have_url(re.compile("/welcome/people$"))
    expect(ada.page.get_by_role("status").first).to_contain_text("Named.")


def give_back(ben: Member) -> None:
    """Answer it, thank for it, and pass it on, all from where it is met at home."""
    met = entry(ben.page, NEW)
    ben.press("Thank", met)
    ben.sees(lambda: met.get_by_role("button", name="Thanked"))
    ben.press("Pass on", met)
    ben.sees(lambda: met.get_by_role("button", name="Passed on"))
    met.get_by_role("link", name="Reply").click()
    ben.write("Mine took three. Do you turn it?")
    ben.press("Reply")
    expect(ben.page.locator(".reply")).to_contain_text("Mine took three.")


def hears_of_all_three(ada: Member, name: str) -> None:
    """At home: the reply waits for her, and what came back stands beside it. On the post: all three, by name."""
    ada.visit("/home")
    ada.sees(lambda: entry(ada.page, "Mine took three."), seconds=20)
    expect(entry(ada.page, "Mine took three.").locator(".reason")).to_contain_text(f"{name} replied to you")
    ada.sees(lambda: ada.page.locator(".beside li", has_text="thanked you for this"), seconds=20)
    back = ada.page.locator(".beside li", has_text=NEW)
    expect(back).to_contain_text(f"{name} thanked you for this")
    expect(back).to_contain_text(f"{name} passed this on")
    back.get_by_role("link", name=NEW).click()
    expect(ada.page.locator(".gifts")).to_contain_text(f"Thanked by {name}")
    expect(ada.page.locator(".reply")).to_contain_text("Mine took three.")


def begin_a_circle(ada: Member, of: Member) -> None:
    ada.visit("/you/circles")
    ada.page.get_by_label("Name").fill("Neighbours")
    ada.press("Begin it")
    ada.page.get_by_label("Handle").fill(of.handle)
    ada.press("Put in")
    expect(ada.page.locator("main")).to_contain_text(of.name)


def places(ada: Member, post: str) -> list[str]:
    """Everywhere one might come upon it."""
    page = f"/@{ada.handle}"
    ends = [".atom", ".rss", ".json"]
    lists = [page, "/search?q=onlyforsome", "/tags/onlyforsome", "/", "/home", "/people", "/sitemap.xml"]
    feeds = [
        *(page + end for end in ends),
        "/fresh.atom",
        "/tags/onlyforsome.atom",
        "/search.atom?q=onlyforsome",
    ]
    return [post, post + "/history", *(post + end for end in ends), *lists, *feeds]


def reads(page: Page, words: str, paths: list[str]) -> list[str]:
    """Where these words are to be read by whoever sits here."""
    return [path for path in paths if words in page.request.get(path).text()]


def test_from_a_first_line_to_what_came_of_it(
    house: House, blog: Blog, open_window: OpenWindow, windows: Windows, scripts: bool
) -> None:
    ada, ben, cleo = (
        Member(name, open_window(scripts=scripts, origin=house.origin), house, scripts)
        for name in ("Ada Marsh", "Ben Okafor", "Cleo Marin")
    )
    ada.join(saying=FIRST)
    name_the_blog(ada, blog)
    ada.visit(f"/@{ada.handle}")
    ada.sees(lambda: entry(ada.page, "Heap number 3"), seconds=20)
    expect(entry(ada.page, FIRST)).to_be_visible()

    ben.join(saying="What do you do with oak leaves?")
    ben.visit(f"/@{ada.handle}")
    ben.press("Follow Ada Marsh")
    ben.visit("/home")
    blog.publish(NEW, "Forty kilos of leaves became four of mould. It took two winters.")
    house.say("source", "poll", "--all")
    took = ben.sees(lambda: entry(ben.page, NEW))
    print(f"\nat home {took:.2f} s after the poll, {'by itself' if scripts else 'reloading'}")
    assert took <= IN_TIME
    expect(entry(ben.page, NEW).locator(".reason")).to_contain_text("You follow Ada Marsh")

    give_back(ben)
    hears_of_all_three(ada, "Ben Okafor")
    sees_only_what_is_for_them(ada, ben, cleo, open_window(scripts=scripts, origin=house.origin))
    assert windows.troubles == []


def sees_only_what_is_for_them(ada: Member, ben: Member, cleo: Member, visitor: Page) -> None:
    begin_a_circle(ada, of=ben)
    near = ada.share("The key lies under the third pot. #onlyforsome", "Neighbours")
    here = ada.share("The shed is open on Sundays. #onlyforsome", "Members")
    ben.visit("/home")
    ben.sees(lambda: entry(ben.page, "third pot"))
    ben.sees(lambda: entry(ben.page, "open on Sundays"))
    cleo.join(saying="Hello from the riverside.", audience="Members")

    anywhere = [*places(ada, near), *places(ada, here)]
    assert reads(ben.page, "third pot", [near, f"/@{ada.handle}"]) == [near, f"/@{ada.handle}"]
    assert reads(cleo.page, "open on Sundays", [here]) == [here]
    assert reads(cleo.page, "third pot", anywhere) == []
    assert reads(visitor, "third pot", anywhere) == []
    assert reads(visitor, "open on Sundays", anywhere) == []
    assert reads(visitor, "from the riverside", [*anywhere, f"/@{cleo.handle}"]) == []
    for page, address in ((cleo.page, near), (visitor, near), (visitor, here)):
        assert page.request.get(address).status == 404
