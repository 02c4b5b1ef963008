"""Pages: the Jinja2 environment, and the one way to answer a request with a template.

One template serves the whole page and the piece htmx asks for. It begins with
`{% extends layout or "base.html" %}`; `render(..., only="entries")` then answers htmx with the block `entries` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template import engines
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_bidi, gettext, ngettext
from jinja2 import ChainableUndefined, Environment
from markupsafe import Markup, escape

from potluck.lib import format
from potluck.rendering.render_cache import Acts, Drawn, Entries, Replies

UNDO, BACK = "undo:", "back:"
THEMES = ("light", "dark")


def environment(**options: Any) -> Environment:
    """The environment named in settings.TEMPLATES. Missing names read as nothing, at any depth."""
    options.update(undefined=ChainableUndefined, trim_blocks=True, lstrip_blocks=True)
    env = Environment(extensions=["jinja2.ext.i18n"], **options)  # noqa: S701 - Django's backend sets autoescape
    # Newstyle by hand: Jinja's own wrapper costs four times as much a call, and a home makes hundreds.
    env.newstyle_gettext = True  # type: ignore[attr-defined]
    env.globals.update(gettext=_said, _=_said, ngettext=_counted)
    env.globals.update(
        static=static, icon=_icons(env), keys=_keys(env), notices=notices, theme=theme, undo_of=undo_of
    )
    env.globals.update(language=format.language, direction=_direction, csrf=csrf)
    env.globals.update(
        origin=settings.ORIGIN, institutions=[(o["provider_id"], o["name"]) for o in settings.OIDC]
    )
    env.filters.update(
        ago=format.ago,
        day=format.day,
        last_day=format.last_day,
        moment=format.moment,
        names=format.names,
        host=format.host,
        words_fade=format.words_fade,
        dots=format.dots,
        when=format.when,
        in_language=format.in_language,
        tag=format.tag,
        acts=Acts(env, "row"),
        entry=Entries(env),
        reply=Replies(env),
        json_ld=json_ld,
    )
    return env


def back_or(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page this came from, if it is one of ours."""
    to = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(to if safe else otherwise)


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    only: str = "main",
    status: int = 200,
) -> HttpResponse:
    """Answer with a page, or with its block `only` where htmx asked for a piece."""
    values: dict[str, object] = {
        "request": request,
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
    }
    values.update(viewer=getattr(request, "viewer", None), network=getattr(request, "network", None))
    if wants_piece(request):
        values.update(layout="parts/only.html", piece=only)
    values.update(context or {})
    env: Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    with format.speaking():
        response = HttpResponse(env.get_template(template).render(values), status=status)
    response["Vary"] = "HX-Request"
    return response


def wants_piece(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece: not when it boosts a link or brings back a page from history."""
    asked = request.headers
    if asked.get("HX-Request") != "true":
        return False
    return asked.get("HX-Boosted") != "true" and asked.get("HX-History-Restore-Request") != "true"


def say(request: HttpRequest, text: str, *, undo: str = "", back: str = "", wrong: bool = False) -> None:
    """Say one calm line on the next page, which its button takes back: by a POST with undo=1 to `undo`, or by a plain
    one to `back`, where the opposite is an act of its own. `wrong` marks what did not work."""
    tags = f"{UNDO}{undo}" if undo else f"{BACK}{back}" if back else ""
    level = messages.WARNING if wrong else messages.INFO
    messages.add_message(request, level, text, extra_tags=tags, fail_silently=True)


def notices(request: HttpRequest) -> Iterable[Message]:
    """What is to be said now, each line once."""
    return messages.get_messages(request) if isinstance(request, HttpRequest) else ()


def undo_of(message: Message) -> tuple[str, bool]:
    """The address that takes back what a line tells of, or nothing; and whether it is told to undo."""
    tags = message.extra_tags or ""
    for how in (UNDO, BACK):
        if tags.startswith(how):
            return tags.removeprefix(how), how == UNDO
    return "", False


def csrf(token: object) -> Markup:
    """The hidden field every form that changes something carries."""
    return Markup(f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(str(token))}">')  # noqa: S704


def theme(request: HttpRequest) -> str:
    """The colours this reader chose: "light", "dark", or nothing to follow their device."""
    if not isinstance(request, HttpRequest):  # an error page is drawn without one
        return ""
    chosen = getattr(getattr(request, "viewer", None), "theme", "") or request.COOKIES.get("theme", "")
    return str(chosen) if chosen in THEMES else ""


@lru_cache(maxsize=256)
def static(path: str) -> str:
    """The address of a static file: the hashed one where files are collected, else the plain one."""
    try:
        return str(staticfiles_storage.url(path))
    except ValueError:  # not collected, as in tests
        return f"{settings.STATIC_URL}{path}"


def json_ld(facts: object) -> Markup:
    """Facts for search engines, safe inside <script type="application/ld+json">."""
    text = json.dumps(facts, ensure_ascii=False, default=str)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def _direction() -> str:
    return "rtl" if get_language_bidi() else "ltr"


def _said(text: str, **values: object) -> Markup:
    if not values:
        return _in_language(format.language(), text)
    return Markup(gettext(text)) % values  # noqa: S704


@lru_cache(maxsize=4096)
def _in_language(language: str, text: str) -> Markup:
    # Markup, as templates are ours and translations are reviewed; values are escaped by `%`.
    return Markup(gettext(text)) % ()  # noqa: S704


def _counted(one: str, many: str, number: int, **values: object) -> Markup:
    return Markup(ngettext(one, many, number)) % {"num": number, **values}  # noqa: S704


class _keys:
    """`keys()` in a template: the sheet of keys, drawn once for each language."""

    def __init__(self, env: Environment) -> None:
        self.drawn = Drawn(env, "parts/keys.html", "sheet")

    def __call__(self) -> Markup:
        return self.drawn.fill((format.language(),), lambda: None, {})


class _icons:
    """`icon("home")` in a template: our drawing parts/icons/home.svg, inline, hidden from screen readers."""

    def __init__(self, env: Environment) -> None:
        self.env, self.drawn = env, dict[str, Markup]()

    def __call__(self, name: str) -> Markup:
        if name not in self.drawn:
            self.drawn[name] = self._draw(name)
        return self.drawn[name]

    def _draw(self, name: str) -> Markup:
        assert self.env.loader is not None  # noqa: S101 - Django's backend always gives one
        source, _, _ = self.env.loader.get_source(self.env, f"parts/icons/{name}.svg")
        return Markup(source.strip().replace("<svg ", '<svg class="icon" aria-hidden="true" ', 1))  # noqa: S704
