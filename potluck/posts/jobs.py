"""Keep promises about posts and people: who asked to leave is let go in time, files that never found a post too."""

from procrastinate.contrib.django import app

from potluck.people.leave import due
from potluck.posts import expiry, inactive_follows
from potluck.posts.erase_account import farewell
from potluck.posts.files import sweep_waiting


@app.periodic(cron="23 * * * *")
@app.task(name="potluck.posts.let_go", queue="chores", pass_context=False)
def let_go(timestamp: int) -> None:
    """Hourly: carry out what leaving members asked for."""
    for row in due():
        farewell(row)


@app.periodic(cron="*/10 * * * *")
@app.task(name="potluck.posts.expiry", queue="chores", pass_context=False)
def let_fade(timestamp: int) -> None:
    """Every few minutes: what was to stand for a time only goes, and its author hears before."""
    expiry.remind()
    expiry.let_go()


@app.periodic(cron="37 4 * * *")
@app.task(name="potluck.posts.sweep_files", queue="chores", pass_context=False)
def sweep_files(timestamp: int) -> None:
    """Nightly: files taken in for something that was never shared."""
    sweep_waiting()


@app.periodic(cron="17 4 * * *")
@app.task(name="potluck.posts.inactive_follows", queue="chores", pass_context=False)
def let_ties_fade(timestamp: int) -> None:
    """Nightly: whom one follows and has had nothing to say to for a year goes quiet."""
    inactive_follows.quieten()
