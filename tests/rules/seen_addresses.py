"""Every address of Potluck: how to fill it in, who may look, who may act. A new address needs its line here.

all          anybody                          members      whoever is signed in; a visitor is sent to sign in
moderators   others are told it is not there  sees         whoever may read the post (or file) it names
sees+        the same, signed in              author       whoever may read the post and wrote it
room         as sees, but for what was asked quietly
own          the one it belongs to            any          the account pages: nothing breaks, nothing shows
""           nobody: the method is refused
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver

from potluck.channels.mail.addresses import act_address
from potluck.channels.mail.invites.send import never_page
from potluck.channels.mail.outbound.unsubscribe import DIGEST, Stop, off_token
from tests.rules.seen_world import COMMON, PARTS, World, mark


@dataclass(frozen=True)
class Address:
    """Who may GET it, who may POST what to it, and with which questions it is asked besides none."""

    get: str = ""
    post: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ("",)


ACCOUNT = Address("any", "any", {"email": "zq@example.org", "password": "no", "next": "/home"})
SEARCHES = ("", f"?q={COMMON}", "?q=%23soil", "?q=in:mine", "?q=in:kept", "?q=in:following", "?q=in:members")
FEEDS = ("", "?before=9000000000000000000")
FORMS = ".<form:form>"
POST = "posts/<int:post_id>"
TEXT = {"text": f"a word on {COMMON}"}
KINDS = ("spoken", "asked", "found", "followed", "gifts")

ADDRESSES: Mapping[str, Address] = {
    # home
    "home": Address("members"),
    "home/newer": Address("any", queries=("?after=0", "?after=-5", "")),
    r"^home/(?P<token>[\w-]{43})\.(?P<form>atom|rss|json)$": Address("any"),
    "archive": Address("members", queries=("", "?before=4102444800000000")),
    "kept": Address("members"),
    f"{POST}/seen": Address(post="members"),
    f"{POST}/reminder": Address(post="sees+", form={"days": "1"}),
    f"{POST}/ripple": Address("author"),
    "home/seen": Address(post="members"),
    # rooms
    f"{POST}/live": Address("room", queries=("", "?before=9000000000000000000", "?to=7")),
    f"{POST}/live/messages": Address(post="sees+", form=TEXT | {"once": "zq"}),
    f"{POST}/live/presence": Address(post="sees+"),
    "you/devices": Address("members", "members", {"kinds": "spoken", "quiet_from": "", "quiet_until": ""}),
    "you/devices/add": Address(post="any"),
    "you/devices/<int:device_id>/removal": Address(post="own"),
    "you/devices/<int:device_id>/trial": Address(post="own"),
    # programs
    "micropub": Address("any", "any", {"h": "entry"}, queries=("", "?q=config")),
    "you/keys": Address("members", "members", {"name": "zq"}),
    "you/keys/<int:key_id>/removal": Address(post="own"),
    # feeds
    f"fresh{FORMS}": Address("all", queries=FEEDS),
    f"search{FORMS}": Address("any", queries=SEARCHES),
    f"tags/<str:tag>{FORMS}": Address("all"),
    f"{POST}{FORMS}": Address("public"),
    f"@<str:handle>/tags/<str:tag>{FORMS}": Address("person"),
    "@<str:handle>/sources.opml": Address("person"),
    f"@<str:handle>{FORMS}": Address("person"),
    "you/export": Address("members", "members"),
    "you/following.opml": Address("members"),
    "you/sources": Address("members"),
    "you/sources/preview": Address("members", "any"),
    "you/sources/add": Address(post="any"),
    "you/sources/<int:source_id>/tags": Address(post="own"),
    "you/sources/<int:source_id>/rest": Address(post="own"),
    "you/sources/<int:source_id>/removal": Address(post="own"),
    "you/sources/<int:source_id>/proof": Address("own", "any"),
    "you/sources/files/<int:bringing_id>": Address("own", "any"),
    "@<str:handle>/claim": Address("any", "any"),
    "@<str:handle>/claim/proof": Address("any", "any"),
    "@<str:handle>/removal": Address("any", "any"),
    "image/<str:signature>/<str:encoded>": Address("any"),
    "you/feeds": Address("members"),
    "you/feeds/renewal": Address(post="members"),
    # mail
    "you/mail": Address("members", "members", {"hour": "7", "weekday": "0"} | dict.fromkeys(KINDS, "2")),
    "you/mail/all": Address(post="members"),
    "you/mail/hushes/<int:hush_id>": Address(post="members"),
    "you/mail/addresses": Address("members"),
    "you/mail/addresses/renewal": Address(post="members"),
    "you/newsletters": Address("members", "members", {"name": "Garden", "page": "https://garden.example/"}),
    "you/newsletters/<int:newsletter_id>/retirement": Address(post="own"),
    "you/newsletters/letters/<int:letter_id>": Address(post="own"),
    "mail/off/<str:token>": Address("any", "any"),
    "mail/never/<str:token>": Address("any", "any"),
    f"{POST}/sending": Address("sees+", "sees+", {"address": "somebody@elsewhere.example"}),
    "mail/confirm/<str:token>": Address("any", "any"),
    # the way in
    "": Address("all"),
    "share/first": Address("any", "any", TEXT | {"email": "zq@example.org"}),
    "welcome/name": Address("members", "members", {"name": "Zora"}),
    "welcome/sources": Address("members"),
    "welcome/people": Address("members", "members", {"tag": "worms"}),
    "welcome/done": Address("members"),
    "join/<str:token>": Address("any"),
    # one's own
    "you": Address("members"),
    "you/account": Address("members"),
    "you/account/leaving": Address("members", "members", {"typed": "not my handle"}),
    "you/invitations": Address("members", "any", {"note": "come"}),
    "you/invitations/<int:invitation_id>/withdrawal": Address(post="own"),
    "you/profile": Address("members", "members", {"name": "Zora", "seat_ways": "call"}),
    "you/topics": Address(post="members", form={"tag": "worms", "stage": "helping"}),
    "you/topics/<int:topic_id>/removal": Address(post="members"),
    "you/settings": Address("members", "members", {"daily": "20", "time_zone": "UTC"}),
    "you/following": Address("members"),
    "you/following/<int:follow_id>": Address(post="own", form={"level": "2"}),
    "you/circles": Address("members", "members", {"name": "hill"}),
    "you/circles/<int:circle_id>/people/<str:handle>": Address(post="own"),
    "you/circles/<int:circle_id>/removal": Address(post="members"),
    "you/peace": Address("members", "members", {"people": "0"}),
    "you/shares": Address("members"),
    "you/capture": Address("members"),
    "you/drafts": Address("members"),
    "drafts": Address(post="members", form=TEXT | {"draft": "share"}),
    "drafts/<int:draft_id>/rest": Address(post="any"),
    # sharing
    "share": Address("all", "any", TEXT, queries=("?text=hello",)),
    "share/known": Address(
        post="any", form={"text": f"What is there to know of {COMMON}?", "kind": "question"}
    ),
    "share/files": Address(post="members"),
    f"{POST}/edit": Address("author", "author", TEXT),
    f"{POST}/replies": Address(post="sees+", form=TEXT),
    f"{POST}/deletion": Address(post="deletes"),
    # posts
    POST: Address("sees"),
    f"{POST}/history": Address("sees"),
    f"{POST}/thanks": Address(post="sees+", form={"note": "thank you"}),
    f"{POST}/uses": Address(post="sees+", form={"story": "in the yard"}),
    f"{POST}/how": Address(post="sees+"),
    f"{POST}/wrong": Address(post="author", form={"right": "I know better now"}),
    f"{POST}/passing": Address(post="sees+", form={"text": "look"}),
    f"{POST}/keeping": Address(post="sees+"),
    f"{POST}/follow": Address(post="sees+"),
    # questions
    "questions": Address("all", queries=("", "?before=9000000000000000000")),
    "you/asking": Address(
        "members",
        "members",
        {"a_week": "3", "finds": "all", "firsts_a_week": "2", "chances_a_day": "1", "topics_never": "worms"},
    ),
    "you/asking/topics": Address(post="members", form={"tag": "worms"}),
    f"{POST}/chance": Address(post="sees+"),
    f"{POST}/me-too": Address(post="sees+"),
    f"{POST}/closure": Address(post="author"),
    f"{POST}/asking": Address(post="sees+", form={"said": "on_it"}),
    f"{POST}/adapting": Address(
        "any",
        "any",
        TEXT | {"address": "https://zqpubliclink.example/page"},
        queries=("", "?of=7", "?of=9999"),
    ),
    f"{POST}/before": Address(post="author", form={"before": "zqfriendhandle"}),
    f"{POST}/opening": Address(post="author"),
    f"{POST}/publishing": Address(post="sees+"),
    f"{POST}/pointing": Address(post="sees+", form={"address": "https://zqpubliclink.example/page"}),
    f"{POST}/verdicts": Address(post="sees+", form={"says": "helps"}),
    "files/<int:file_id>/<str:name>": Address("sees"),
    # finding
    "search": Address("all", queries=SEARCHES),
    "search/saved": Address(post="members", form={"q": COMMON}),
    "tags/<str:name>": Address("all"),
    "tags/<str:name>/follow": Address(post="members"),
    "people": Address("all", queries=("", "?q=zq", f"?q={COMMON}", "?helps=soil", "?outside=1", "?seat=1")),
    # people
    "@<str:handle>": Address("person"),
    "@<str:handle>/follow": Address(post="person+"),
    "@<str:handle>/declining": Address(post="person+"),
    "@<str:handle>/mute": Address(post="person+"),
    "@<str:handle>/meeting": Address(post="person+"),
    "@<str:handle>/block": Address(post="any"),
    # looking after the network
    "moderation": Address("moderators"),
    "moderation/log": Address("moderators"),
    "moderation/bridges": Address("moderators", "moderators", {"address": "zq@elsewhere.example"}),
    "moderation/bridges/<int:bridge_id>/retirement": Address(post="moderators"),
    "moderation/bridges/<int:bridge_id>/letters/<int:letter_id>": Address(post="moderators"),
    "moderation/bringing": Address("moderators", "moderators", {"addresses": "somebody@elsewhere.example"}),
    "moderation/joining": Address("moderators", "moderators", {"who": "7"}),
    "moderation/joining/<int:person_id>": Address(post="moderators"),
    "moderation/held/<int:post_id>": Address(post="moderators", form={"yes": "1"}),
    "moderation/tags": Address(post="moderators", form={"old": "worms", "into": "worm"}),
    "moderation/suspended/<str:handle>": Address(post="moderators"),
    "moderation/network": Address(post="moderators", form={"name": "Ours", "joining": "open"}),
    # for machines
    "manifest.webmanifest": Address("all"),
    "offline": Address("all"),
    "sw.js": Address("all"),
    "opensearch.xml": Address("all"),
    "robots.txt": Address("all"),
    "sitemap.xml": Address("all"),
}

# Where a mail program presses for its reader (RFC 8058): it has no session, and the address itself is the key.
ONE_CLICK = ("mail/off/", "mail/never/")

# What is one's own list of people shows whom one put there, hidden since or not.
OWN_LISTS = frozenset({"you/following", "you/peace", "you/circles", "welcome/people"})


def routes() -> list[str]:
    """The routes of the URLconf, as they are written there."""
    return [route for route, _view in views()]


def views() -> list[tuple[str, Callable[..., object]]]:
    """The same, each with the view that answers there."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, Callable[..., object]]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route, one.callback
        else:
            yield from _walk(one, route)


def address_of(route: str) -> Address | None:
    """Its line in the table; the account pages have one for all of them."""
    return ACCOUNT if route.startswith("accounts/") else ADDRESSES.get(route)


def filled(route: str, world: World, turn: int = 0) -> Iterator[tuple[str, int]]:
    """The paths of a route with everything there is, and with something that is not there; and the post it names.

    Of the formats of a feed each path has one; with another `turn`, another one.
    """
    for number, (path, post) in enumerate(_filled(route, world), start=turn):
        yield "/" + path.replace(FORMS, ("." + ("atom", "rss", "json")[number % 3])), post


def _filled(route: str, world: World) -> Iterator[tuple[str, int]]:
    if "post_id" in route:
        for key in [*(post.id for post in world.posts.values()), 7]:
            yield route.replace("<int:post_id>", str(key)), key
    elif "file_id" in route:
        for name, file in world.files.items():
            yield f"files/{file.id}/{mark(name, 'filename')}.txt", world.posts[name].id
        yield "files/7/none.txt", 7
    elif "token" in route:
        yield _by_token(route, world), 0
    else:
        for path in _by_names(route, world):
            yield path, 0


def _by_token(route: str, world: World) -> str:
    if route.startswith("mail/never"):
        return "mail/" + never_page("digest").partition("/mail/")[2]
    if route.startswith("mail/off"):
        return route.replace("<str:token>", off_token(world.people["author"].id, 0, Stop(DIGEST)))
    if route.startswith("mail/confirm"):
        address = act_address("confirm", 7, world.people["author"].id)
        return route.replace("<str:token>", address.partition("+")[2].partition("@")[0])
    if route.startswith("join"):
        return f"join/{world.invitation.token}"
    return f"home/{world.people['author'].feed_token}{FORMS}"


def _by_names(route: str, world: World) -> Iterator[str]:
    handles = [who.handle for who in world.people.values()]
    tags = ["soil", "nosuchtag", *(mark(name, PARTS[3]) for name in world.posts)]
    route = route.replace("^", "").replace("(?P<provider_id>[^/]+)", "nowhere").replace("<int:pk>", "7")
    route = route.replace("<int:circle_id>", str(world.circle.pk)).replace(
        "<int:topic_id>", str(world.topic.pk)
    )
    route = route.replace("<int:invitation_id>", str(world.invitation.pk)).replace("<str:tag>", "<str:name>")
    route = route.replace("<int:source_id>", str(world.source.pk)).replace(
        "<int:bringing_id>", str(world.brought.pk)
    )
    route = route.replace("<int:person_id>", str(world.people["waiting"].pk))
    route = route.replace("<int:follow_id>", str(world.people["author"].follows.all()[0].pk))
    route = route.replace("<int:hush_id>", "7").replace("<int:draft_id>", "7")
    route = route.replace("<int:newsletter_id>", str(world.newsletter.pk)).replace("<int:bridge_id>", "7")
    route = route.replace("<int:letter_id>", str(world.letter.pk))
    route = route.replace("<int:device_id>", str(world.device.pk)).replace("<int:key_id>", str(world.key.pk))
    for handle in handles if "<str:handle>" in route else [""]:
        for tag in (tags if not handle else tags[:3]) if "<str:name>" in route else [""]:
            yield route.replace("<str:handle>", handle).replace("<str:name>", tag)
