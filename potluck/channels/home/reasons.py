"""Why something reached a person, put into words in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop
from markupsafe import Markup, escape

from potluck.kit.html import excerpt
from potluck.people.directory import shown_to
from potluck.people.models import Person

Reason = Mapping[str, Any]
Names = Mapping[int, tuple[str, str]]


def names_of(reasons: Iterable[Reason], known: dict[int, tuple[str, str]], reader: Person) -> Names:
    """The name and page of all these reasons speak of, if they may appear to the reader. One query for the unknown."""
    missing = {reason["who"] for reason in reasons if reason.get("who")} - known.keys()
    if missing:
        rows = shown_to(reader).filter(id__in=missing).values_list("id", "name", "handle")
        known.update({key: (name or handle, f"/@{handle}") for key, name, handle in rows})
    return known


def worded(reasons: Sequence[Reason], names: Names) -> list[Markup]:
    """Each reason as a sentence, the same act of several people as one. The first one has its link."""
    by_code: dict[tuple[str, str, bool], list[Reason]] = {}
    for reason in _telling(reasons):
        about = str(reason.get("tag") or reason.get("search") or "")
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


def _telling(reasons: Sequence[Reason]) -> list[Reason]:
    """Without what goes without saying: who speaks to the reader need not be said to be followed too."""
    speaking = {reason.get("who") for reason in reasons if reason["code"] in _SPEAKING}
    replying = {reason.get("who") for reason in reasons if reason["code"] in ("reply", "answer")}
    return [
        r
        for r in reasons
        if (r["code"] not in _FOLLOWED or r.get("who") not in speaking)
        and (r["code"] != "yours" or r.get("who") not in replying)
    ]


def _sentence(code: str, about: str, passed: bool, alike: Sequence[Reason], names: Names) -> Markup:
    """The sentence; nothing where it would speak of somebody who is hidden from the reader."""
    text = _PASSED if passed and code == "person" else _TEXTS.get(code, "")
    who = _people([reason.get("who", 0) for reason in alike], names)
    if not text or (not who and "%(who)s" in text):
        return Markup("")
    return _fill(_(text), who=who, about=escape(about))


_SPEAKING = frozenset(("reply", "answer", "yours", "mention", "named", "circle"))
_FOLLOWED = frozenset(("person", "topic", "thread"))
_PASSED = _noop("You follow %(who)s, who passed this on")
_TEXTS = {
    "person": _noop("You follow %(who)s"),
    "topic": _noop("You follow %(who)s on #%(about)s"),
    "tag": _noop("You follow #%(about)s"),
    "source": _noop("You follow this source"),
    "search": _noop("It fits your search: %(about)s"),
    "thread": _noop("%(who)s in a thread you follow"),
    "reply": _noop("%(who)s replied to you"),
    "answer": _noop("%(who)s answered you"),
    "yours": _noop("%(who)s, in a thread you began"),
    "mention": _noop("%(who)s spoke of you"),
    "named": _noop("%(who)s shared this with you"),
    "circle": _noop("%(who)s shared this with you and a few others"),
    "passed": _noop("%(who)s passed this on"),
    "thanked": _noop("%(who)s thanked you for this"),
    "used": _noop("%(who)s used this"),
    "reminder": _noop("You asked to be reminded of this"),
}


def _fill(text: str, **values: Markup) -> Markup:
    return Markup(escape(text)) % values


def _people(keys: Sequence[int], names: Names) -> Markup:
    known = [names[key] for key in dict.fromkeys(keys) if key in names]
    linked = [Markup('<a class="by" href="{}">{}</a>').format(page, name) for name, page in known[:3]]
    if len(known) > 3:
        return Markup(_("%(some)s and others")) % {"some": Markup(", ").join(linked)}
    if len(linked) < 2:
        return linked[0] if linked else Markup("")
    return Markup(_("%(first)s and %(last)s")) % {
        "first": Markup(", ").join(linked[:-1]),
        "last": linked[-1],
    }
