"""The one way in. Everything said, by any channel, enters here: screened, shared, and findable at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed
from potluck.people.models import Person
from potluck.posts.anonymity import lift
from potluck.posts.draft import Draft
from potluck.posts.duplicate_submit import shared_already
from potluck.posts.edit import Change, edit
from potluck.posts.models import Audience, Kind, Post
from potluck.posts.share import share_all
from potluck.questions.adapt import adapted, may_adapt
from potluck.questions.anonymous import is_under_quiet, make_quiet
from potluck.questions.ask_replies import ask_by_name
from potluck.questions.open_filter import came_earlier
from potluck.safety import rate_limits
from potluck.safety.content_filter import Verdict, screen, screen_length
from potluck.safety.tokens import publishable
from potluck.search.index import index_posts


@transaction.atomic
def admit(draft: Draft) -> Post:
    """Let one thing in that a person says themselves, once however often it is sent.

    Raises Refused or Malformed with a sentence.
    """
    draft = publishable(draft)
    if draft.source is None:
        known = shared_already(draft)
        if known is not None:
            return known
        rate_limits.take("reply" if draft.reply_to else "share", draft.author.id)
    return _share_screened([draft])[0]


@transaction.atomic(savepoint=False)
def admit_all(drafts: Sequence[Draft]) -> list[Post]:
    """Let a batch in, all or nothing: posts, words for the search and events in one transaction."""
    return _share_screened([publishable(draft) for draft in drafts])


def _share_screened(drafts: Sequence[Draft]) -> list[Post]:
    """Screen and share drafts that hold no personal link any more."""
    drafts = [_as_asked(draft) for draft in drafts]
    verdicts = [screen(draft) for draft in drafts]
    posts = share_all(drafts)
    held = [post for post, verdict in zip(posts, verdicts, strict=True) if verdict is Verdict.HOLD]
    if held:
        hold(held)
    lift(post for draft, post in zip(drafts, posts, strict=True) if draft.alone and post.held_at is None)
    came_earlier(post for draft, post in zip(drafts, posts, strict=True) if draft.before)
    index_posts(posts, new=True)
    return posts


@transaction.atomic
def admit_quietly(draft: Draft, before: Sequence[Person] = ()) -> Post:
    """Let a question in that only those see before whom it is put: whom its asker chose, else the likeliest to know."""
    post = admit(
        replace(draft, kind=Kind.QUESTION, audience=Audience.NAMED, circle=None, readers=(draft.author,))
    )
    make_quiet(post, chosen=bool(before))
    ask_by_name(post, list(before), by=draft.author)
    return post


@transaction.atomic
def admit_adapted(draft: Draft, of: Post) -> Post:
    """Let an answer in that was made from something shared before: the two stay tied, and its author hears of it."""
    if draft.reply_to is None:
        raise Malformed(_("Say which question this answers."))
    question, of = may_adapt(draft.reply_to, of, by=draft.author)
    post = admit(replace(draft, reply_to=question))
    adapted(post, of, by=draft.author)
    return post


def _as_asked(draft: Draft) -> Draft:
    """What is said under a quiet question is between two, whichever way it comes: those asked do not hear of others."""
    asked = draft.reply_to
    if asked is None or not is_under_quiet(asked):
        return draft
    return replace(draft, alone=True)


def hold(posts: Sequence[Post]) -> None:
    """Keep posts back until a moderator has looked at them."""
    now = timezone.now()
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(held_at=now)
    for post in posts:
        post.held_at = now


@transaction.atomic
def amend(post: Post, change: Change, *, by: Person) -> Post:
    """Let a change to something shared in, and find it by its new words. Nobody is brought it again."""
    if change.html is None:
        screen_length(change.text)
    changed = edit(post, publishable(change), by=by)
    index_posts([changed])
    return changed


def find_again(posts: Iterable[Post]) -> None:
    """Write the index anew for posts that changed hands, so that they are found by whose they are now."""
    index_posts(list(posts))
