"""Past posts that are about the same as a text: what every ranking in this room begins with.

Only what one viewer may see is looked at, so that nothing said from it, nor who is named, tells them more.
"""

from dataclasses import dataclass

from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.search.index import K1, words_of
from potluck.search.like import like
from potluck.search.rank import best, known

# How many past posts may speak for a text.
NEAR = 200


@dataclass(frozen=True, slots=True)
class Text:
    """What others are held against: a question, or anything shared, whether it is a post yet or not."""

    title: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""

    @classmethod
    def of(cls, post: Post) -> "Text":
        """The same of a post."""
        return cls(post.title, post.text, tuple(post.tags), post.language)


@dataclass(frozen=True, slots=True)
class Near:
    """One past post: how near it is (higher is nearer, within one answer), its thread and its author."""

    post: int
    score: float
    thread: int
    author: int


def near(text: Text, viewer: Person | None, *, limit: int = NEAR) -> list[Near]:
    """The posts nearest to a text that the viewer may see, nearest first."""
    unsaved = Post(title=text.title, text=text.text, tags=list(text.tags), language=text.language)
    counts, _length, _language = words_of(unsaved)
    asked = like({term: often / (often + K1) for term, often in counts.items()}, known(), least=1)
    if asked is None:
        return []
    found = best(asked, limit)
    here = Post.objects.visible_to(viewer).filter(id__in=[one.post for one in found])
    places = {row[0]: row[1:] for row in here.values_list("id", "thread", "author_id")}
    return [Near(one.post, one.score, *places[one.post]) for one in found if one.post in places]
