"""What a post's page shows of questions: how one stands, or whose a share helped with."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from potluck.people.models import Person
from potluck.posts.models import Kind, Post
from potluck.posts.thread import Reply
from potluck.questions.adapt import made_from, made_of
from potluck.questions.models import Routing
from potluck.questions.state import State, helped_by, state_of


def on_questions(post: Post, viewer: Person | None, replies: Sequence[Reply]) -> dict[str, object]:
    """For the page of a post: `asking` where it is a question, `helped` where it is anything else."""
    if post.kind != Kind.QUESTION:
        return {"helped": helped_by(post, viewer), "made_of": made_of(post, viewer)}
    state = state_of(post, viewer)
    state.made_from = made_from([reply.id for reply in replies], viewer)
    for reply in replies:
        reply.accepted = reply.id in state.accepted
    return {"asking": state, "alone": _alone(state)}


def _alone(state: State) -> str:
    """What to say where nobody is asked by name."""
    if not state.mine or state.closed_at or state.before or state.on_it:
        return ""
    members = Person.objects.filter(account__isnull=False, approved_at__isnull=False, removed_at=None)[:2]
    if state.quiet:
        return _("It is put before nobody yet, so nobody sees it. Ask somebody by name, or ask everybody.")
    if len(members) < 2:
        return _(
            "You are the only one here so far. What comes from the places you follow is held against it, too."
        )
    if not Routing.objects.filter(pk=state.id).exists():
        return ""
    return _(
        "Nobody is asked by name, as nobody here has shared something like it yet. Everybody can answer."
    )
