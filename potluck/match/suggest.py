"""People one might like to follow, each with the reason why."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from potluck.people.models import Follow, Person
from potluck.posts.models import Post


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody to follow, as parts/person.html shows them."""

    id: int
    name: str
    url: str
    is_member: bool
    about: str
    why: str
    follows: bool = False
    can_help: tuple[str, ...] = ()


def people_to_follow(viewer: Person, limit: int) -> list[Suggestion]:
    """Those who shared lately and are not followed yet, newest first."""
    followed = Follow.objects.filter(by=viewer, who__isnull=False).values("who")
    fresh = Post.objects.visible_to(viewer).roots().exclude(author=viewer).exclude(author__in=followed)
    authors = list(dict.fromkeys(fresh.order_by("-id").values_list("author", flat=True)[:200]))[:limit]
    known = Person.objects.in_bulk(authors)
    why = _("shared something lately")
    return [
        Suggestion(p.id, p.shown_name, p.page, p.is_member, p.about.split("\n")[0][:200], why)
        for key in authors
        if (p := known.get(key))
    ]
