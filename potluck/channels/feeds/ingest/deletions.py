"""What somebody took back at the source is taken back here: an item gone from its feed, whose page is gone, too.

A feed lists its newest items, so one that is newer than the oldest listed was taken out. That alone proves little:
feeds are filtered, and they break. So its page is asked, once, and only where nothing is there any more (404, 410)
is it followed. Many at once are a site that moved, not a change of mind: then everything stays.
"""

from collections.abc import Sequence

from procrastinate.contrib.django import app

from potluck.channels.feeds.ingest.items import Reading, digest_of
from potluck.lib.http import Answer, Request, fetch_each
from potluck.lib.ids import first_id
from potluck.lib.sql import ask, run
from potluck.posts.edit import delete
from potluck.posts.models import Post

TASK = "potluck.feeds.withdrawn"
# Of one feed, at once.
MOST = 3
GONE = (404, 410)
# Whether a page is there is said before its text.
_FIRST_BYTES = 1 << 20

_MISSING = """
SELECT p.source_id, array_agg(p.id)
FROM unnest(%(sources)s::bigint[], %(since)s::bigint[]) feed(source, since)
JOIN posts_post p ON p.source_id = feed.source AND p.id > feed.since
WHERE p.deleted_at IS NULL AND p.url <> ''
  AND EXISTS (SELECT FROM feeds_item i
              WHERE i.post_id = p.id AND i.source_id = p.source_id AND i.missed_at IS NULL)
  AND NOT EXISTS (SELECT FROM feeds_item i
                  WHERE i.post_id = p.id AND i.source_id = p.source_id AND i.identity = ANY(%(listed)s::bytea[]))
GROUP BY p.source_id
"""
_ASKED = "UPDATE feeds_item SET missed_at = now() WHERE post_id = ANY(%s)"


def look_for_missing(readings: Sequence[Reading]) -> None:
    """Have the pages asked of what these feeds list no more, in the caller's transaction."""
    dated = [r for r in readings if r.feed.items and all(item.published for item in r.feed.items)]
    facts = {
        "sources": [r.source.id for r in dated],
        "since": [first_id(min(item.published for item in r.feed.items if item.published)) for r in dated],
        "listed": [digest_of(item.id) for r in dated for item in r.feed.items],
    }
    found = ask(_MISSING, facts) if dated else []
    few = [post for _source, posts in found if len(posts) <= MOST for post in posts]
    if few:
        app.configure_task(TASK, queue="feeds").defer(posts=few)


@app.task(name=TASK, queue="feeds")
def ask_pages(posts: list[int]) -> None:
    """Take back what is gone. What still has its page is not asked about again; what cannot be asked is, later."""
    rows = Post.objects.filter(id__in=posts, deleted_at=None).select_related("author")
    by_url = {post.url: post for post in rows}
    answered = []
    for request, outcome in fetch_each([Request(url, max_bytes=_FIRST_BYTES) for url in by_url]):
        gone = not isinstance(outcome, Answer) and outcome.status in GONE
        if gone or isinstance(outcome, Answer):
            answered.append(by_url[request.url].id)
        if gone:
            post = by_url[request.url]
            delete(post, by=post.author)
    run(_ASKED, [answered])
