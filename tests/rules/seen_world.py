"""A network in which everything says whose it is: who may read what is a table, and each word is a mark.

Ada wrote one post for each audience and in each odd state; the others answered, thanked, passed on, kept and
followed while all of it could be seen. Then some of it was narrowed, held, taken back, suspended and blocked. So
whatever was stored on the way (home rows, thanks, pass-ons, histories, bookmarks) is there to be shown by mistake.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from potluck.channels.feeds.importing.import_file import keep_file
from potluck.channels.feeds.models import Bringing
from potluck.channels.live.models import Device
from potluck.channels.mail.addresses import news_address
from potluck.channels.mail.models import Letter, Newsletter, State
from potluck.channels.mail.newsletters.subscribe import make
from potluck.channels.micropub.models import Key
from potluck.channels.micropub.tokens import make_key
from potluck.door import admit, admit_adapted, admit_quietly, amend
from potluck.events.models import Event, Kind
from potluck.events.record import record
from potluck.flow import handle
from potluck.people.block import block
from potluck.people.circles import make_circle, put_in
from potluck.people.feed_token import feed_token
from potluck.people.follow import Wish, follow
from potluck.people.invite import invite
from potluck.people.models import Circle, Invitation, Network, Person, Seat, Source, Topic
from potluck.people.sources import add_source
from potluck.posts.acknowledge import thank, use
from potluck.posts.draft import Draft
from potluck.posts.edit import Change, delete
from potluck.posts.files import take_in
from potluck.posts.models import Attachment, Audience, Post, SavedDraft
from potluck.posts.saved import keep
from potluck.questions.ask_replies import take_on
from potluck.questions.feedback import judge
from potluck.questions.me_too import ask_too
from potluck.questions.models import Chance, Found
from potluck.questions.publish import agree
from potluck.search.saved_searches import save_search
from tests.cast import member

VISITOR = "visitor"
MEMBERS = frozenset({"author", "friend", "follower", "stranger", "moderator"})
SIGNED_IN = MEMBERS | {"suspended", "blocked", "waiting"}
EVERYBODY = SIGNED_IN | {VISITOR}
HIDING = frozenset({"suspended", "blocked", "waiting"})
# Whom Ada has blocked sees nothing of hers, though a visitor would.
_HERS = EVERYBODY - {"blocked"}

# Who may read each post: written down here by hand, not asked of the gate.
MAY_READ: Mapping[str, frozenset[str]] = {
    "public": _HERS,
    "members": MEMBERS,
    "circle": frozenset({"author", "friend"}),
    "named": frozenset({"author", "friend"}),
    "me": frozenset({"author"}),
    "twin": frozenset({"author"}),
    "deleted": frozenset(),
    "held": frozenset({"author", "moderator"}),
    "heldnamed": frozenset({"author"}),
    "narrowed": frozenset({"author"}),
    "replypublic": EVERYBODY,
    "replymembers": MEMBERS | {"blocked"},
    "replycircle": frozenset({"author", "friend"}),
    "replynamed": frozenset({"author", "friend"}),
    "replydeleted": frozenset(),
    "replyheld": frozenset({"friend", "moderator"}),
    "passed": EVERYBODY,
    "passedquietly": frozenset({"friend"}),
    "ofsuspended": frozenset({"suspended", "moderator"}),
    "ofblocked": EVERYBODY - {"author"},
    "gift": EVERYBODY,
    # Asked quietly of two; answered by one, for her alone; and an answer between two to what everybody may read.
    "made": EVERYBODY,
    "quiet": frozenset({"author", "friend", "stranger"}),
    "quietanswer": frozenset({"author", "friend"}),
    "aside": frozenset({"author", "stranger"}),
}
PARTS = ("title", "text", "high", "tag", "link", "filename", "alt", "bytes")
# In every text, so that whoever follows or searches for it is offered all.
COMMON = "compost"


def mark(what: str, part: str) -> str:
    """A word that stands nowhere else."""
    return f"zq{what}{part}"


@dataclass
class World:
    """The cast by role, what they wrote by name, and who may meet each mark."""

    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    files: dict[str, Attachment] = field(default_factory=dict)
    may_meet: dict[str, frozenset[str]] = field(default_factory=dict)
    circle: Circle = field(default_factory=Circle)
    invitation: Invitation = field(default_factory=Invitation)
    topic: Topic = field(default_factory=Topic)
    source: Source = field(default_factory=Source)
    brought: Bringing = field(default_factory=Bringing)
    device: Device = field(default_factory=Device)
    key: Key = field(default_factory=Key)
    newsletter: Newsletter = field(default_factory=Newsletter)
    letter: Letter = field(default_factory=Letter)

    def of(self, role: str) -> Person | None:
        return self.people.get(role)

    def may_read(self, role: str, post_id: int) -> bool:
        return any(role in MAY_READ[name] for name, post in self.posts.items() if post.id == post_id)

    def met(self, role: str, said: str, *, but: str = "") -> list[str]:
        """The marks in a text that are not for this role; what was asked for in `but` is only repeated."""
        said, but = said.lower(), but.lower()
        words = set(re.findall("zq[a-z]+", said))
        if words <= {word for word, may in self.may_meet.items() if role in may} and not self._tokens(said):
            return []
        return [
            word
            for word, may in self.may_meet.items()
            if word in said and role not in may and word not in but
        ]

    def _tokens(self, said: str) -> list[str]:
        """The keys of private feeds that stand in a text."""
        return [token for token in self.may_meet if not token.startswith("zq") and token in said]


def build() -> World:
    """The network as it is when everything has happened."""
    Network.objects.get_or_create()
    world = World()
    _people(world)
    _ties(world)
    _posts(world)
    _answers(world)
    _private_things(world)
    _work()
    _acts(world)
    _work()
    _questions(world)
    _work()
    _afterwards(world)
    _marks(world)
    return world


def _people(world: World) -> None:
    for role in sorted(SIGNED_IN):
        world.people[role] = who = member(f"zq{role}handle", f"zq{role}name", about=f"zq{role}about {COMMON}")
        assert who.account is not None
        who.account.email = f"zq{role}mail@example.org"
        who.account.save()
        EmailAddress.objects.create(user=who.account, email=who.account.email, primary=True, verified=True)
        feed_token(who)
        # Some learn it, and those who are hidden since are a step ahead.
        stage = {"author": "helping", "friend": "helping"}.get(
            role, "finding" if role in HIDING else "starting"
        )
        Topic.objects.create(person=who, tag="soil", stage=stage, note=f"zq{role}note")
        Seat.objects.create(person=who, ways=["visit"], words=f"zq{role}seat")
    Person.objects.filter(pk=world.people["moderator"].pk).update(moderator_since=timezone.now())


def _ties(world: World) -> None:
    ada = world.people["author"]
    world.circle = make_circle("zqauthorcircle", by=ada)
    put_in(world.circle, world.people["friend"], by=ada)
    for role in sorted(SIGNED_IN - {"author", "stranger"}):
        follow(Wish(who=ada), by=world.people[role], level=3)
        if role != "suspended":
            follow(Wish(who=world.people["suspended"]), by=world.people[role])
    for role in sorted(SIGNED_IN):
        follow(Wish(tag="soil"), by=world.people[role])
        save_search(COMMON, by=world.people[role], name=f"zq{role}search")
        if role != "friend":
            follow(Wish(who=world.people["friend"]), by=world.people[role])


def _note(world: World, name: str, by: str, **more: object) -> Post:
    author = world.people[by]
    file = SimpleUploadedFile(mark(name, "filename") + ".txt", mark(name, "bytes").encode())
    world.files[name] = take_in(file, by=author, alt=mark(name, "alt"))
    facts: dict[str, object] = {
        "author": author,
        "title": mark(name, "title"),
        "text": f"{mark(name, 'text')} {COMMON} =={mark(name, 'high')}== #{mark(name, 'tag')} #soil",
        "link": f"https://{mark(name, 'link')}.example/page",
        "attachments": (world.files[name].id,),
        **more,
    }
    before: list[Person] = facts.pop("before", [])  # type: ignore[assignment]
    of: Post | None = facts.pop("of", None)  # type: ignore[assignment]
    draft = Draft(**facts)  # type: ignore[arg-type]
    post = admit_adapted(draft, of) if of else admit_quietly(draft, before) if before else admit(draft)
    world.posts[name] = post
    return post


def _posts(world: World) -> None:
    friend = (world.people["friend"],)
    _note(world, "public", "author", kind="question")
    _note(world, "members", "author", audience=Audience.MEMBERS, kind="question")
    _note(world, "circle", "author", audience=Audience.CIRCLE, circle=world.circle, kind="question")
    _note(world, "named", "author", audience=Audience.NAMED, readers=friend, kind="question")
    _note(world, "me", "author", audience=Audience.ME, kind="question")
    _note(world, "quiet", "author", before=[world.people["friend"], world.people["stranger"]])
    _note(world, "twin", "author", audience=Audience.ME, link=world.posts["public"].link)
    for name in ("deleted", "held", "narrowed"):
        _note(world, name, "author")
    _note(world, "heldnamed", "author", audience=Audience.NAMED, readers=friend)
    _note(world, "ofsuspended", "suspended")
    _note(world, "ofblocked", "blocked", link=world.posts["public"].link)
    _note(world, "gift", "friend", link="")


def _answers(world: World) -> None:
    """By Ben, in each thread he may read; and a reply of Ada's under each that goes, so that gaps are drawn."""
    for name in ("public", "members", "circle", "named"):
        _note(world, f"reply{name}", "friend", reply_to=world.posts[name], link="")
    _note(world, "quietanswer", "friend", reply_to=world.posts["quiet"], link="")
    _note(world, "aside", "stranger", reply_to=world.posts["public"], link="", alone=True)
    _note(world, "made", "stranger", reply_to=world.posts["public"], link="", of=world.posts["narrowed"])
    for name in ("replydeleted", "replyheld"):
        _note(world, name, "friend", reply_to=world.posts["public"], link="")
    admit(
        Draft(author=world.people["moderator"], text="Thank you both", reply_to=world.posts["replydeleted"])
    )


def _private_things(world: World) -> None:
    for role, who in world.people.items():
        about = {"share": "public", f"edit-{world.posts['me'].id}": "me"}
        for key, audience in about.items():
            fields = {"text": f"zq{role}draft", "audience": audience}
            SavedDraft.objects.create(person=who, about=key, fields=fields)
        if role == "author":
            world.invitation = invite(by=who, note="zqauthorinvitation")
            world.topic = who.topics.get()
            world.device = Device.objects.create(person=who, endpoint="https://zqauthorlist.example/push")
            make_key(who, "zqauthorkey")
            world.key = Key.objects.get()
            world.source = add_source("https://zqauthorplace.example/feed", person=who, by=who)[0]
            body = (
                b'<opml><body><outline text="zqauthorlist" xmlUrl="https://list.example/feed"/></body></opml>'
            )
            world.brought = keep_file("opml", body, person=who, name="zqauthorlist.opml")
            world.newsletter = make("Garden", "https://garden.example/", "", by=who)
            address = news_address(world.newsletter.token)
            raw = b"From: Garden <news@garden.example>\nSubject: zqauthorletter\n\nPlease confirm."
            facts = {"recipients": [address], "raw": raw, "state": State.UNCONFIRMED, "person": who}
            world.letter = Letter.objects.create(message_id="zq@garden.example", **facts)


def _acts(world: World) -> None:
    """Everybody did what one does with what all could see then."""
    open_ = ("public", "held", "narrowed", "deleted", "ofsuspended", "ofblocked", "replypublic", "replyheld")
    for role, who in world.people.items():
        for post in (world.posts[name] for name in open_):
            keep(post, by=who)
            if post.author_id != who.id:
                thank(post, by=who, note=f"zq{role}thanks")
                use(post, by=who, story=f"zq{role}story", where=f"https://zq{role}where.example/")
    for name in ("held", "narrowed", "deleted", "ofsuspended", "ofblocked"):
        admit(Draft(author=world.people["friend"], via=world.posts[name], kind="note"))
    _note(world, "passed", "friend", via=world.posts["narrowed"], link="", kind="note")
    _note(world, "passedquietly", "friend", via=world.posts["public"], audience=Audience.ME, link="")


def _questions(world: World) -> None:
    """Whoever could see a question asked it, too, and took it on; what was shared then was found, and of help."""
    posts, ada = world.posts, world.people["author"]
    for name in ("public", "members", "circle", "named"):
        for role in sorted(
            MAY_READ[name] - {"author", VISITOR} | ({"blocked"} if name == "public" else set())
        ):
            ask_too(posts[name], by=world.people[role])
            take_on(posts[name], by=world.people[role])
        for share in ("narrowed", "held", "deleted", "ofsuspended", "ofblocked", "gift"):
            _found(posts[name], posts[share], mark(share, "text"))
    _found(posts["quiet"], posts["gift"], mark("gift", "text"))
    _found(posts["members"], posts["aside"], mark("aside", "text"))
    take_on(posts["quiet"], by=world.people["stranger"])
    agree(posts["quietanswer"], by=ada)
    agree(posts["aside"], by=world.people["stranger"])
    for name in ("quietanswer", "aside"):
        thank(posts[name], by=ada)
        judge(posts["quiet" if name == "quietanswer" else "public"], posts[name], "helps", by=ada)
    for name in ("circle", "named", "me", "members", "quiet"):
        judge(posts[name], posts["gift"], "answers" if name == "named" else "helps", by=ada)
    for share in ("narrowed", "held", "deleted", "ofsuspended"):
        judge(posts["public"], posts[share], "helps", by=world.people["friend"])
    for who in world.people.values():
        for share in ("narrowed", "held", "deleted", "ofsuspended"):
            facts = {"own": posts["me"].id}
            Chance.objects.create(person=who, post=posts[share], day=timezone.now().date(), reason=facts)


def _found(question: Post, share: Post, passage: str) -> None:
    """As if it had just come in and fitted."""
    event = record(Kind.POINTED, by=share.author_id, about=share.id)
    Found.objects.update_or_create(
        question=question,
        post=share,
        defaults={"passage": passage, "chance": 0.9, "told": "told", "event": event.id},
    )


def _afterwards(world: World) -> None:
    """What was open is not any more."""
    posts, now = world.posts, timezone.now()
    said = Change(text=f"zqnarrowednow {COMMON}", title="zqnarrowedtitle", link=posts["narrowed"].link)
    amend(posts["narrowed"], said, by=world.people["author"])
    Post.objects.filter(pk=posts["narrowed"].pk).update(audience=Audience.ME)
    delete(posts["deleted"], by=world.people["author"])
    delete(posts["replydeleted"], by=world.people["friend"])
    held = [posts[name].pk for name in ("held", "heldnamed", "replyheld")]
    Post.objects.filter(pk__in=held).update(held_at=now)
    block(world.people["blocked"], by=world.people["author"])
    Person.objects.filter(pk=world.people["suspended"].pk).update(suspended_at=now)
    Person.objects.filter(pk=world.people["waiting"].pk).update(approved_at=None)
    for who in world.people.values():
        who.refresh_from_db()


def _marks(world: World) -> None:
    for name, may in MAY_READ.items():
        world.may_meet |= {mark(name, part): may for part in PARTS}
    # Her public question and her private bookmark of the same thing name the same address.
    world.may_meet["zqpubliclink"] = EVERYBODY
    world.may_meet["zqnarrowednow"] = MAY_READ["narrowed"]
    for role in SIGNED_IN:
        own = frozenset({role})
        for part in ("mail", "circle", "draft", "search", "invitation", "list", "letter"):
            world.may_meet[f"zq{role}{part}"] = own
        # A note of thanks is for whom it thanks.
        world.may_meet[f"zq{role}thanks"] = own | {"author", "friend", "suspended", "blocked"}
        for part in ("name", "handle", "about", "note", "story", "where", "place"):
            world.may_meet[f"zq{role}{part}"] = _who_knows(role)
        world.may_meet[f"zq{role}seat"] = _who_knows(role) - {VISITOR}
        world.may_meet[feed_token(world.people[role]).lower()] = own
    world.may_meet["zqwaitingmail"] |= {"moderator"}
    world.may_meet["zqwaitingdraft"] |= {"moderator"}


def _who_knows(role: str) -> frozenset[str]:
    """Who may meet a person: not those a block stands between, and only moderators meet who is hidden."""
    if role in ("suspended", "waiting"):
        return frozenset({role, "moderator"})
    apart = {"author": {"blocked"}, "blocked": {"author"}}
    return EVERYBODY - apart.get(role, set())


def _work() -> None:
    handle(list(Event.objects.filter(handled_at=None).values_list("id", flat=True)))
