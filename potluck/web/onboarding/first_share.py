"""What a visitor writes before they have an account: kept in their session, out once a mail code shows who they are."""

from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from potluck.door import admit
from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post, SavedDraft

_KEPT = "first_share"
# The audiences open to somebody who has no circles yet.
AUDIENCES = {"public": Audience.PUBLIC, "members": Audience.MEMBERS, "me": Audience.ME}


@dataclass(frozen=True, slots=True)
class FirstShare:
    """What was written, for whom (a name in AUDIENCES), and as what kind ('' is inferred)."""

    text: str
    audience: str = "public"
    kind: str = ""


def keep(session: SessionBase, share: FirstShare) -> None:
    """Keep it until its author is known."""
    session[_KEPT] = asdict(share)


def kept(session: SessionBase) -> FirstShare | None:
    """What is kept, if anything."""
    fields = session.get(_KEPT)
    return FirstShare(**fields) if isinstance(fields, dict) else None


def let_go(session: SessionBase) -> None:
    """Keep it no longer."""
    session.pop(_KEPT, None)


def publish(share: FirstShare, *, by: Person) -> Post:
    """Let it in by the door, once: sent again it is the post it became. Raises Refused or Malformed."""
    audience = AUDIENCES.get(share.audience, Audience.PUBLIC)
    return admit(Draft(author=by, text=share.text, kind=share.kind, audience=audience))


def publish_kept(session: SessionBase, *, by: Person) -> tuple[Post | None, str]:
    """Publish what is kept. Where it may not be, it becomes a draft, and the sentence says why."""
    share = kept(session)
    if share is None:
        return None, ""
    try:
        post, sentence = publish(share, by=by), ""
    except (Refused, Malformed) as reason:
        post, sentence = None, str(reason)
        fields = {"text": share.text, "audience": share.audience, "kind": share.kind}
        SavedDraft.objects.update_or_create(
            person=by, about="share", defaults={"fields": fields, "at": timezone.now()}
        )
    let_go(session)
    return post, sentence
