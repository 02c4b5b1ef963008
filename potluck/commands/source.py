"""`potluck source ...`: the places outside where people publish."""

import json
import sys
from argparse import Namespace

from django.db.models import Count
from django.utils import timezone

from potluck.channels.feeds.models import Subscription
from potluck.channels.feeds.reading import poll as feeds
from potluck.channels.feeds.sources import add_source
from potluck.lib.errors import Malformed, Missing, Refused, TryLater
from potluck.lib.http import normal_url
from potluck.people import sources
from potluck.people.join import find
from potluck.people.models import Source
from potluck.posts.models import Post


def list_all(args: Namespace) -> None:
    """A line for each source; with --json an object a line, for programs."""
    posts = dict(Post.objects.exclude(source=None).values_list("source").annotate(Count("id")))
    for source in Source.objects.select_related("person").order_by("id").iterator():
        facts = _facts(source, posts.get(source.pk, 0))
        print(json.dumps(facts) if args.json else _line(facts))
    if not Source.objects.exists():
        print("There are no sources yet. `potluck source add URL` names one.", file=sys.stderr)


def add(args: Namespace) -> None:
    """Follow what is published at an address, as a member's own or as somebody's outside."""
    member = find(args.person) if args.person else None
    url, title, home = _published_at(args.url)
    if member:
        add_source.name_source(url, person=member, by=None, title=title, home_url=home)
        print(f"{url} is @{member.handle}'s now. It is looked at within a minute.")
        return
    person, source = add_source.name_outside(url, by=None, title=title, home_url=home)
    if source is None:
        raise Refused(f"{url} is @{person.handle}'s, a member. Name them: --person {person.handle}")
    print(f"{url} is followed as @{person.handle}, who is not a member. It is looked at within a minute.")


def _published_at(address: str) -> tuple[str, str, str]:
    """Address, title and page of the best feed there. One that does not answer now is taken as it is."""
    try:
        found = add_source.find(address)
    except TryLater as error:
        print(f"{error} It is added, and asked again.", file=sys.stderr)
        return normal_url(address), "", ""
    if found.kind:
        raise Malformed(
            f"This is a file to import. Save it, then: potluck import {found.kind} FILE --person HANDLE"
        )
    best, *others = found.candidates
    for other in others:
        print(f"There is also {other.url} ({other.title}).", file=sys.stderr)
    return best.url, best.title, best.home_url


def poll(args: Namespace) -> None:
    """Ask the sources that are due for what is new, or all of them; progress on standard error."""
    wanted = Subscription.objects.filter(url=args.url) if args.url else Subscription.objects.all()
    if args.url:
        _named(args.url)
    if args.url or args.all:
        wanted.filter(url__in=Source.objects.filter(retired_at=None, paused_at=None).values("url")).update(
            next_look_at=timezone.now()
        )
    tally = feeds.poll(told=_progress)
    print(
        f"looked {tally.looked} unchanged {tally.unchanged} read {tally.read} failed {tally.failed} "
        f"new {tally.new} edited {tally.edited}"
    )


def _progress(tally: feeds.Tally) -> None:
    print(f"{tally.looked} looked at, {tally.new} new posts ...", file=sys.stderr)


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


def _facts(source: Source, posts: int) -> dict[str, str | int | None]:
    return {
        "url": source.url,
        "person": source.person.handle,
        "state": source.state,
        "posts": posts,
        "note": source.note,
        "next_poll": source.next_look_at.isoformat() if source.next_look_at else None,
    }


def _line(facts: dict[str, str | int | None]) -> str:
    line = (
        f"{facts['state']:9} {facts['posts']:6} posts  @{facts['person']:20} {facts['url']}  {facts['note']}"
    )
    return line.rstrip()
