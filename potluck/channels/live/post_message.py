"""Say something in a room: an ordinary post in the thread, once however often it is sent."""

from django.db import transaction

from potluck import door
from potluck.channels.live.models import Said
from potluck.channels.live.presence import stay
from potluck.lib.sql import ask
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Post
from potluck.safety import rate_limits

_FIRST = """
INSERT INTO live_said (person_id, once, at) VALUES (%s, %s, now()) ON CONFLICT (person_id, once) DO NOTHING RETURNING id
"""


@transaction.atomic
def say(text: str, *, to: Post, root: Post, by: Person, once: str = "") -> Post:
    """Answer `to` in the thread of `root`.

    In talk the same words may well be said twice ("yes"), so a message is known by the key its page gave it
    (`once`); without one it is known by its words, as elsewhere. Raises Refused or Malformed with a sentence.
    """
    draft = Draft(author=by, text=text, reply_to=to, whence="live")
    stay(root, by=by)
    if not once:
        return door.admit(draft)
    first = ask(_FIRST, [by.id, once[:64]])
    if not first:
        known = Said.objects.select_related("post").get(person=by, once=once[:64]).post
        return known or door.admit(draft)
    rate_limits.take("say", by.id)
    post = door.admit_all([draft])[0]
    Said.objects.filter(pk=first[0][0]).update(post=post)
    return post
