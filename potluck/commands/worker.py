"""`potluck worker`: takes jobs from the queue, hears of new ones at once, and takes up those of dead workers."""

import asyncio
import logging
import os
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor

from django.utils import timezone
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)

JOBS_AT_ONCE = 4
NICE = 5
# A worker says that it lives this often, and is held to be dead after so long a silence, in seconds.
HEARTBEAT = 5.0
SILENCE = 15.0
# How long running jobs may still take once we are told to end. What does not finish is done again later.
GRACE = 3.0


def worker(args: Namespace) -> None:
    """Work until told to end. Pages and streams, which somebody waits for, go first."""
    os.nice(NICE)
    asyncio.run(_work())


async def _work() -> None:
    # One thread, and so one connection to the database, for each job at once.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(JOBS_AT_ONCE))
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=3)
    # A second app with its own connections: what jobs themselves defer still goes through Django's, in
    # the transaction of the rows it belongs to.
    app = django_app.with_connector(connector)
    async with app.open_async():
        rescue = asyncio.create_task(_take_up_the_dropped(app))
        try:
            await app.run_worker_async(
                name="potluck",
                concurrency=JOBS_AT_ONCE,
                delete_jobs="successful",
                shutdown_graceful_timeout=GRACE,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=SILENCE,
            )
        finally:
            rescue.cancel()


async def _take_up_the_dropped(app: App) -> None:
    """Put jobs of workers that fell silent back into the queue. Doing a job again is harmless by house rule."""
    while True:
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
                log.info("Taking up job %s again", job.id)
                await app.job_manager.retry_job(job, retry_at=timezone.now())
        except ConnectorException as error:
            log.warning("Could not look for dropped jobs: %s", error)
        await asyncio.sleep(HEARTBEAT)
