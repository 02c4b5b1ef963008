"""What a member takes away of this room when they take everything: their own acts, and what they may still see."""

from typing import Any

from potluck.people.models import Person
from potluck.posts.models import Post
from potluck.questions.models import Adaptation, Ask, MeToo, Verdict
from potluck.questions.preferences import wishes_of


def questions_of(person: Person) -> dict[str, Any]:
    """Plain facts, ready to be written as JSON."""
    seen = Post.objects.visible_to(person)
    too = MeToo.objects.filter(person=person, question__in=seen).select_related("question")
    asked = Ask.objects.filter(person=person, question__in=seen).select_related("question")
    said = Verdict.objects.filter(by=person, question__in=seen, post__in=seen).select_related(
        "question", "post"
    )
    wishes = wishes_of(person)
    made = Adaptation.objects.filter(answer__author=person, answer__in=seen, of__in=seen)
    return {
        "adapted": [
            {"answer": row.answer.uri, "from": row.of.uri} for row in made.select_related("answer", "of")
        ],
        "asks_too": [{"question": row.question.uri, "at": row.at} for row in too.order_by("id")],
        "asked": [
            {"question": row.question.uri, "at": row.at, "said": row.said} for row in asked.order_by("id")
        ],
        "said_of": [
            {"question": row.question.uri, "post": row.post.uri, "says": row.says, "at": row.at}
            for row in said.order_by("id")
        ],
        "wishes": {
            "questions_a_week": wishes.a_week,
            "topics_never": wishes.topics_never,
            "finds": wishes.finds,
            "first_shares_a_week": wishes.firsts_a_week,
            "from_further_away_a_day": wishes.chances_a_day,
        },
    }
