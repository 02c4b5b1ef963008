"""Veils: to whom it is not said who wrote what began a thread, nor that who replies there is the same.

Laid by whoever lets somebody read a thread without its author's name (`questions/anonymous.py`), and lifted once that
person has answered in it. Wherever a post is shown with who wrote it, the veil is asked: rows by `VEILED`, a post at
hand by `called`, and what reaches people by `deliver/carrier.py`.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from potluck.lib.errors import Refused
from potluck.people.models import Person
from potluck.posts.models import Audience, Post, Veil

# Of the post `{p}`, whether it is not said to the person `{me}` (an id) who wrote it.
VEILED = f"""({{p}}.audience = {Audience.NAMED:d} AND EXISTS (
    SELECT FROM posts_veil veil WHERE veil.thread_id = {{p}}.thread AND veil.person_id = {{me}}
    AND veil.who_id = {{p}}.author_id))"""


def somebody() -> str:
    """Whoever it is."""
    return _("Somebody")


def lay(thread: Post, people: Iterable[int]) -> None:
    """From now on these people read the thread without the name of whoever began it."""
    rows = [Veil(thread=thread, person_id=person, who_id=thread.author_id) for person in people]
    Veil.objects.bulk_create(rows, ignore_conflicts=True)


def lift(replies: Iterable[Post]) -> None:
    """Who wrote these has answered, and learns whom."""
    for reply in replies:
        Veil.objects.filter(thread=reply.thread, person=reply.author_id).delete()


def is_veiled(post: Post, viewer: Person | None) -> bool:
    """Whether it is not said to this reader who wrote it."""
    if viewer is None or post.audience != Audience.NAMED:
        return False
    return Veil.objects.filter(thread=post.thread, person=viewer, who=post.author_id).exists()


def called(post: Post, viewer: Person | None) -> str:
    """The name of who wrote it, as this reader may know it."""
    return somebody() if is_veiled(post, viewer) else post.author.shown_name


def no_veil(post: Post, viewer: Person) -> None:
    """Refuse what would tie this reader to whoever wrote it, and so tell who that is."""
    if is_veiled(post, viewer):
        raise Refused(
            _("It is not said who asks this. Answer it first: with your answer you learn who it is.")
        )
