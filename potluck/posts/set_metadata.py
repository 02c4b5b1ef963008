"""Say how something is meant, when it is shared or later."""

from collections.abc import Sequence
from dataclasses import replace

from potluck.lib.sql import insert
from potluck.posts.draft import Draft
from potluck.posts.metadata import NOTHING_SAID, Manner, Meant
from potluck.posts.models import Post


def mean_all(drafts: Sequence[Draft], posts: Sequence[Post]) -> None:
    """Write down how a batch of new posts is meant, where anything is said of it."""
    said = [(post, _licensed(draft)) for draft, post in zip(drafts, posts, strict=True)]
    insert([_row(post, meant) for post, meant in said if meant != NOTHING_SAID])


def mean(post: Post, meant: Meant) -> None:
    """Say it anew. What its author says of having been wrong stays as it is."""
    meant, row = meant.checked(), Manner.objects.filter(post=post).first() or Manner(post=post)
    if row.until != meant.until:
        row.told_at = None
    row.how_far, row.wanted, row.until = meant.how_far, meant.wanted, meant.until
    row.licence = row.licence if meant.licence is None else meant.licence
    row.save()


def said_of(post: Post) -> dict[str, str]:
    """All that is said of how a post is meant, to be kept with what it said; nothing, mostly."""
    row = Manner.objects.filter(post=post).first() or Manner()
    said = {name: getattr(row, name) for name in ("how_far", "wanted", "licence", "wrong", "wrong_html")}
    times = {name: at.isoformat() for name in ("until", "wrong_at") if (at := getattr(row, name))}
    return {name: value for name, value in {**said, **times}.items() if value}


def _licensed(draft: Draft) -> Meant:
    """As its author says, or always does. What came from elsewhere, or is passed on, has the licence it has there."""
    meant = draft.meant.checked()
    theirs = draft.source is not None or draft.via is not None
    if meant.licence is not None or theirs or not draft.author.licence:
        return meant
    return replace(meant, licence=draft.author.licence)


def _row(post: Post, meant: Meant) -> Manner:
    return Manner(
        post=post, how_far=meant.how_far, wanted=meant.wanted, until=meant.until, licence=meant.licence or ""
    )
