"""Keep the word index minded: count what is new, file searches saved by other ways."""

from procrastinate.contrib.django import app

from potluck.posts.models import Post
from potluck.search.models import Indexed
from potluck.search.saved import file_searches
from potluck.search.statistics import refresh_statistics


@app.periodic(cron="11 * * * *")
@app.task(name="potluck.search.count", queue="chores", pass_context=False)
def count(timestamp: int) -> None:
    """Hourly: how common each term is, after what came in."""
    refresh_statistics()
    file_searches()


@app.periodic(cron="41 4 * * *")
@app.task(name="potluck.search.file", queue="chores", pass_context=False)
def file(timestamp: int) -> None:
    """Nightly: saved searches are filed anew, as tags were merged and words became common."""
    file_searches(anew=True)


@app.periodic(cron="31 4 * * *")
@app.task(name="potluck.search.forget", queue="chores", pass_context=False)
def forget_emptied(timestamp: int) -> None:
    """Nightly: the words of posts that were emptied for good, as when somebody left, are forgotten."""
    emptied = Post.objects.filter(deleted_at__isnull=False, text="", html="", title="")
    Indexed.objects.filter(post__in=emptied).delete()
