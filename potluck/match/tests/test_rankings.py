"""Who may answer and whom it would delight, and the gate that learns: on a handful of posts one can think through."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from potluck.door import admit
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.ranking import rank_answerers
from potluck.match.answers.classifier import learn
from potluck.match.answers.passage import passage, windows
from potluck.match.discovery.collaborative import people_for, shares_for
from potluck.people.models import Person, Stage, Topic
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kind, Post
from potluck.posts.saved import keep
from potluck.search.statistics import refresh_statistics

pytestmark = pytest.mark.django_db
QUESTION = Text(title="How do I keep slugs off lettuce?")
AGO = datetime.now(UTC) - timedelta(days=30)


def answered(asker: Person, by: Person, **more: object) -> Post:
    title = "What keeps slugs off my lettuce seedlings?"
    root = admit(Draft(author=asker, title=title, kind=Kind.QUESTION, published_at=AGO, **more))  # type: ignore[arg-type]
    reply = admit(Draft(author=by, text="Dry bran, in a ring.", reply_to=root))
    admit(Draft(author=asker, text="A night train to the coast."))
    refresh_statistics(anew=True)
    return reply


def test_who_answered_something_like_it_comes_first_with_their_answer(
    ada: Person, ben: Person, cleo: Person
) -> None:
    reply = answered(cleo, ben)
    best = rank_answerers(QUESTION, asker=ada)[0]
    assert (best.person, best.evidence_post, best.reason["code"]) == (ben.id, reply.id, "answered")


def test_what_the_asker_may_not_see_names_nobody(ada: Person, ben: Person, cleo: Person) -> None:
    answered(cleo, ben, audience=Audience.NAMED, readers=(ben,))
    assert rank_answerers(QUESTION, asker=ada) == []


def test_who_says_they_can_help_is_named_with_the_topic(ada: Person, ben: Person, cleo: Person) -> None:
    Topic.objects.create(person=ben, tag="slugs", stage=Stage.HELPING)
    Topic.objects.create(person=cleo, tag="slugs", stage=Stage.STARTING)
    [only] = rank_answerers(QUESTION, asker=ada)
    assert (only.person, only.reason["code"], only.reason["tag"]) == (ben.id, "declared", "slugs")


def test_neither_the_asker_nor_who_is_left_out_is_named(ada: Person, ben: Person, cleo: Person) -> None:
    answered(cleo, ben)
    assert ben.id not in {one.person for one in rank_answerers(QUESTION, asker=ada, but=[ben.id])}
    assert ben.id not in {one.person for one in rank_answerers(QUESTION, asker=ben)}


def test_a_share_delights_who_keeps_the_like(ada: Person, ben: Person, cleo: Person) -> None:
    kept = admit(Draft(author=cleo, text="Bran keeps slugs off lettuce."))
    other = admit(Draft(author=cleo, text="Night trains to the coast."))
    keep(kept, by=ben)
    refresh_statistics(anew=True)
    share = admit(Draft(author=ada, text="Lettuce without slugs: copper tape."))
    best = people_for(share, but=[cleo.id])[0]
    assert (best.person, best.own_post) == (ben.id, kept.id)
    assert shares_for([ben.id], [share, other, kept])[ben.id][0].post == share.id


def test_the_gate_learns_from_what_was_judged_and_little_from_few() -> None:
    values = np.linspace(-1, 1, 40).reshape(-1, 1)
    gate = learn(["score"], values, (values[:, 0] > 0).astype(float))
    low, high = gate.chances(np.array([[-0.8], [0.8]]))
    assert low < 0.2 and high > 0.8
    moved = learn(["score"], np.array([[0.8]]), np.array([0.0]), start=gate)
    assert high - 0.1 < moved.chances(np.array([[0.8]]))[0] < high


def test_the_passage_is_the_one_that_speaks_of_the_question() -> None:
    text = "Trains run. Buses run. Trams run. Boats run. Slugs hate bran. Ring lettuce with it. Done. Planes fly."
    assert "Slugs hate bran." in passage(text, "slugs on lettuce", {}, "en", None) or windows(text)
    assert windows("") == [] and passage("", "slugs", {}, "en", None) == ""
