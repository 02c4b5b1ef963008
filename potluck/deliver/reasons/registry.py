"""Why something reached a person, put into words in the reader's language. The words themselves: `texts.py`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from potluck.deliver.reasons.texts import FOLLOWED, IN_THREAD, LINKED, PASSED, SPEAKING, TEXTS
from potluck.lib.html import excerpt
from potluck.people.directory import shown_to
from potluck.people.models import Person
from potluck.posts.anonymity import somebody
from potluck.posts.first_words import first_words

Reason = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """What reasons speak of, as far as the reader may meet it: people by name and page, posts by their first words."""

    people: Mapping[int, tuple[str, str]]
    posts: Mapping[int, str]


def names_of(reasons: Iterable[Reason], known: dict[int, tuple[str, str]], reader: Person) -> Names:
    """The names of all these reasons speak of. One query each for people and for posts that are not known."""
    told = list(reasons)
    missing = {reason[part] for reason in told for part in _PEOPLE if reason.get(part)} - known.keys()
    if missing:
        rows = shown_to(reader).filter(id__in=missing).values_list("id", "name", "handle")
        known.update({key: (name or handle, f"/@{handle}") for key, name, handle in rows})
    return Names(known, _first_words(told, reader))


def _first_words(reasons: Sequence[Reason], reader: Person) -> dict[int, str]:
    posts = {reason[part] for reason in reasons for part in _POSTS if reason.get(part)}
    said = {reason.get("evidence", 0) for reason in reasons if reason["code"] in IN_THREAD}
    return first_words(posts, reader, said)


_PEOPLE, _POSTS = ("who", "asker"), ("question", "evidence")


def worded(reasons: Sequence[Reason], names: Names) -> list[Markup]:
    """Each reason as a sentence, the same act of several people as one. The first one has its link."""
    by_code: dict[tuple[str, str, bool], list[Reason]] = {}
    for reason in _telling(reasons):
        about = str(reason.get("tag") or reason.get("search") or reason.get("question") or "")
        by_code.setdefault((reason["code"], about, bool(reason.get("passed"))), []).append(reason)
    said = [_sentence(code, about, passed, alike, names) for (code, about, passed), alike in by_code.items()]
    said = [sentence for sentence in dict.fromkeys(said) if sentence]
    if any(reason.get("before") for reason in reasons):
        said.append(Markup(escape(_("from before"))))
    return said


def on_thread(page: str, words: str) -> Markup:
    """What something answers, by its first words."""
    link = Markup('<a href="{}">{}</a>').format(page, excerpt(words, 70))
    return _fill(_("on %(what)s"), what=link)


def _telling(reasons: Sequence[Reason]) -> Sequence[Reason]:
    """Without what goes without saying: who speaks to the reader need not be said to be followed too."""
    if len(reasons) == 1:
        return reasons
    speaking = {reason.get("who") for reason in reasons if reason["code"] in SPEAKING}
    replying = {reason.get("who") for reason in reasons if reason["code"] in ("reply", "answer")}
    return [
        r
        for r in reasons
        if (r["code"] not in FOLLOWED or r.get("who") not in speaking)
        and (r["code"] != "yours" or r.get("who") not in replying)
    ]


def _sentence(code: str, about: str, passed: bool, alike: Sequence[Reason], names: Names) -> Markup:
    """The sentence; nothing where it would speak of somebody, or of a question, that is hidden from the reader."""
    text = PASSED if passed and code == "person" else TEXTS.get(code, "")
    first = alike[0]
    shows = first.get("evidence") in names.posts
    if code in LINKED and code.startswith("asked_") and not shows:
        text = TEXTS["asked_active"]
    keys = dict.fromkeys(reason.get("who", 0) for reason in alike)
    people = tuple(names.people[key] for key in keys if key in names.people)
    if "who" not in first and code.startswith("asked_"):  # quietly: a name without a page
        people = ((somebody(), ""),)
    asker, question = names.people.get(first.get("asker", 0)), first.get("question", 0)
    words = names.posts.get(question, "")
    said = _said(get_language() or "en", text, about, people, asker, question, words)
    if code not in LINKED or not said:
        return said
    return said + _evidence(first["evidence"], names) if shows else Markup(said.rstrip(":"))


# A home says forty of these, most of them as yesterday's did.
@lru_cache(maxsize=16384)
def _said(
    language: str,
    text: str,
    about: str,
    people: tuple[tuple[str, str], ...],
    asker: tuple[str, str] | None,
    question: int,
    words: str,
) -> Markup:
    parts = {
        "who": _people(people),
        "asker": _people((asker,) if asker else ()),
        "question": _post(question, words) if words else Markup(""),
    }
    if not text or any(f"%({name})s" in text and not said for name, said in parts.items()):
        return Markup("")
    return _fill(_(text), about=escape(about), **parts)


def _post(key: int, words: str) -> Markup:
    """A post by its first words, as a link."""
    return Markup('<a href="/posts/{}">{}</a>').format(key, excerpt(words, 70))


def _evidence(key: int, names: Names) -> Markup:
    """What shows it: a link to it by its first words."""
    return Markup(" ") + Markup(_("“%(words)s”")) % {"words": _post(key, names.posts[key])}


def _fill(text: str, **values: Markup) -> Markup:
    return Markup(escape(text)) % values


def _people(known: Sequence[tuple[str, str]]) -> Markup:
    link = Markup('<a class="by" href="{}">{}</a>')
    linked = [link.format(page, name) if page else escape(name) for name, page in known[:3]]
    if len(known) > 3:
        return Markup(_("%(some)s and others")) % {"some": Markup(", ").join(linked)}
    if len(linked) < 2:
        return linked[0] if linked else Markup("")
    return Markup(_("%(first)s and %(last)s")) % {
        "first": Markup(", ").join(linked[:-1]),
        "last": linked[-1],
    }
