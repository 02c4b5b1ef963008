"""Periodic jobs of matching: learn each night how much each thing counts in finding who can help."""

from django.utils import timezone
from procrastinate.contrib.django import app

from potluck.match.answerers.train_ranking import learn_from, weights_here


@app.periodic(cron="47 3 * * *")
@app.task(name="potluck.match.learn", queue="chores", pass_context=False)
def learn_tonight(timestamp: int) -> None:
    """Every night."""
    learn_from(timezone.now())
    weights_here.forget()
