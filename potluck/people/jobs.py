"""Throw away what nobody comes back to: sessions that are over, addresses nobody confirmed."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from potluck.people.join import forget_unconfirmed


@app.periodic(cron="52 3 * * *")
@app.task(name="potluck.people.tidy", queue="chores", pass_context=False)
def tidy(timestamp: int) -> None:
    """Nightly."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    forget_unconfirmed()
