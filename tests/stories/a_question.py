"""Five people who have shared and answered for a while, and nobody who knows everything.

`house.tell("tests.stories.a_question")` gives the session of each by name.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from potluck import door, flow
from potluck.deliver.models import Arrival
from potluck.events.models import Event
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.questions.models import Ask
from potluck.search.statistics import refresh_statistics
from tests.stories.a_network import member, session_of

# Who asked, what, and who answered it with what.
TOLD = (
    (
        "gil",
        "How do you keep slugs away from lettuce in a wet May?",
        {
            "ben": "A ring of dry bran round each lettuce keeps slugs away.",
            "cleo": "I pick the slugs off at night.",
        },
    ),
    (
        "gil",
        "Do slugs eat seedlings under glass, too?",
        {"fay": "They do. Slugs come in with the pots; lift every pot.", "ben": "A copper band stops slugs."},
    ),
    ("fay", "How do you sharpen a spade?", {"gil": "With a flat file, one side only."}),
    ("cleo", "What do you feed tomatoes?", {"gil": "Comfrey, left to rot in a bucket."}),
)
SHARES = (
    (
        "ben",
        "Slugs and seedlings",
        "Beer traps keep slugs off seedlings, if you empty them. I would rather not kill them.",
    ),
    ("fay", "A spade for small hands", "The handle was cut by a third, and the children dig."),
    ("gil", "Comfrey", "Three cuts a year, and the tomatoes want nothing else."),
)


@transaction.atomic
def fill() -> dict[str, str]:
    names = {
        "dov": "Dov Levin",
        "ada": "Ada Marsh",
        "ben": "Ben Okafor",
        "cleo": "Cleo Marin",
        "fay": "Fay Brand",
    }
    people = {handle: member(handle, name) for handle, name in {**names, "gil": "Gil Santos"}.items()}
    for who, asked, answers in TOLD:
        question = door.admit(Draft(author=people[who], text=asked))
        for by, said in answers.items():
            door.admit(Draft(author=people[by], text=said, reply_to=question))
    for who, title, text in SHARES:
        door.admit(Draft(author=people[who], title=title, text=text))
    flow.handle(list(Event.objects.filter(handled_at=None).values_list("id", flat=True)))
    long_ago = timezone.now() - timedelta(days=100)
    Person.objects.update(joined_at=long_ago)
    Post.objects.update(published_at=long_ago, arrived_at=long_ago)
    Ask.objects.update(at=long_ago)
    Arrival.objects.update(at=long_ago, seen_at=long_ago)
    refresh_statistics(anew=True)
    return {name: session_of(who) for name, who in people.items()}
