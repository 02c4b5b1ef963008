"""Forget the words and the meaning of posts that were emptied for good, as when somebody left."""

from procrastinate.contrib.django import app

from potluck.posts.models import Post
from potluck.search.index import forget


@app.periodic(cron="31 4 * * *")
@app.task(name="potluck.search.forget", queue="chores", pass_context=False)
def forget_emptied(timestamp: int) -> None:
    """Nightly. What was deleted but may still be brought back keeps its words."""
    emptied = Post.objects.filter(deleted_at__isnull=False, text="", html="", title="")
    forget(emptied.filter(indexed__isnull=False).values_list("id", flat=True))
    forget(emptied.filter(meaning__isnull=False).values_list("id", flat=True))
