"""What the network believes one knows: what one declared, what one's shares show, and what one said is not so."""

from collections.abc import Sequence
from dataclasses import dataclass

from potluck.people.models import Person, Stage, Topic
from potluck.posts.expertise import Evidence, evidence
from potluck.posts.list_rows import Line, lines
from potluck.posts.models import Post
from potluck.questions.models import Ask, Closure, Said
from potluck.questions.preferences import wishes_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put before one and still waits."""

    line: Line
    said: str


@dataclass(frozen=True, slots=True)
class Believed:
    """For one person's own eyes."""

    declared: Sequence[str]
    shown: Sequence[Evidence]
    never: Sequence[str]
    asked: Sequence[Asked]


def believed(person: Person) -> Believed:
    """All of it, with the questions one was asked that still stand and that one has not answered, newest first."""
    never = list(wishes_of(person).topics_never)
    topics = Topic.objects.filter(person=person, stage=Stage.HELPING).order_by("tag")
    declared = [tag for tag in topics.values_list("tag", flat=True) if tag not in never]
    shown = [one for one in evidence(person, person) if one.tag not in never]
    return Believed(declared, shown, never, _asked(person))


def _asked(person: Person, most: int = 30) -> list[Asked]:
    open_ones = Ask.objects.filter(person=person, round__gt=0, said__in=(Said.NOTHING, Said.ON_IT))
    done = Post.objects.filter(author=person, reply_to__in=open_ones.values("question"), deleted_at=None)
    open_ones = open_ones.exclude(question__in=Closure.objects.values("question"))
    rows = open_ones.exclude(question__in=done.values("reply_to")).order_by("-id")[:most]
    said = {row.question_id: row.said for row in rows}
    seen = set(Post.objects.visible_to(person).filter(id__in=said).values_list("id", flat=True))
    return [Asked(line, said[line.id]) for line in lines([key for key in said if key in seen], person)]
