"""Keep promises about posts and people: who asked to leave is let go when the time to think again is over."""

from procrastinate.contrib.django import app

from potluck.people.leave import due
from potluck.posts.farewell import farewell


@app.periodic(cron="23 * * * *")
@app.task(name="potluck.posts.let_go", queue="chores", pass_context=False)
def let_go(timestamp: int) -> None:
    """Hourly: carry out what leaving members asked for."""
    for row in due():
        farewell(row)
