"""What stands in long lists, drawn by its template once for each shape and then only filled.

A shape is everything but the texts: which parts are there, and what is said in words of ours. A page of forty things
shows few of them, and would otherwise spend most of its time in the template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from potluck.lib import format

# A gap in a drawn piece, between two of these; no text that is kept has them.
_MARK = "\0"
_GAP = re.compile(f"{_MARK}([a-z_0-9]+){_MARK}")
# More shapes than this are not kept.
_MOST = 4096


class Drawn:
    """One macro of a template, kept drawn in each shape, with gaps named in it where texts belong."""

    def __init__(self, env: Environment, template: str, macro: str) -> None:
        self.env, self.template, self.macro = env, template, macro
        self.kept: dict[tuple[object, ...], str] = {}

    def fill(
        self, shape: tuple[object, ...], state: Callable[[], object], values: Mapping[str, object]
    ) -> Markup:
        """The piece of this shape, its gaps filled with `values`, which must be safe. `state` is what the macro is
        given, with the gaps in it; it may depend on the shape alone."""
        piece = self.kept.get(shape)
        if piece is None:
            if len(self.kept) >= _MOST:
                self.kept.clear()
            piece = self.kept[shape] = self._draw(state())
        return Markup(piece % values)  # noqa: S704 - drawn by our templates, filled with what is safe

    def _draw(self, state: object) -> str:
        module: Any = self.env.get_template(self.template).module
        return _GAP.sub(r"%(\1)s", str(getattr(module, self.macro)(state)).replace("%", "%%"))


def gap(name: str, there: object = True) -> Markup:
    """A gap of this name, or nothing where nothing is put in."""
    return Markup(f"{_MARK}{name}{_MARK}") if there else Markup("")  # noqa: S704 - a name of ours


class Acts:
    """`e|acts(viewer)`: the buttons under a post, as a macro of parts/acts.html draws them."""

    _SAYS = ("signed_in", "waiting", "thanked", "passed", "kept", "mine", "veiled", "seen")

    def __init__(self, env: Environment, macro: str) -> None:
        self.drawn = Drawn(env, "parts/acts.html", macro)

    def __call__(self, e: Any, viewer: object) -> Markup:
        waiting = e.place == "waiting" and e.kind == "question"
        given = (e.thanked, e.passed, e.kept, e.mine, e.veiled, e.seen)
        shape = (format.language(), viewer is not None, waiting, *given)
        return self.drawn.fill(shape, lambda: self._state(shape), {"id": int(e.id)})

    def _state(self, shape: tuple[object, ...]) -> object:
        return {"id": gap("id"), **dict(zip(self._SAYS, shape[1:], strict=True))}


class Entries:
    """`e|entry(viewer, byline, level)`: one entry of a list (rendering.entries.Entry), as parts/entry.html draws it."""

    _SAYS = ("byline", "level", "kind", "state", "place", "seen", "named", "author_is_member")
    _TEXTS = ("title", "lang", "source_name", "html", "excerpt", "why", "home_url", "tags", "below")

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.drawn, self.acts = Drawn(env, "parts/entry.html", "entry"), Acts(env, "row")

    def __call__(self, e: Any, viewer: object, byline: bool, level: int) -> Markup:
        values = {
            "id": int(e.id),
            "key": int(e.key or e.id),
            "url": escape(e.url),
            "author_name": escape(e.author_name),
            "author_url": escape(e.author_url),
            "when": format.when(e.at),
            "acts": self.acts(e, viewer),
            "title": e.title and escape(e.title),
            "lang": e.lang and escape(e.lang),
            "source_name": e.source_name and escape(e.source_name),
            "html": e.html,
            "excerpt": not e.html and e.excerpt and format.words_fade(e.excerpt, 45 if e.title else 70),
            "why": e.reasons and format.dots(e.reasons),
            "home_url": e.link_host and e.home_url and escape(e.home_url),
            "link_host": escape(e.link_host),
            "tags": e.tags and "".join(map(format.tag, e.tags)),
            "below": e.below and self._below(e),
        }
        says = (byline, level, e.kind, e.state, e.place, e.seen, e.named, e.author_is_member)
        there = [bool(values[name]) for name in self._TEXTS]
        shape = (format.language(), *says, *there, len(e.via), len(e.highlights))
        for number, (name, url) in enumerate(e.via):
            values[f"via_name{number}"], values[f"via_url{number}"] = escape(name), escape(url)
        for number, passage in enumerate(e.highlights):
            values[f"passage{number}"] = escape(passage)
        return self.drawn.fill(shape, lambda: self._state(shape), values)

    def _state(self, shape: tuple[Any, ...]) -> dict[str, object]:
        says, there = shape[1 : 1 + len(self._SAYS)], shape[1 + len(self._SAYS) : -2]
        always = ("id", "key", "url", "author_name", "author_url", "when", "acts", "link_host")
        return {
            **dict(zip(self._SAYS, says, strict=True)),
            **{name: gap(name) for name in always},
            **{name: gap(name, here) for name, here in zip(self._TEXTS, there, strict=True)},
            "via": [(gap(f"via_name{n}"), gap(f"via_url{n}")) for n in range(shape[-2])],
            "highlights": [gap(f"passage{n}") for n in range(shape[-1])],
        }

    def _below(self, e: object) -> str:
        module: Any = self.env.get_template("parts/asked.html").module
        return str(module.below(e))


class Replies:
    """`r|reply(viewer, asking)`: one reply in its thread (a posts.thread.Reply), as parts/thread.html draws it."""

    _SAYS = ("depth", "deleted", "accepted", "author_is_member")
    _TEXTS = ("source_name", "to_name", "thanked_by", "made", "under", "private")

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.drawn, self.acts = Drawn(env, "parts/thread.html", "reply"), Acts(env, "short")

    def __call__(self, r: Any, viewer: object, asking: Any) -> Markup:
        values = {
            "id": int(r.id),
            "author_name": escape(r.author_name),
            "author_url": escape(r.author_url),
            "when": format.when(r.at),
            "html": r.html,
            "acts": self.acts(r, viewer),
            "source_name": r.source_name and escape(r.source_name),
            "to_name": r.to_name and escape(r.to_name),
            "to_url": escape(r.to_url),
            "thanked_by": r.thanked_by and escape(format.names(r.thanked_by)),
            **(self._between(r, asking) if asking else {"made": "", "under": "", "private": ""}),
        }
        there = [bool(values[name]) for name in self._TEXTS]
        shape = (format.language(), min(r.depth, 4), r.deleted, r.accepted, r.author_is_member, *there)
        return self.drawn.fill(shape, lambda: self._state(shape), values)

    def _state(self, shape: tuple[Any, ...]) -> dict[str, object]:
        always = ("id", "author_name", "author_url", "when", "html", "acts", "to_url")
        return {
            **dict(zip(self._SAYS, shape[1:5], strict=True)),
            **{name: gap(name) for name in always},
            **{name: gap(name, here) for name, here in zip(self._TEXTS, shape[5:], strict=True)},
        }

    def _between(self, r: Any, asking: Any) -> dict[str, str]:
        """What stands there for whoever asks, or who answers them alone."""
        parts: Any = self.env.get_template("parts/asked.html").module
        made, private = asking.made_from.get(r.id), asking.between.get(r.id)
        who = private and asking.names.get(private.other)
        return {
            "made": parts.made(made) if made else "",
            "under": parts.under(asking.id, r.id, asking.verdicts.get(r.id, "")) if asking.asks else "",
            "private": parts.private(r.id, private, who, asking.mine, asking.quiet) if private else "",
        }
