"""Keep the word index minded: count what is new, file searches saved by other ways."""

from procrastinate.contrib.django import app

from potluck.search.saved_searches import file_searches
from potluck.search.statistics import is_anything_new, refresh_statistics


@app.periodic(cron="*/5 * * * *")
@app.task(name="potluck.search.count", queue="chores", pass_context=False)
def count(timestamp: int) -> None:
    """Every few minutes: how common each term is, after what came in."""
    if is_anything_new():
        refresh_statistics()


@app.periodic(cron="11 * * * *")
@app.task(name="potluck.search.file", queue="chores", pass_context=False)
def file(timestamp: int) -> None:
    """Hourly: saved searches that are not filed yet."""
    file_searches()


@app.periodic(cron="41 4 * * *")
@app.task(name="potluck.search.file_anew", queue="chores", pass_context=False)
def file_anew(timestamp: int) -> None:
    """Nightly: saved searches are filed anew, as tags were merged and words became common."""
    file_searches(anew=True)
