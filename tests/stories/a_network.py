"""A small network with everything that is hard to show: long names, other scripts, deep threads, tables, pictures.

Filled through the verbs while the house serves it: `house.tell("tests.stories.a_network")` gives `cookies`, the
session of each of the cast, and `at`, the addresses of what there is.
"""

import io
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from potluck import door, flow
from potluck.channels.live import push_encryption
from potluck.channels.live.push_subscriptions import add_device
from potluck.channels.mail.addresses import act_address
from potluck.channels.mail.invites.send import never_page
from potluck.channels.mail.outbound.unsubscribe import THREAD, Stop, off_token
from potluck.deliver.preferences import hush
from potluck.events.models import Event
from potluck.events.models import Kind as Happening
from potluck.events.record import record
from potluck.lib import html, markdown
from potluck.people.block import block, mute
from potluck.people.circles import make_circle, put_in
from potluck.people.follow import Wish, follow
from potluck.people.invite import invite
from potluck.people.join import join, outside_person
from potluck.people.models import Account, Network, Person
from potluck.people.moderate import suspend
from potluck.people.profile import Profile, describe, say_topic
from potluck.people.sources import add_source
from potluck.posts.acknowledge import thank, use
from potluck.posts.corrections import was_wrong
from potluck.posts.draft import Draft
from potluck.posts.edit import Change, delete
from potluck.posts.files import take_in
from potluck.posts.metadata import Meant
from potluck.posts.models import Audience, Kind, Post, SavedDraft
from potluck.posts.saved import keep
from potluck.questions.ask_replies import take_on
from potluck.questions.close import close
from potluck.questions.feedback import judge
from potluck.questions.me_too import ask_too
from potluck.questions.models import AskingWishes, Chance, Found
from potluck.questions.publish import agree
from tests.stories import words

At = dict[str, str]


def member(handle: str, name: str, about: str = "", **facts: object) -> Person:
    email = f"{handle}@example.org"
    account = Account.objects.create_user(email, "a long enough secret")
    EmailAddress.objects.create(user=account, email=email, primary=True, verified=True)
    person = join(account, name=name, handle=handle)
    profile = Profile(name=name, handle=handle, about=about, **facts)  # type: ignore[arg-type]
    return describe(person, profile)


def cast() -> dict[str, Person]:
    """Dov comes first, so the network is his to look after."""
    people = {
        "dov": member("dov", "Dov Levin", "Looks after the tool shed, and after this table."),
        "ada": member(
            "ada", "Ada Marsh", words.ADA, place="Leeds", affiliations=words.PLACES, languages=["en"]
        ),
        "ben": member("ben", "Ben Okafor", words.BEN, place="Lagos", languages=["en", "yo"]),
        "cleo": member("cleo", "Cleo Marin"),
        "fatima": member(
            "fatima", words.ARABIC_NAME, words.ARABIC_ABOUT, place="فاس", languages=["ar", "fr"]
        ),
        "long": member(
            "maximiliana-konstanze-von", words.LONG_NAME, words.LONG_ABOUT, place=words.LONG_PLACE
        ),
        "new": member("person-new", ""),
        "gone": member("gone", "Rolf Dahl"),
    }
    for person in (people["ben"], people["long"], people["fatima"]):
        say_topic(person, "soil", "helping", "on clay, mostly")
    say_topic(people["ada"], "grafting", "starting")
    say_topic(people["dov"], "grafting", "finding")
    say_topic(people["ada"], "soil", "finding", "why clay behaves as it does")
    return people


def picture() -> SimpleUploadedFile:
    image = Image.new("RGB", (1200, 800), "#7a8f5a")
    ImageDraw.Draw(image).ellipse((300, 200, 900, 700), fill="#b23a24")
    kept = io.BytesIO()
    image.save(kept, "JPEG")
    return SimpleUploadedFile("heap.jpg", kept.getvalue(), "image/jpeg")


def share_all_kinds(people: dict[str, Person]) -> At:
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    files = (
        take_in(picture(), by=ben, alt="A red heap on a green field, seen from above").id,
        take_in(SimpleUploadedFile("weights.csv", b"day,kg\n1,40\n", "text/csv"), by=ben).id,
    )
    said = {
        "note": Draft(author=ben, text="Leaf mould holds more water than peat. #soil"),
        "article": Draft(author=ben, title=words.TITLE, text=words.ARTICLE, attachments=files),
        "link": Draft(
            author=ben, text="https://example.org/" + "a-very-long-address/" * 8 + "\n\nWorth an hour. #soil"
        ),
        "question": Draft(author=ada, text=words.QUESTION, tags=("soil", "slugs")),
        "annotation": Draft(
            author=ben,
            kind=Kind.ANNOTATION,
            text="> Turn it weekly.\n\nOr not at all.",
            link="https://example.org/heaps",
        ),
        "page": Draft(author=ben, kind=Kind.PAGE, title="What we know of leaf mould", text=words.ARTICLE),
        "file": Draft(
            author=ben,
            kind=Kind.FILE,
            text="The plan of the shed.",
            attachments=(take_in(picture(), by=ben, alt="").id,),
        ),
        "event": Draft(
            author=ben,
            kind=Kind.EVENT,
            title="Seed swap in the hall",
            text="Saturday at ten. Bring what you have.",
        ),
        "arabic": Draft(
            author=people["fatima"],
            title=words.ARABIC_TITLE,
            text=words.ARABIC_TEXT,
            language="ar",
            tags=("تربة",),
        ),
        "long": Draft(
            author=people["long"], title=words.LONG_TITLE, text=words.LONG_TEXT, tags=tuple(words.MANY_TAGS)
        ),
        "members": Draft(author=ben, text="The shed is open on Sundays.", audience=Audience.MEMBERS),
        "only_me": Draft(author=ada, text="Ask Ben about the sieve.", audience=Audience.ME),
        "aloud": Draft(
            author=ada,
            text="What if bran kept them off, too? #slugs",
            meant=Meant("aloud", "challenge", timezone.now() + timedelta(days=9), "by-sa"),
        ),
        "cleos": Draft(author=cleo, text="Hello from the riverside."),
    }
    posts = {name: door.admit(draft) for name, draft in said.items()}
    posts["changed"] = door.amend(
        posts["note"], Change(text="Leaf mould holds twice the water of peat. #soil"), by=ben
    )
    was_wrong(posts["aloud"], "It does, until it rains. See [the heap](https://example.org/heap).", by=ada)
    door.admit(Draft(author=cleo, via=posts["article"], text="Read it to the end.", kind=Kind.NOTE))
    return {name: post.page for name, post in posts.items()} | talk(people, posts)


def talk(people: dict[str, Person], posts: dict[str, Post]) -> At:
    """A thread of sixty, some of it deep, one taken away; an answer that names a link; thanks and uses."""
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    begun = door.admit(
        Draft(author=ada, title="Sixty words on mulch", text="Say what you lay down, and when. #mulch")
    )
    told: list[Draft] = []
    last = begun
    for number in range(60):
        who = (ben, cleo, people["long"], people["fatima"], ada)[number % 5]
        answers = begun if number % 7 == 0 else last
        told.append(Draft(author=who, text=words.REPLIES[number % len(words.REPLIES)], reply_to=answers))
        last = door.admit_all([told[-1]])[0]
        if number == 11:
            taken = last
    delete(taken, by=taken.author)
    answer = door.admit(
        Draft(author=ben, text="A ring of dry bran, and a board to hide under.", reply_to=posts["question"])
    )
    thank(answer, by=ada, note="No slug since Tuesday.")
    for one in (posts["article"], posts["note"]):
        thank(one, by=ada)
        use(one, by=cleo, story="Laid it on the beans in May.", where="https://example.org/beans")
    use(posts["question"], by=cleo, story="Asked it at the allotment.")
    return {"thread": begun.page, "answer": answer.page}


def outside(people: dict[str, Person]) -> At:
    """Eve publishes elsewhere; Ben named his blog; one source does not answer."""
    eve = outside_person("https://eve.example/", name="Eve Larsen")
    there, _new = add_source(
        "https://eve.example/feed.xml", person=eve, by=people["ada"], title="Eve’s notes"
    )
    add_source(
        "https://ben.example/feed.xml", person=people["ben"], by=people["ben"], title="Three years of compost"
    )
    again, _new = add_source(
        "https://ben.example/feed.xml", person=people["ada"], by=people["ada"], title="Three years of compost"
    )
    tired, _new = add_source(
        "https://ben.example/old.xml", person=people["ben"], by=people["ben"], title="Old pictures"
    )
    tired.note = "This blog has not answered since Tuesday; we try again tomorrow."
    tired.save()
    shown = markdown.render(words.ARTICLE)
    page = "https://eve.example/2026/bokashi"
    post = door.admit_all(
        [
            Draft(
                author=eve,
                title="Bokashi in a cold cellar",
                html=shown,
                text=html.text_of(shown),
                uri=page,
                url=page,
                tags=("soil",),
                source=there,
                whence="feeds",
                published_at=timezone.now(),
            )
        ]
    )[0]
    return {
        "outside": f"/@{eve.handle}",
        "outside_post": post.page,
        "contested": f"/you/sources/{again.id}/proof",
    }


def tie(people: dict[str, Person], at: At) -> None:
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    for wish in (
        Wish(who=ben),
        Wish(who=cleo),
        Wish(who=people["long"]),
        Wish(who=people["fatima"]),
        Wish(tag="soil"),
        Wish(query="leaf mould -peat"),
    ):
        follow(wish, by=ada)
    follow(Wish(who=Person.objects.get(name="Eve Larsen")), by=ada)
    follow(Wish(who=ada), by=ben)
    circle = make_circle("Neighbours", by=ada)
    put_in(circle, ben, by=ada)
    make_circle("Nobody yet", by=ada)
    mute(people["new"], by=ada)
    block(people["gone"], by=ada)
    keep(Post.objects.get(pk=at["article"].rsplit("/", 1)[1]), by=ada)
    SavedDraft.objects.create(person=ada, about="share", fields={"text": "What I learned of sieves"})
    SavedDraft.objects.create(
        person=ada, about=f"reply-{at['note'].rsplit('/', 1)[1]}", fields={"text": "Twice, you say"}
    )
    tomorrow = timezone.now() + timedelta(days=1)
    SavedDraft.objects.create(
        person=ada, about="later-7", fields={"title": "Sieves", "text": "All of it."}, due_at=tomorrow
    )


def look_after(people: dict[str, Person]) -> At:
    """Somebody held, somebody waiting, somebody suspended, a link that lets in."""
    held = door.admit(Draft(author=people["cleo"], text="One more from the riverside."))
    Post.objects.filter(pk=held.pk).update(held_at=timezone.now())
    network = Network.objects.get()
    network.name, network.joining = "The allotment table", Network.Joining.APPROVAL
    network.save()
    people["waits"] = member("waits", "Ines Waits")
    network.joining = Network.Joining.OPEN
    network.save()
    suspend(people["gone"], by=people["dov"])
    return {"invitation": f"/join/{invite(by=people['ada'], note='For the seed swap').token}"}


def guard(people: dict[str, Person]) -> At:
    """Ben has a code app and recovery codes, Fatima a passkey."""
    ben, fatima = people["ben"].account, people["fatima"].account
    TOTP.activate(ben, generate_totp_secret())
    RecoveryCodes.activate(ben)
    key = Authenticator.objects.create(
        user=fatima, type=Authenticator.Type.WEBAUTHN, data={"name": "The old telephone", "credential": {}}
    )
    keys = {"key": push_encryption.public_key(), "secret": push_encryption.written(bytes(16))}
    for number, name in enumerate(("Firefox, Android", "")):
        add_device(people["ben"], endpoint=f"https://push.example/{number}", name=name, **keys)
    return {"key": str(key.pk)}


def session_of(person: Person) -> str:
    account = person.account
    assert account is not None
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    proved = {"method": "password", "reauthenticated": True, "at": timezone.now().timestamp() + 3600}
    session["account_authentication_methods"] = [proved]
    session["account_authentication_methods_user"] = str(account.pk)
    session.create()
    return str(session.session_key)


def ask_around(people: dict[str, Person], at: At) -> At:
    """Ada's question is asked by more, somebody is on it, something was found; another of hers is answered."""
    ada, ben, cleo = people["ada"], people["ben"], people["cleo"]
    question, item = (
        Post.objects.get(pk=at[name].rsplit("/", 1)[1]) for name in ("question", "outside_post")
    )
    for who in (cleo, people["long"], people["fatima"]):
        ask_too(question, by=who)
    take_on(question, by=people["long"])
    event = record(Happening.POINTED, by=item.author_id, about=item.id)
    Found.objects.create(
        question=question, post=item, passage=words.REPLIES[0] * 2, chance=0.9, told="told", event=event.id
    )
    answered = door.admit(Draft(author=ada, text="Which sieve keeps worms alive?", tags=("soil",)))
    answer = door.admit(Draft(author=ben, text="The coarse one, and a slow hand.", reply_to=answered))
    close(answered, by=ada, answer=answer)
    helped = Post.objects.get(pk=at["article"].rsplit("/", 1)[1])
    judge(question, helped, "helps", by=ada)
    Chance.objects.create(person=ada, post=helped, day=timezone.now().date(), reason={"own": question.id})
    asked = door.admit(Draft(author=cleo, text="Does leaf mould hold more water than peat? #soil"))
    return {"answered": answered.page, "asked": asked.page, **ask_few(people, at, ben, cleo)}


def ask_few(people: dict[str, Person], at: At, *few: Person) -> At:
    """Ada asks two quietly, who answer her alone; one would let everybody read it. Another is put before nobody yet.
    And an answer is made from something shared before."""
    ada, (ben, cleo) = people["ada"], few
    for who in few:  # who were asked much already
        AskingWishes.objects.update_or_create(person=who, defaults={"a_week": 20})
    quiet = door.admit_quietly(
        Draft(author=ada, text="How do I tell the others that I give up my plot?"), few
    )
    said = door.admit(Draft(author=ben, text="Early, and to each of them alone.", reply_to=quiet))
    door.admit(Draft(author=cleo, text="Write it down first.", reply_to=quiet))
    agree(said, by=ben)
    notes, question = (Post.objects.get(pk=at[name].rsplit("/", 1)[1]) for name in ("article", "question"))
    door.admit_adapted(
        Draft(author=cleo, text="Bran, and what the heap taught me.", reply_to=question), notes
    )
    waits = door.admit_quietly(Draft(author=ada, text="Who would read a difficult letter for me?"))
    adapting = f"{question.page}/adapting?of={notes.id}"
    return {"quiet": quiet.page, "quiet_waits": waits.page, "adapting": adapting}


def less_mail(people: dict[str, Person], at: At) -> At:
    """The link under a letter to Ada that told of the thread, and what she gets no mail of already."""
    thread = at["thread"].rpartition("/")[2]
    hush(people["ada"], tag="soil")
    confirm = act_address("confirm", 7, people["ada"].id).partition("+")[2].partition("@")[0]
    return {
        "less_mail": f"/mail/off/{off_token(people['ada'].id, int(thread), Stop(THREAD, thread))}",
        "confirm_mail": f"/mail/confirm/{confirm}",
        "never": "/mail/" + never_page("digest").partition("/mail/")[2],
    }


def fill() -> dict[str, object]:
    people = cast()
    at = share_all_kinds(people) | outside(people)
    tie(people, at)
    at |= ask_around(people, at)
    at |= look_after(people) | guard(people) | less_mail(people, at)
    flow.handle(list(Event.objects.filter(handled_at=None).values_list("id", flat=True)))
    return {"cookies": {name: session_of(who) for name, who in people.items() if name != "gone"}, "at": at}
