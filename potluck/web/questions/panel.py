"""What a post's page shows of questions: how one stands, or whose a share helped with."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from potluck.people.models import Person
from potluck.posts.models import Audience, Kind, Post
from potluck.posts.thread import Reply
from potluck.questions.adapt import made_from, made_of
from potluck.questions.models import Routing
from potluck.questions.view import State, helped_by, state_of

# So long after a question is asked, those who may know are being found; later it is not said any more.
LOOKED_FOR = timedelta(minutes=2)


def on_questions(post: Post, viewer: Person | None, replies: Sequence[Reply]) -> dict[str, object]:
    """For the page of a post: `asking` where it is a question, `helped` where it is anything else."""
    if post.kind != Kind.QUESTION:
        return {"helped": helped_by(post, viewer), "made_of": made_of(post, viewer)}
    state = state_of(post, viewer)
    state.made_from = made_from([reply.id for reply in replies], viewer)
    for reply in replies:
        reply.accepted = reply.id in state.accepted
    state.looking = _looking(state, post)
    return {"asking": state, "alone": "" if state.looking else _alone(state)}


def _unasked(state: State) -> bool:
    return state.mine and not (state.closed_at or state.before or state.on_it)


def _looking(state: State, post: Post) -> bool:
    """Whether those who may know are still being found: for a moment after it was asked, if they are looked for."""
    if not _unasked(state) or state.rests or post.held_at or timezone.now() - post.published_at > LOOKED_FOR:
        return False
    if post.audience > Audience.CIRCLE and not state.quiet:
        return False
    return not _is_alone() and not Routing.objects.filter(pk=state.id).exists()


def _is_alone() -> bool:
    members = Person.objects.filter(account__isnull=False, approved_at__isnull=False, removed_at=None)[:2]
    return len(members) < 2


def _alone(state: State) -> str:
    """What to say where nobody is asked by name."""
    if not _unasked(state):
        return ""
    if state.quiet:
        return _("It is put before nobody yet, so nobody sees it. Ask somebody by name, or ask everybody.")
    if _is_alone():
        return _(
            "You are the only one here so far. What comes from the places you follow is held against it, too."
        )
    fits = Routing.objects.filter(pk=state.id).values_list("fits", flat=True).first()
    if fits is None:
        return ""
    if fits:
        return _(
            "Those who may know had as many questions this week as they take. It is put before others in two days."
            " Everybody can answer meanwhile, and you can ask somebody by name."
        )
    return _(
        "Nobody is asked, as nobody here has shared something like it or says they can help with it. Everybody can"
        " answer, and it stays open. You can ask somebody by name, or ask it in other words."
    )
