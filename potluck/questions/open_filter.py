"""Which questions stand: they are needed, and held against what is shared.

One that its asker closed does not. Nor does one that was asked elsewhere before it came here, with an archive or a
feed, if it had replies then, or if it is old and its asker is not here: it is kept and found, and rests until somebody
takes it up (`take_up`), by asking it too or by saying that they are on it.
"""

from collections.abc import Iterable

from django.utils import timezone

from potluck.lib.sql import ask
from potluck.posts.models import Kind, Post
from potluck.questions.models import Earlier

# So old, it is nobody's any more whose asker is not here.
DAYS = 30
# Conditions on a question `{q}`.
RESTS = f"""EXISTS (
    SELECT FROM questions_earlier earlier JOIN people_person asks ON asks.id = {{q}}.author_id
    WHERE earlier.question_id = {{q}}.id AND (
        (asks.account_id IS NULL AND {{q}}.published_at < earlier.at - interval '{DAYS} days')
        OR EXISTS (SELECT FROM posts_post said WHERE said.thread = {{q}}.id AND said.author_id <> {{q}}.author_id
                   AND said.deleted_at IS NULL AND said.published_at < earlier.at)))"""
STANDS = f"""NOT EXISTS (SELECT FROM questions_closure closed WHERE closed.question_id = {{q}}.id)
    AND NOT {RESTS}"""

_RESTS = f"SELECT {RESTS.format(q='q')} FROM posts_post q WHERE q.id = %s"


def came_earlier(posts: Iterable[Post]) -> None:
    """Of what came with an archive or the past of a feed: its questions were asked before they came."""
    now = timezone.now()
    rows = [
        Earlier(question=post, at=now) for post in posts if post.kind == Kind.QUESTION and not post.is_reply
    ]
    Earlier.objects.bulk_create(rows, ignore_conflicts=True)


def rests(question: Post) -> bool:
    """Whether it lies with what was asked elsewhere, and nobody here has taken it up."""
    return bool(ask(_RESTS, [question.pk])[0][0])


def take_up(question: Post) -> None:
    """Somebody here asks it, too, or is on it: from now on it stands as any other."""
    Earlier.objects.filter(pk=question.pk).delete()
