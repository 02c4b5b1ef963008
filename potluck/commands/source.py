"""`potluck source ...`: the places outside where people publish."""

import json
from argparse import Namespace

from django.db.models import Count

from potluck.kit.errors import Missing
from potluck.people import sources
from potluck.people.models import Source


def list_all(args: Namespace) -> None:
    """A line for each source; with --json an object a line, for programs."""
    found = Source.objects.select_related("person").annotate(brought=Count("posts")).order_by("id")
    for source in found.iterator():
        print(json.dumps(_facts(source)) if args.json else _line(source))


def pause(args: Namespace) -> None:
    """Stop asking a source for now."""
    for source in _named(args.url):
        sources.pause(source, by=None)
        print(f"{source.url} rests. `potluck source add` wakes it.")


def retire(args: Namespace) -> None:
    """Stop asking a source for good."""
    for source in _named(args.url):
        sources.retire(source, by=None)
        print(f"{source.url} is let go. Its posts stay.")


def _named(url: str) -> list[Source]:
    found = list(Source.objects.filter(url=url))
    if not found:
        raise Missing(f"There is no source {url}. `potluck source list` names them all.")
    return found


def _facts(source: Source) -> dict[str, str | int | None]:
    return {
        "url": source.url,
        "person": source.person.handle,
        "state": source.state,
        "posts": source.brought,
        "note": source.note,
        "next_poll": source.next_look_at.isoformat() if source.next_look_at else None,
    }


def _line(source: Source) -> str:
    facts = _facts(source)
    note = f"  {source.note}" if source.note else ""
    return f"{facts['state']:9} {facts['posts']:6} posts  @{facts['person']:20} {source.url}{note}"
