"""Forget how often things were done once it does not matter any more."""

from procrastinate.contrib.django import app

from potluck.safety.limits import forget_old


@app.periodic(cron="41 4 * * *")
@app.task(name="potluck.safety.forget", queue="chores", pass_context=False)
def forget(timestamp: int) -> None:
    """Nightly."""
    forget_old()
