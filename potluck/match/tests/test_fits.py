"""A new share is held against all open questions: the one it answers comes first, and an unrelated one is silence."""

import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.match.answers.scoring import fits, verdict
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Kind, Post
from potluck.questions.models import Closure
from potluck.search.embeddings import encode_posts
from potluck.search.statistics import refresh_statistics

pytestmark = pytest.mark.django_db

QUESTIONS = (
    "How do I keep slugs off lettuce seedlings?",
    "Which glue holds leather to brass?",
    "What timber is best for a bridge over a wet ditch?",
    "How long must sourdough rest in a cold kitchen?",
    "Where can I borrow a projector for a night outdoors?",
    "Can one mend a cracked clay pot so that it holds water?",
)
SLUGS = "A ring of dry bran around lettuce keeps slugs away. Slugs will not cross it to the seedlings."
OTHER = "The council meets on Tuesday to talk about parking fees in the old town."


def asked(author: Person) -> list[Post]:
    posts = [admit(Draft(author=author, title=text, kind=Kind.QUESTION)) for text in QUESTIONS]
    refresh_statistics(anew=True)
    encode_posts([post.id for post in posts])
    return posts


def test_what_answers_a_question_finds_it_and_says_where(ada: Person, ben: Person) -> None:
    questions = asked(ada)
    share = admit(Draft(author=ben, text=f"{OTHER}\n\n{OTHER}\n\n{OTHER}\n\n{OTHER}\n\n{SLUGS}"))
    best = fits([share])[0]
    assert best.question == questions[0].id
    alone = fits([admit(Draft(author=ben, text=SLUGS))])[0]
    assert alone.question == questions[0].id and alone.chance > fits([_unrelated(ben)])[0].chance


def test_what_has_to_do_with_no_question_is_silence(ada: Person, ben: Person) -> None:
    asked(ada)
    assert all(verdict(fit.chance) == "silence" for fit in fits([_unrelated(ben)]))


def test_one_question_alone_is_no_fit_for_want_of_others(ada: Person, ben: Person) -> None:
    admit(Draft(author=ada, title=QUESTIONS[1], kind=Kind.QUESTION))
    refresh_statistics(anew=True)
    assert all(verdict(fit.chance) == "silence" for fit in fits([_unrelated(ben)]))


def test_what_is_closed_deleted_or_ones_own_is_not_held_against(ada: Person, ben: Person) -> None:
    closed, deleted, *_rest = asked(ada)
    Closure.objects.create(question=closed, by=ada)
    Post.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    share = admit(Draft(author=ben, text=SLUGS))
    found = {fit.question for fit in fits([share], limit=20)}
    assert not found & {closed.id, deleted.id} and found
    assert fits([admit(Draft(author=ada, text=SLUGS + " Truly."))]) == []


def _unrelated(author: Person) -> Post:
    return admit(Draft(author=author, text=f"{OTHER} {Post.objects.count()}"))
