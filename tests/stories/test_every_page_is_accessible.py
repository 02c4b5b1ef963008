"""Every page can be used by everybody: valid, nothing sticks out, nothing axe knows of keeps anyone away.

Each page is opened once and looked at wide and narrow, light and dark. Wide and light is always looked at whole;
of the other looks a part that changes from day to day (POTLUCK_SEED repeats one), all with POTLUCK_SOAK=1.
"""

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Browser, Page

from tests.checkers import AXE, axe, too_wide, vnu
from tests.house_run import House, running
from tests.stories.a_blog import blogging
from tests.stories.scenes import NO_PAGES, REFUSED, SCENES, Scene

pytestmark = pytest.mark.xdist_group("house")

SOAK = bool(os.environ.get("POTLUCK_SOAK"))
PART = 1.0 if SOAK else 0.25
SEED = os.environ.get("POTLUCK_SEED", f"{datetime.now(UTC):%Y-%m-%d}")
LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


@dataclass
class Network:
    """A full network, and whom one may be in it."""

    house: House
    cookies: Mapping[str, str]
    at: Mapping[str, str]

    def address(self, scene: Scene) -> str:
        return scene.path.format(**self.at)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("pages")
    with running(folder, POTLUCK_ALLOW_PRIVATE_NETWORK="1") as house, blogging("A blog") as blog:
        blog.publish("Heap number 1", "It rotted, as heaps do.")
        told = house.tell("tests.stories.a_network")
        yield Network(
            house, told["cookies"], {**told["at"], "blog": blog.origin, "outbox": str(house.data / "outbox")}
        )


@dataclass
class Album:
    """What was seen of every page: its address, its markup, and what was wrong with each look."""

    addresses: set[str] = field(default_factory=set)

    markup: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def album(network: Network, browser: Browser) -> Album:
    """Every page, opened once."""
    album, chance = Album(), random.Random(SEED)
    for who in dict.fromkeys(scene.who for scene in SCENES):
        same = window(browser, network, who)
        for scene in (scene for scene in SCENES if scene.who == who):
            page = window(browser, network, who) if scene.then else same
            look_at(scene, page, network, album, chance)
            if scene.then:
                page.context.close()
        same.context.close()
    return album


def window(browser: Browser, network: Network, who: str) -> Page:
    """A window of a member's, or of a visitor's ('')."""
    origin = network.house.origin
    context = browser.new_context(base_url=origin, reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(10_000)
    context.add_init_script(path=AXE)
    if who:
        context.add_cookies([{"name": "sessionid", "value": network.cookies[who], "url": origin}])
    return context.new_page()


def look_at(scene: Scene, page: Page, network: Network, album: Album, chance: random.Random) -> None:
    """Open it, do what is to be done, and look at it in every way whose turn it is."""
    page.set_viewport_size({"width": 1280, "height": 800})
    answer = page.goto(network.address(scene))
    assert answer
    assert answer.status == REFUSED.get((scene.who, scene.path), 200), f"{scene}: {answer.status}"
    album.markup[str(scene)] = answer.text()
    if scene.then:
        scene.then(page, network.at)
        album.markup[str(scene)] = page.content()
    album.addresses |= {network.address(scene), urlsplit(page.url).path}
    album.wrong[str(scene)] = [
        f"{width} {theme}: {wrong}"
        for width, theme in LOOKS
        if (width, theme) == LOOKS[0] or chance.random() < PART
        for wrong in seen(page, width, theme)
    ]
    page.set_viewport_size({"width": 320, "height": 700})
    album.wrong[str(scene)] += [f"320: {wrong}" for wrong in too_wide(page)]


def seen(page: Page, width: int, theme: str) -> list[str]:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    again = (width, theme) != LOOKS[0] and not SOAK
    return axe(page, again=again) + too_wide(page)


def test_every_page_can_be_used_by_everybody(album: Album) -> None:
    assert {scene: wrong for scene, wrong in album.wrong.items() if wrong} == {}


def test_every_page_is_valid(album: Album) -> None:
    assert vnu(album.markup) == []


def test_no_page_is_forgotten(album: Album) -> None:
    visited = {name_of(address) for address in album.addresses}
    names = {pattern.name for pattern in patterns(get_resolver())}
    assert sorted(names - visited - NO_PAGES) == []
    assert sorted(NO_PAGES & visited) == []
    assert sorted(NO_PAGES - names) == []


def name_of(address: str) -> str | None:
    try:
        return resolve(address.partition("?")[0]).url_name
    except Resolver404:
        return None


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield one
        else:
            yield from patterns(one)
