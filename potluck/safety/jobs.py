"""Keep no count longer than it is needed."""

from procrastinate.contrib.django import app

from potluck.safety.rate_limits import forget_old


@app.periodic(cron="37 3 * * *")
@app.task(name="potluck.safety.forget", queue="chores", pass_context=False)
def forget(timestamp: int) -> None:
    """Nightly: drop the counts of days that are over."""
    forget_old()
