"""Asks other hosts for things, one or many at a time; how one question goes is in `session.py`."""

import asyncio
import resource
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Iterable, Iterator
from itertools import chain, zip_longest
from types import TracebackType
from urllib.parse import urlsplit

from potluck.lib.errors import TryLater, Undeliverable
from potluck.lib.http.models import Answer, Request
from potluck.lib.http.session import Visit

Outcome = Answer | TryLater | Undeliverable
_FEW = 10
# A worker that waits longer than this for one answer, in seconds, is joined by another, so that hosts which hang hold
# up the others for so long at most; so many more there may be, that half of the files a process may open stay free.
PATIENCE = 1.0
MOST_MORE = min(1500, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)


async def fetch(request: Request) -> Answer:
    """One answer, with status 2xx or 304.

    Raises TryLater (with `status`, and `after` in seconds if the host said) or Undeliverable (with `status`);
    each has a sentence that can be shown.
    """
    async with Visit() as visit:
        return await visit.fetch(request)


async def fetch_many(
    requests: Iterable[Request], at_once: int = 64
) -> AsyncGenerator[tuple[Request, Outcome], None]:
    """Each request with its answer or its failure, as they come in, in no order.

    A slow consumer slows the asking: at most twice `at_once` answers wait to be taken.
    """
    async with Batch(requests, at_once) as batch:
        while ready := await batch.ready():
            for one in ready:
                yield one


def fetch_now(request: Request) -> Answer:
    """`fetch`, from code that is not async."""
    return asyncio.run(fetch(request))


def fetch_each(requests: Iterable[Request], at_once: int = 64) -> Iterator[tuple[Request, Outcome]]:
    """`fetch_many`, from code that is not async. The network rests while the caller works, but for a moment after
    every few answers: else a caller who takes long would let the time of those on their way run out."""
    with asyncio.Runner() as runner:
        batch = Batch(requests, at_once)
        runner.run(batch.__aenter__())
        try:
            while ready := runner.run(batch.ready()):
                for number, one in enumerate(ready, 1):
                    yield one
                    if number % _FEW == 0:
                        runner.run(asyncio.sleep(0.01))
        finally:
            runner.run(batch.__aexit__(None, None, None))


def fetch_batches(
    requests: Iterable[Request], most: int, *, at_once: int = 64, seconds: float = 1.0
) -> Iterator[list[tuple[Request, Outcome]]]:
    """`fetch_each` in lists of at most `most`: full ones, or what has come within so many seconds after the first."""
    with asyncio.Runner() as runner:
        batch = Batch(requests, at_once)
        runner.run(batch.__aenter__())
        try:
            while ready := runner.run(batch.gathered(most, seconds)):
                for start in range(0, len(ready), most):
                    yield ready[start : start + most]
                    runner.run(asyncio.sleep(0.01))
        finally:
            runner.run(batch.__aexit__(None, None, None))


class Batch:
    """Many fetches through one visit: `at_once` workers take from one line, `ready` gives what is done."""

    def __init__(self, requests: Iterable[Request], at_once: int) -> None:
        self._line = iter(spread(requests))
        self._at_once = at_once
        self._visit = Visit()
        self._done: deque[tuple[Request, Outcome]] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._since: dict[int, float] = {}
        self._all_taken = False

    async def __aenter__(self) -> "Batch":
        await self._visit.__aenter__()
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._at_once)]
        self._busy = len(self._workers)
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in (self._watcher, *self._workers):
            task.cancel()
        await asyncio.gather(self._watcher, *self._workers, return_exceptions=True)
        await self._visit.__aexit__(kind, error, trace)

    async def ready(self) -> list[tuple[Request, Outcome]]:
        """What has come in since it was last asked for, at least one; empty when nothing more will come."""
        while not self._done and self._busy:
            self._news.clear()
            await self._news.wait()
        for worker in self._workers:
            if worker.done():
                worker.result()  # A mistake of ours is raised here instead of being lost.
        taken = list(self._done)
        self._done.clear()
        self._room.set()
        return taken

    async def gathered(self, most: int, seconds: float) -> list[tuple[Request, Outcome]]:
        """As `ready`, but waits a little for more, until there are so many."""
        taken = await self.ready()
        try:
            async with asyncio.timeout(seconds):
                while taken and len(taken) < most and (more := await self.ready()):
                    taken += more
        except TimeoutError:
            pass
        return taken

    async def _watch(self) -> None:
        """Keep as many workers at work as were asked for, beside those that wait for hosts which hang."""
        now = asyncio.get_running_loop().time
        while not self._all_taken:
            await asyncio.sleep(PATIENCE / 4)
            waiting = sum(1 for since in self._since.values() if now() - since > PATIENCE)
            wanted = self._at_once + min(waiting, MOST_MORE) - self._busy
            for _ in range(0 if self._all_taken else wanted):
                self._workers.append(asyncio.create_task(self._work()))
                self._busy += 1

    async def _work(self) -> None:
        me = id(asyncio.current_task())
        now = asyncio.get_running_loop().time
        try:
            for request in self._line:
                self._since[me] = now()
                self._done.append((request, await self._outcome(request)))
                self._since.pop(me, None)
                self._news.set()
                if len(self._done) >= self._at_once:
                    self._room.clear()
                    await self._room.wait()
            self._all_taken = True
        finally:
            self._since.pop(me, None)
            self._busy -= 1
            self._news.set()

    async def _outcome(self, request: Request) -> Outcome:
        try:
            return await self._visit.fetch(request)
        except (TryLater, Undeliverable) as failure:
            return failure


def spread(requests: Iterable[Request]) -> list[Request]:
    """The requests with those of one host far apart, so that a patient wait for one holds up few others."""
    by_host: defaultdict[str, list[Request]] = defaultdict(list)
    for request in requests:
        by_host[_host(request.url)].append(request)
    rounds = chain.from_iterable(zip_longest(*by_host.values()))
    return [request for request in rounds if request is not None]


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
