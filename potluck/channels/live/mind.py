"""Keep the room's own tables small."""

from procrastinate.contrib.django import app

from potluck.channels.live.changes import forget_old


@app.periodic(cron="23 * * * *")
@app.task(name="potluck.live.tidy", queue="chores", pass_context=False)
def tidy(timestamp: int) -> None:
    """Every hour."""
    forget_old()
