"""Tags: their normal form, their synonyms, and merging one into another."""

import re
import unicodedata
from collections.abc import Iterable

from django.db import connection, transaction

from potluck.kit.errors import Refused
from potluck.people.models import Follow, Person, Topic
from potluck.posts.models import Tag

_GAPS = re.compile(r"\s+")
# More tags than this say nothing; some feeds give hundreds.
MOST_TAGS = 30


def normal(word: str) -> str:
    """The normal form of a tag: case folded, spaces as hyphens, at most 100 characters, maybe empty."""
    folded = unicodedata.normalize("NFKC", word).casefold().strip().lstrip("#")
    kept = folded if folded.isascii() and folded.isalnum() else "".join(map(_letter, folded))
    return _GAPS.sub("-", kept.strip()).strip("-.")[:100]


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


@transaction.atomic
def merge(old: str, into: str, *, by: Person) -> Tag:
    """Use one word for two from now on, and on everything shared so far. For moderators."""
    if not by.is_moderator:
        raise Refused("Only a moderator can merge tags.")
    old, into = normal(old), normal(into)
    if not old or not into or old == into:
        raise Refused("Name two different tags to merge.")
    target, _ = Tag.objects.get_or_create(name=into, defaults={"label": into})
    if target.merged_into_id:
        raise Refused(f"#{into} itself is written #{target.merged_into_id} now. Merge into that.")
    Tag.objects.update_or_create(name=old, defaults={"label": old, "merged_into": target})
    Tag.objects.filter(merged_into=old).update(merged_into=target)
    _rewrite(old, into)
    return target


def _rewrite(old: str, into: str) -> None:
    values = {"old": old, "into": into}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE posts_post SET tags = CASE WHEN %(into)s = ANY(tags) THEN array_remove(tags, %(old)s)"
            " ELSE array_replace(tags, %(old)s, %(into)s) END WHERE tags @> ARRAY[%(old)s]::varchar[]",
            values,
        )
    for model, key in ((Follow, "by"), (Topic, "person")):
        already = model.objects.filter(tag=into).values(f"{key}_id")
        model.objects.filter(tag=old, **{f"{key}_id__in": already}).delete()
        model.objects.filter(tag=old).update(tag=into)
