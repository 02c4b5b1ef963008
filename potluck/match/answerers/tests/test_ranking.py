"""Who can help: what people say of themselves and what they shared decides, whatever the form of the words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from potluck.door import admit
from potluck.match.answerers.candidates import Text
from potluck.match.answerers.features import gather_features
from potluck.match.answerers.quota import enough
from potluck.match.answerers.ranking import Answerer, rank_answerers
from potluck.match.answerers.weights import ESTABLISHED, NEW, prior
from potluck.people.models import Person, Stage, Topic
from potluck.posts.acknowledge import use
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Kind, Post, Tag
from potluck.posts.saved import keep
from potluck.search.statistics import refresh_statistics

pytestmark = pytest.mark.django_db


def says(person: Person, tag: str, stage: str = Stage.HELPING, note: str = "") -> None:
    Topic.objects.create(person=person, tag=tag, stage=stage, note=note)


def first(question: str, asker: Person, tags: tuple[str, ...] = ()) -> Answerer:
    return rank_answerers(Text("", question, tags), asker=asker)[0]


def shared(author: Person, title: str, text: str = "", **more: object) -> Post:
    post = admit(Draft(author=author, title=title, text=text or title, **more))  # type: ignore[arg-type]
    refresh_statistics(anew=True)
    return post


@pytest.mark.parametrize(
    ("tag", "note", "question"),
    [
        ("bikes", "", "My bike will not shift into the small gear."),
        ("bike", "", "Who repairs bikes?"),
        ("book-repair", "", "How is the spine of a book repaired?"),
        ("glue", "which one holds on old chairs", "The leg of my chair came off."),
    ],
)
def test_a_topic_is_known_by_its_words_whatever_their_form_and_by_its_note(
    ada: Person, ben: Person, cleo: Person, tag: str, note: str, question: str
) -> None:
    says(ben, tag, note=note)
    says(cleo, "opera")
    found = first(question, ada)
    assert (found.person, found.reason["code"], found.reason["tag"]) == (ben.id, "declared", tag)


def test_of_several_topics_the_one_that_the_question_names_is_said(
    ada: Person, ben: Person, cleo: Person
) -> None:
    says(ben, "zips", note="stuck ones")
    says(ben, "mending", note="tears, hems, elbows")
    says(cleo, "opera")
    assert first("The hem of my curtain needs mending.", ada).reason["tag"] == "mending"


def test_a_topic_is_known_by_its_synonyms(ada: Person, ben: Person, cleo: Person) -> None:
    Tag.objects.create(name="zips", label="zips")
    Tag.objects.create(name="zippers", label="zippers", merged_into_id="zips")
    says(ben, "zips")
    assert first("The zipper of my coat is stuck.", ada).person == ben.id


def test_who_finds_their_way_comes_after_who_can_help(ada: Person, ben: Person, cleo: Person) -> None:
    says(ben, "zips", Stage.FINDING)
    says(cleo, "zips")
    ranked = rank_answerers(Text("", "A zip is stuck."), asker=ada)
    assert [(one.person, one.reason["code"]) for one in ranked] == [
        (cleo.id, "declared"),
        (ben.id, "finding"),
    ]


def test_what_somebody_shared_is_the_reason_with_the_post(ada: Person, ben: Person, cleo: Person) -> None:
    shared(cleo, "Night trains to the coast")
    bran = shared(ben, "Dry bran keeps slugs off lettuce")
    found = first("What keeps slugs off lettuce?", ada)
    assert (found.person, found.reason["code"], found.evidence_post) == (ben.id, "shared", bran.id)


def test_an_old_declared_topic_outweighs_who_was_active_lately(
    ada: Person, ben: Person, cleo: Person
) -> None:
    says(ben, "bikes")
    Topic.objects.update(since=timezone.now() - timedelta(days=700))
    for number in range(12):
        asked = shared(ada, f"How do I bake bread number {number}?", kind=Kind.QUESTION)
        admit(Draft(author=cleo, text="With patience.", reply_to=asked, kind=Kind.ANSWER))
    assert first("The chain of my bike squeaks.", ada).person == ben.id


def test_the_question_itself_speaks_for_nobody(ada: Person, ben: Person, cleo: Person) -> None:
    shared(ben, "Dry bran keeps slugs off lettuce")
    asked, now = shared(ada, "What keeps slugs off lettuce?", kind=Kind.QUESTION), timezone.now()
    there = {one.person: one.near for one in gather_features(Text.of(asked), ada, now)}
    Post.objects.filter(pk=asked.pk).delete()
    assert there[ben.id] > 0
    assert there == {one.person: one.near for one in gather_features(Text.of(asked), ada, now)}


def test_who_used_it_knows_of_it_and_what_one_saved_is_never_a_reason(
    ada: Person, ben: Person, cleo: Person, dov: Person
) -> None:
    bran = shared(ben, "Dry bran keeps slugs off lettuce")
    use(bran, by=cleo, story="None left after a week.")
    keep(bran, by=dov)
    found = {one.person: one for one in rank_answerers(Text("", "What keeps slugs off lettuce?"), asker=ada)}
    assert found[cleo.id].reason["code"] == "used"
    assert dov.id not in found
    before = found[cleo.id].score
    keep(bran, by=cleo)
    after = {one.person: one for one in rank_answerers(Text("", "What keeps slugs off lettuce?"), asker=ada)}
    assert after[cleo.id].score > before and after[cleo.id].reason["code"] == "used"


def test_what_the_asker_may_not_see_speaks_for_nobody(ada: Person, ben: Person, cleo: Person) -> None:
    shared(ben, "Dry bran keeps slugs off lettuce", audience=Audience.NAMED, readers=(cleo,))
    assert not any(one.speaks for one in rank_answerers(Text("", "What keeps slugs off lettuce?"), asker=ada))


def test_as_few_are_asked_as_it_takes() -> None:
    def of(*chances: float) -> int:
        return enough([Answerer(n, 1.0, {"code": "declared"}, chance) for n, chance in enumerate(chances)])

    assert of(0.9, 0.8, 0.7, 0.6, 0.5) == 2
    assert of(0.5, 0.5, 0.5, 0.5, 0.5) == 4
    assert of(0.1, 0.1, 0.1, 0.1, 0.1, 0.1) == 5
    assert of(0.9) == 1 and of() == 0


def test_what_answers_teach_is_added_as_they_come() -> None:
    assert prior(0) == NEW
    assert prior(100).weights[0] == pytest.approx((NEW.weights[0] + ESTABLISHED.weights[0]) / 2)
    assert prior(1_000_000).weights == pytest.approx(ESTABLISHED.weights, abs=0.01)
