"""The words of our letters: one set of facts, drawn as plain text and as HTML, in the reader's language."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.template import engines
from django.utils.translation import get_language_bidi, gettext, ngettext, override
from jinja2 import Environment
from markupsafe import Markup

from potluck.channels.mail.outbound.merge import MARKS
from potluck.channels.mail.outbound.theme import css, sheet
from potluck.people.network import the_network


def _plainly(text: str, **values: object) -> str:
    return gettext(text) % values if values else gettext(text)


def _counted(one: str, many: str, number: int, **values: object) -> str:
    return ngettext(one, many, number) % {"num": number, **values}


@cache
def _environments() -> tuple[Environment, Environment]:
    """Where pages are drawn, with our look; and the same for plain text, where nothing is escaped."""
    pages: Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    html, plain = pages.overlay(), pages.overlay(autoescape=False)
    html.globals = {**pages.globals, "css": css, "sheet": sheet}
    plain.globals = {**pages.globals, "gettext": _plainly, "_": _plainly, "ngettext": _counted}
    return plain, html


def draw(name: str, language: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The letter `mail/NAME` as (plain text, HTML). In the text, what is Markup is said without its tags."""
    plain, html = _environments()
    with override(language):
        shared = {
            "marks": MARKS,
            "origin": settings.ORIGIN,
            "network": the_network().name,
            "lang": language,
            "dir": "rtl" if get_language_bidi() else "ltr",
        }
        text = plain.get_template(f"mail/{name}.txt").render(
            {**shared, **{k: _bare(v) for k, v in facts.items()}}
        )
        return text.strip() + "\n", html.get_template(f"mail/{name}.html").render({**shared, **facts})


def _bare(value: object) -> object:
    """The same without markup, at the first two levels."""
    if isinstance(value, Markup):
        return value.striptags()
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return value
