"""Tags: their normal form, their synonyms, and merging one into another."""

import re
import unicodedata
from collections.abc import Iterable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from potluck.events.audit import note
from potluck.events.models import Decision
from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Follow, Person, Topic
from potluck.posts.models import Tag

_GAPS = re.compile(r"\s+")
# More tags than this say nothing; some feeds give hundreds.
MOST_TAGS = 30


def normal(word: str) -> str:
    """The normal form of a tag: case folded, spaces as hyphens, at most 100 characters, maybe empty."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold()).strip().lstrip("#")
    kept = folded if folded.isascii() and folded.isalnum() else "".join(map(_letter, folded))
    return _GAPS.sub("-", kept.strip()).strip("-.")[:100].rstrip("-.")


def _letter(char: str) -> str:
    """Letters, digits, the marks that many scripts write vowels with, and a few signs; a space for the rest."""
    return char if char.isalnum() or char in "_.+-" or unicodedata.category(char)[0] == "M" else " "


def normal_all(words: Iterable[str]) -> list[str]:
    """The normal forms, each once, in order, synonyms not yet resolved."""
    return list(dict.fromkeys(name for word in words if (name := normal(word))))[:MOST_TAGS]


def resolve(lists: list[list[str]]) -> list[list[str]]:
    """Replace merged tags by the word used instead, for many lists with one query."""
    names = {name for tags in lists for name in tags}
    if not names:
        return lists
    merged = dict(
        Tag.objects.filter(name__in=names, merged_into__isnull=False).values_list("name", "merged_into_id")
    )
    if not merged:
        return lists
    return [list(dict.fromkeys(merged.get(name, name) for name in tags)) for tags in lists]


def word_for(said: str) -> str:
    """The tag that is used for what somebody said: its normal form, or what that was merged into; maybe empty."""
    return "".join(resolve([[name] if (name := normal(said)) else []])[0])


@transaction.atomic
def merge(old: str, into: str, *, by: Person) -> Tag:
    """Use one word for two from now on, and on everything shared so far. For moderators."""
    if not by.is_moderator:
        raise Refused(_("Only a moderator can merge tags."))
    old, into = normal(old), normal(into)
    if not old or not into or old == into:
        raise Malformed(_("Name two different tags to merge."))
    target, _new = Tag.objects.get_or_create(name=into, defaults={"label": into})
    if target.merged_into_id:
        raise Refused(
            _("#%(tag)s itself is written #%(other)s now. Merge into that.")
            % {"tag": into, "other": target.merged_into_id}
        )
    Tag.objects.update_or_create(name=old, defaults={"label": old, "merged_into": target})
    Tag.objects.filter(merged_into=old).update(merged_into=target)
    _rewrite(old, into)
    note(Decision.MERGED, by=by.id, words=f"#{old} → #{into}")
    return target


# Where somebody has both words for the same, one goes.
_AGAIN = (
    """
    DELETE FROM people_follow f USING people_follow g
    WHERE f.tag = %(old)s AND g.tag = %(into)s AND g.by_id = f.by_id AND g.query = f.query
      AND (g.who_id, g.source_id, g.thread) IS NOT DISTINCT FROM (f.who_id, f.source_id, f.thread)
    """,
    """
    DELETE FROM people_topic t USING people_topic u
    WHERE t.tag = %(old)s AND u.tag = %(into)s AND u.person_id = t.person_id
    """,
)


def _rewrite(old: str, into: str) -> None:
    values = {"old": old, "into": into}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE posts_post SET tags = CASE WHEN %(into)s = ANY(tags) THEN array_remove(tags, %(old)s)"
            " ELSE array_replace(tags, %(old)s, %(into)s) END WHERE tags @> ARRAY[%(old)s]::varchar[]",
            values,
        )
        for again in _AGAIN:
            cursor.execute(again, values)
    for model in (Follow, Topic):
        model._default_manager.filter(tag=old).update(tag=into)
