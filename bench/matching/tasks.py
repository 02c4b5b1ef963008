"""Which task is measured on which data."""

import sys
from collections.abc import Callable, Iterator, Sequence

from bench.matching import alike, cold_start, golden, replay, routing, serendipity, standing
from bench.matching.figures import Figure
from bench.matching.formats import Answered, Community, Golden, Libraries, Similar, Threads

Folders = Sequence[tuple[str, list[Community]]]
_held: dict[str, list[standing.Held]] = {}


def measure(task: str, folders: Folders, *, tune: bool) -> Iterator[Figure]:
    """The figures of a task for every folder that has data for it."""
    if task == "cold-start":  # each community is tried with what the others teach
        yield from cold_start.cold_start(
            [one for _name, found in folders for one in found if isinstance(one, Threads)]
        )
        return
    for name, communities in folders:
        found = _FOR[task](name, communities, tune)
        if found:
            print(f"  {task} in {name}", file=sys.stderr, flush=True)
            yield from found


def _stackfaq(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    return [figure for one in communities if isinstance(one, Answered) for figure in alike.stackfaq(one)]


def _semeval(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    return [figure for one in communities if isinstance(one, Similar) for figure in alike.semeval(one)]


def _routing(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    found: list[Figure] = []
    for one in communities:
        if isinstance(one, Threads) and not one.site:
            found += routing.routing(one, tune=tune)[0]
    return found


def _sites(name: str, communities: list[Community]) -> list[standing.Held]:
    """What was held against the questions of all sites of a folder, once for both tasks."""
    if name not in _held:
        sites = [one for one in communities if isinstance(one, Threads) and one.site]
        _held[name] = [row for site in sites for row in standing.held(site)]
    return _held[name]


def _standing(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    rows = _sites(name, communities)
    return standing.standing(rows) if rows else []


def _alerts(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    rows = _sites(name, communities)
    return standing.alerts(rows) if rows else []


def _serendipity(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    return [
        figure for one in communities if isinstance(one, Libraries) for figure in serendipity.serendipity(one)
    ]


def _replay(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    found: list[Figure] = []
    for one in communities:
        if isinstance(one, Threads) and not one.site:
            found += replay.replay(one, tune=tune)
    return found


def _golden(name: str, communities: list[Community], tune: bool) -> list[Figure]:
    return [figure for one in communities if isinstance(one, Golden) for figure in golden.golden(one)]


_FOR: dict[str, Callable[[str, list[Community], bool], list[Figure]]] = {
    "stackfaq": _stackfaq,
    "semeval": _semeval,
    "routing": _routing,
    "standing": _standing,
    "alerts": _alerts,
    "serendipity": _serendipity,
    "replay": _replay,
    "golden": _golden,
}
