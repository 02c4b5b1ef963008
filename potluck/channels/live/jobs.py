"""Keep the channel's own tables small, and tell nobody who has left."""

from procrastinate.contrib.django import app

from potluck.channels.live.changes import forget_old
from potluck.channels.live.models import Device


@app.periodic(cron="23 * * * *")
@app.task(name="potluck.live.tidy", queue="chores", pass_context=False)
def tidy(timestamp: int) -> None:
    """Every hour."""
    forget_old()
    Device.objects.filter(person__account=None).delete()
