"""Bring the people of the example to the table: accounts, profiles, sources, circles, and whom each follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from potluck.commands.demo.script import Somebody
from potluck.lib import markdown
from potluck.people.circles import make_circle, put_in
from potluck.people.follow import Wish, follow
from potluck.people.join import join, outside_person
from potluck.people.models import Account, Follow, Person, Source, Stage
from potluck.people.network_settings import settle_network
from potluck.people.profile import Profile, Settings, describe, say_topic, settle
from potluck.people.sources import add_source
from potluck.posts.models import Tag
from potluck.posts.tags import merge

NAME = "The Mending Table"
WELCOME = (
    "People who repair things with others, in libraries, schools, workshops and kitchens, and what they learned"
    " doing it. Bring what you fixed, what you could not fix, and what you wonder."
)
NORMS = (
    "Write as you would talk across a table. Say what did not work as well: that is what the next one needs."
    " Whoever brings a thing decides what is done to it. Mains and gas stay with those who may touch them."
)
# What a tag is about, and other words people write for it.
TAGS = {
    "zips": (
        "Zips that slip, stick, lose teeth or sliders. Most can be saved without a new one.",
        ("zippers",),
    ),
    "bikes": ("Bicycles, from a soft tyre to a bottom bracket.", ("bicycles", "cycling")),
    "safety-testing": (
        "Testing mains appliances before they leave the table, and writing it down.",
        ("pat",),
    ),
    "spare-parts": ("Where a part comes from when the maker says there is none.", ()),
    "repair-club": ("Repair with children and teenagers, in school and after it.", ()),
}
DAILY = 12


@dataclass(slots=True)
class Table:
    """Who sits at it, by handle, and where they share otherwise."""

    people: dict[str, Person] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)


def gather(
    everybody: Sequence[Somebody], now: datetime, tags: Mapping[str, tuple[str, tuple[str, ...]]]
) -> Table:
    """Everybody at the table, and what these tags are about, with their synonyms. The first is the host, and the one
    to sign in as."""
    table = Table()
    for somebody in everybody:
        _come(table, somebody, now)
    host = table.people[everybody[0].handle]
    settle_network(by=host, name=NAME, tagline=WELCOME, joining="open", norms=NORMS)
    for name, (about, synonyms) in tags.items():
        Tag.objects.create(name=name, label=name, about=about)
        for synonym in synonyms:
            merge(synonym, name, by=host)
    for somebody in everybody:
        _tie(table, somebody)
    Follow.objects.update(since=now - timedelta(days=300))
    return table


def _come(table: Table, somebody: Somebody, now: datetime) -> None:
    facts = somebody.facts
    since = now - timedelta(days=float(facts.get("since", "700")))
    if "outside" in facts:
        person = outside_person(facts["outside"], name=somebody.name)
        about = facts.get("about", "")
        Person.objects.filter(pk=person.pk).update(
            about=about, about_html=markdown.render(about), joined_at=since
        )
    else:
        person = _member(somebody)
        Person.objects.filter(pk=person.pk).update(joined_at=since, approved_at=since)
    table.people[somebody.handle] = person
    address = facts.get("outside") or facts.get("shares")
    if address:
        table.sources[somebody.handle] = _source(table, person, address, facts, now)


def _member(somebody: Somebody) -> Person:
    facts = somebody.facts
    email = f"{somebody.handle}@mending-table.example"
    account = Account.objects.create_user(email)
    EmailAddress.objects.create(user=account, email=email, primary=True, verified=True)
    person = join(account, name=somebody.name, handle=somebody.handle)
    described = Profile(
        name=somebody.name,
        about=facts.get("about", ""),
        place=facts.get("place", ""),
        languages=tuple(facts.get("languages", "en").split()),
        affiliations=tuple(part for part in facts.get("at", "").split("; ") if part),
    )
    describe(person, described)
    settle(person, Settings(daily=DAILY, time_zone="UTC"))
    for key in ("helps", "learns"):
        for topic in filter(None, facts.get(key, "").split("; ")):
            tag, _, note = topic.partition(": ")
            say_topic(person, tag.lstrip("~"), _stage(key, tag), note)
    return person


def _stage(key: str, tag: str) -> str:
    """`~` before a topic somebody learns: finding their way, no longer starting."""
    if key == "helps":
        return Stage.HELPING
    return Stage.FINDING if tag.startswith("~") else Stage.STARTING


def _source(table: Table, person: Person, address: str, facts: dict[str, str], now: datetime) -> Source:
    by = person if person.is_member else next(iter(table.people.values()))
    source, _ = add_source(
        f"{address}feed", person=person, by=by, title=facts.get("title", ""), home_url=address
    )
    # Nobody asks these addresses for anything: they are made up, and no channel has them on its list.
    trouble = facts.get("trouble", "")
    source.looked_at, source.note = now - timedelta(hours=1), trouble
    source.failing_since = now - timedelta(days=4) if trouble else None
    source.added_at = now - timedelta(days=720)
    source.save()
    return source


def _tie(table: Table, somebody: Somebody) -> None:
    person, facts = table.people[somebody.handle], somebody.facts
    for word in facts.get("follows", "").split():
        who, _, tag = word.partition("#")
        follow(Wish(who=table.people[who] if who else None, tag=tag), by=person)
    for search in filter(None, facts.get("searches", "").split("; ")):
        follow(Wish(query=search), by=person, name=search)
    for circle in filter(None, facts.get("circles", "").split("; ")):
        name, _, members = circle.partition(": ")
        made = make_circle(name, by=person)
        for handle in members.split():
            put_in(made, table.people[handle], by=person)
