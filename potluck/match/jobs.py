"""What is learned each night of who may know, and what came lately held against it by the same measure."""

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from potluck.match.answerers.quota import weigh_again
from potluck.match.answerers.train_ranking import learn_from, powers_here


def learn_and_weigh(now: datetime) -> None:
    """Learn, and weigh again what came in the last weeks."""
    learn_from(now)
    powers_here.forget()
    weigh_again(powers_here(), now)


@app.periodic(cron="47 3 * * *")
@app.task(name="potluck.match.learn", queue="chores", pass_context=False)
def learn_tonight(timestamp: int) -> None:
    """Every night."""
    learn_and_weigh(timezone.now())
