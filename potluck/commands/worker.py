"""`potluck worker`: takes jobs from the queue, hears of new ones at once, and takes up those of dead workers."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, close_old_connections
from django.utils import timezone
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool

from potluck.lib import pooler
from potluck.lib.sql import is_pooled

log = logging.getLogger(__name__)

JOBS_AT_ONCE = 4
NICE = 5
# New jobs are told of, and looked for so often all the same; behind a pooler nothing is told. In seconds.
LOOK, POOLED_LOOK = 5.0, 0.5
# A worker says that it lives this often, and is held to be dead after so long a silence, in seconds.
HEARTBEAT = 5.0
SILENCE = 15.0
# How long running jobs may still take once we are told to end. What does not finish is done again later.
GRACE = 3.0


class _Pool(AsyncConnectionPool[Any]):
    """Connections to a server that takes writing; those to one that became a standby are made anew."""

    def __init__(self, **given: Any) -> None:
        conninfo = given["kwargs"].pop("conninfo", "")
        super().__init__(conninfo, **{**given, "check": pooler.check})


def worker(args: Namespace) -> None:
    """Work until told to end. Pages and streams, which somebody waits for, go first."""
    os.nice(NICE)
    while not asyncio.run(_until_broken()):
        time.sleep(1)


async def _until_broken() -> bool:
    """Work until told to end (True), or until the database went away, as when it is started again."""
    try:
        return await _work()
    except (ConnectorException, psycopg.Error, Error) as error:
        log.warning("The worker waits for the database: %s", str(error.__cause__ or error).strip())
        return False


async def _work() -> bool:
    # One thread, and so one connection to the database, for each job at once.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(JOBS_AT_ONCE))
    pooled = await asyncio.to_thread(is_pooled)
    given = connector_params()
    if pooled and settings.DATABASE_DIRECT:
        given, pooled = {"conninfo": settings.DATABASE_DIRECT}, False
    connector = PsycopgConnector(
        kwargs=given, min_size=1, max_size=3, configure=pooler.configure, pool_factory=_Pool
    )
    # A second app with its own connections: what jobs themselves defer still goes through Django's, in
    # the transaction of the rows it belongs to.
    app = django_app.with_connector(connector)
    async with app.open_async():
        app.perform_import_paths()  # type: ignore[no-untyped-call]
        worker = app._worker(  # as run_worker_async does, which keeps it to itself
            name="potluck",
            concurrency=JOBS_AT_ONCE,
            delete_jobs="successful",
            shutdown_graceful_timeout=GRACE,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=SILENCE,
            listen_notify=not pooled,
            fetch_job_polling_interval=POOLED_LOOK if pooled else LOOK,
            install_signal_handlers=False,
        )
        rescue = asyncio.create_task(_take_up_the_dropped(app))
        try:
            return await _until_told(worker)
        finally:
            rescue.cancel()


async def _until_told(worker: Worker) -> bool:
    """Work until a signal comes; then finish what runs, or give it back to the queue when the grace is over.

    A thread cannot be stopped, so the process ends under it: its transaction is undone, and its job done again.
    False if no signal came and it ended all the same.
    """
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    working, ending = asyncio.create_task(_run(worker)), asyncio.create_task(told.wait())
    await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        worker.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait({working}, timeout=GRACE + 0.5)
    ending.cancel()
    if working.done():
        await working
        return told.is_set()
    with contextlib.suppress(ConnectorException, TimeoutError):
        async with asyncio.timeout(1):
            await _give_back(worker)
    logging.shutdown()
    os._exit(0)


async def _run(worker: Worker) -> None:
    await worker.run()  # type: ignore[no-untyped-call]


async def _give_back(worker: Worker) -> None:
    manager = worker.app.job_manager
    for job in await manager.list_jobs_async(status="doing"):
        if job.worker_id == worker.worker_id:
            log.warning("Job %s did not end in time and is done again later", job.call_string)
            await manager.retry_job(job, retry_at=timezone.now())


async def _take_up_the_dropped(app: App) -> None:
    """Put jobs of workers that fell silent back into the queue. Doing a job again is harmless by house rule."""
    while True:
        await sync_to_async(
            close_old_connections
        )()  # That of the thread in which periodic jobs are deferred.
        try:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
                log.info("Taking up job %s again", job.id)
                await app.job_manager.retry_job(job, retry_at=timezone.now())
        except ConnectorException as error:
            log.warning("Could not look for dropped jobs: %s", error)
        await asyncio.sleep(HEARTBEAT)
