"""From what the index ranks to what somebody may see: the one way through for everything found."""

import re
from collections.abc import Iterable, Sequence

from potluck.lib.sql import Condition
from potluck.people.models import Person
from potluck.posts.anonymity import VEILED
from potluck.posts.models import Post
from potluck.search.plan import Wish
from potluck.search.snippet import phrase_pattern
from potluck.search.tokens import fold


def visible(ids: Sequence[int], wanted: Wish, viewer: Person | None) -> dict[int, int]:
    """Those of these posts that the viewer may see and whose text has the phrases, with the thing each is about."""
    if not ids:
        return {}
    here = Post.objects.visible_to(viewer).filter(id__in=ids)
    if wanted.by_whom and viewer is not None:  # else it would tell who asks quietly
        here = here.exclude(Condition(VEILED.format(p="{p}", me="%s"), viewer.id))
    if not wanted.texts and not wanted.not_texts:
        return dict(here.values_list("id", "thing"))
    with_text = here.values_list("id", "thing", "title", "text", "tags")
    return {key: thing for key, thing, title, text, tags in with_text if says(wanted, title, text, tags)}


def says(wanted: Wish, title: str, text: str, tags: Iterable[str]) -> bool:
    """Whether a text has all the phrases wanted and none of those unwanted."""
    folded = fold("\n".join((title, text, *tags)))

    def has(phrase: str) -> re.Match[str] | None:
        return phrase_pattern(phrase).search(folded)

    return all(map(has, wanted.texts)) and not any(map(has, wanted.not_texts))
