"""A browser that reads our pages straight from Django, and says whether anything in them ran or broke out.

There is no server between: each request the browser makes is answered by a test client, headers and all, so what
was written in a test's transaction is what is shown.
"""

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, Page, Route

SHARED = Path(os.environ.get("POTLUCK_SHARED") or Path(__file__).parents[3] / "shared")
PAYLOADS = SHARED / "data/web/xss-payloads.txt"
ORIGIN = "http://localhost:8000"
# All of them in a soak, else a tenth that is the same every time.
SEED = 20261121

needs_payloads = pytest.mark.skipif(
    not PAYLOADS.is_file(), reason=f"no payloads in {SHARED}; set POTLUCK_SHARED"
)

# Before any script of a page: whatever a payload calls is written down instead.
TRAP = """
window.__ran = [];
for (const name of ['alert', 'confirm', 'prompt', 'print', 'open'])
    window[name] = (...said) => { window.__ran.push(name + '(' + said.join() + ')'); };
document.addEventListener('securitypolicyviolation', event => window.__ran.push(
    `refused ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# What an attacker would need in a page, and what the frame must still have.
LOOK = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def payloads() -> list[str]:
    """The payloads of this run, one a line; the same tenth each time, unless it is a soak."""
    every = PAYLOADS.read_text(encoding="utf-8").split("\n")
    every = [one for one in every if one.strip()]
    if os.environ.get("POTLUCK_SOAK") == "1":
        return every
    return random.Random(SEED).sample(every, len(every) // 10)


@dataclass
class Reader:
    """A window onto our pages, as one client sees them. `troubles` says what ran, broke out or asked elsewhere."""

    page: Page
    client: Client
    troubles: list[str] = field(default_factory=list)
    said: HttpResponse = field(default_factory=HttpResponse)

    def look(self, path: str) -> set[str]:
        """Open a page and look around in it; the shapes of its elements outside what people wrote."""
        # Asked for here, not while the browser waits: there Django would open another connection to the database.
        self.said = self.client.get(path, headers={"Accept": "text/html"}, follow=True)
        self.page.goto(ORIGIN + path, wait_until="load")
        wrong, shapes = self.page.evaluate(LOOK)
        self.troubles += [f"{path}: {what}" for what in wrong]
        if self.page.url.split("#")[0] != ORIGIN + path:
            self.troubles.append(f"{path} led to {self.page.url}")
        return set(shapes)

    def answer(self, route: Route) -> None:
        """Answer the browser; note whatever it asks of somebody else."""
        request, there = route.request, urlsplit(route.request.url)
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            headers = {name: value for name, value in self.said.items() if name.lower() != "content-length"}
            route.fulfill(status=self.said.status_code, headers=headers, body=self.said.getvalue())
        elif request.url.startswith(f"{ORIGIN}/static/"):
            found = finders.find(there.path.removeprefix("/static/"))
            route.fulfill(path=found) if isinstance(found, str) else route.fulfill(status=404)
        else:
            if not request.url.startswith((ORIGIN, settings.STREAM_ORIGIN)):
                self.troubles.append(f"{self.page.url} asked {request.url}")
            route.abort()


def open_reader(browser: Browser, client: Client, *, policy: bool) -> tuple[Reader, Callable[[], None]]:
    """A reader in a fresh profile, with our content security policy on or off, and how to close it."""
    context = browser.new_context(bypass_csp=not policy, service_workers="block", base_url=ORIGIN)
    context.add_init_script(TRAP)
    # At full length a list has thousands of rows, each of them odd.
    context.set_default_timeout(120_000)
    reader = Reader(context.new_page(), client)
    context.route("**/*", reader.answer)
    reader.page.on(
        "dialog", lambda dialog: (reader.troubles.append(f"a dialog: {dialog.message}"), dialog.dismiss())
    )
    context.on("page", lambda page: reader.troubles.append(f"a window: {page.url}"))
    return reader, context.close


def batches(every: Sequence[str], size: int) -> list[list[str]]:
    """Parts of about this size, none much smaller."""
    parts = max(1, round(len(every) / size))
    return [list(every[number::parts]) for number in range(parts)]
