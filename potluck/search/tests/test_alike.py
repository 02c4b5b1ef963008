"""What is alike, in words or in meaning, and only what is there to see."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from pytest_django import Settings

from potluck.door import admit, amend
from potluck.people.block import block
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import Change, delete
from potluck.posts.models import Audience, Kind, Post
from potluck.search.embedding_backlog import encode_backlog, look, meaning, still_to_encode, work_off
from potluck.search.encoder import encoder
from potluck.search.index import index_posts
from potluck.search.models import Meaning, Related
from potluck.search.purge import forget_emptied
from potluck.search.related import about, related
from potluck.search.similar import Alike, alike
from potluck.search.statistics import refresh_statistics

pytestmark = pytest.mark.django_db
Work = Callable[[], None]


def shared(author: Person, text: str, **more: object) -> Post:
    return admit(Draft(author=author, text=text, **more))  # type: ignore[arg-type]


@pytest.fixture
def garden(ada: Person, ben: Person, work: Work) -> dict[str, Post]:
    """Some posts whose meaning is known."""
    posts = {
        "slugs": shared(ada, "", title="How do I keep slugs off my seedlings?", kind=Kind.QUESTION),
        "bread": shared(ada, "My sourdough does not rise any more.", kind=Kind.QUESTION),
        "train": shared(ben, "The night train to Lyon runs again from May."),
        "soil": shared(ben, "What earthworms do for the soil in a garden bed."),
    }
    posts["beer"] = shared(ben, "A saucer of beer in the bed overnight.", reply_to=posts["slugs"])
    work()
    refresh_statistics()
    return posts


def ids(found: list[Alike]) -> list[int]:
    return [one.post for one in found]


def test_reply_does_not_stand_for_a_share_that_says_it_better(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    share = shared(ada, "Sew a patch on the elbow of a jumper before the wool wears through.")
    shared(ben, "A patch! I like that.", reply_to=share)
    shared(ben, "The night train to Lyon runs again from May.")
    work()
    refresh_statistics()
    found = alike("how do I patch the elbow of my jumper", cleo)[0]
    assert found.post == share.id and found.reply is None


def test_the_same_asked_in_other_words_is_found(garden: dict[str, Post], cleo: Person) -> None:
    found = alike("stop snails from eating baby lettuce", cleo)
    assert found[0].post == garden["slugs"].id
    assert found[0].meaning is not None and found[0].meaning > 0.2


def test_a_reply_stands_for_the_question_it_answers(garden: dict[str, Post], cleo: Person) -> None:
    found = alike("a saucer of beer overnight", cleo)
    assert found[0].post == garden["slugs"].id and found[0].reply == garden["beer"].id
    assert garden["beer"].id not in ids(found)


def test_only_the_kinds_that_are_wanted_are_found(garden: dict[str, Post], cleo: Person) -> None:
    found = alike("earthworms in a garden bed and seedlings", cleo, kinds={Kind.QUESTION})
    assert garden["slugs"].id in ids(found)
    assert set(ids(found)) <= {garden["slugs"].id, garden["bread"].id}


def test_one_can_compare_with_some_posts_alone(garden: dict[str, Post], cleo: Person) -> None:
    some = {garden["beer"].id, garden["train"].id}
    assert ids(alike("drinking beer on a train", cleo, among=some, limit=1))[0] in some
    assert set(ids(alike("soil", cleo, among=some))) == some
    assert alike("soil", cleo, among=set()) == []


def test_nothing_is_alike_to_nothing(garden: dict[str, Post], cleo: Person) -> None:
    assert alike("", cleo) == alike(" ?! ", None) == about("", cleo) == []


def test_what_is_not_theirs_is_not_alike(
    ada: Person, ben: Person, cleo: Person, dov: Person, work: Work
) -> None:
    text = "slugs eat my seedlings"
    everybody = shared(ada, text).id
    members = shared(ada, text + " members", audience=Audience.MEMBERS).id
    named = shared(ada, text + " ben", audience=Audience.NAMED, readers=(ben,)).id
    own = shared(ada, text + " me", audience=Audience.ME).id
    work()
    for asked in (text, "snails and young plants"):
        assert set(ids(alike(asked, None))) == {everybody}
        assert set(ids(alike(asked, cleo))) == set(ids(alike(asked, dov))) == {everybody, members}
        assert set(ids(alike(asked, ben))) == {everybody, members, named}
        assert set(ids(alike(asked, ada))) == {everybody, members, named, own}
        assert ids(alike(asked, cleo, among=[own, named])) == []
    block(ada, by=cleo)
    assert alike(text, cleo) == []


def test_a_reply_one_may_not_see_brings_nothing_near(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    question = shared(ada, "What is good for the bed?", kind=Kind.QUESTION)
    held = shared(ben, "A saucer of beer overnight", reply_to=question)
    Post.objects.filter(pk=held.pk).update(held_at=timezone.now())
    work()
    refresh_statistics()
    [for_cleo] = alike("saucer of beer", cleo, among=[question.id])
    found = [one for one in alike("saucer of beer", cleo) if one.post == question.id]
    assert all(one.reply is None and one.words == for_cleo.words for one in found)
    [for_ben] = [one for one in alike("saucer of beer", ben) if one.post == question.id]
    assert for_ben.reply is not None and for_ben.words > for_cleo.words


def test_another_language_is_compared_by_words(ada: Person, cleo: Person, work: Work) -> None:
    text = "Wie halte ich die Schnecken von den Setzlingen im Garten fern, und was hilft auch bei Regen?"
    post = shared(ada, text)
    shared(ada, "The night train to Lyon runs again from May.")
    work()
    refresh_statistics()
    assert Meaning.objects.get(post=post).whole is None
    [first, *_rest] = alike(
        "Was hilft gegen die Schnecken im Garten, wenn es nicht mehr regnet und die Igel", cleo
    )
    assert first.post == post.id and first.meaning is None


def test_a_few_words_of_another_language_find_what_has_them(ada: Person, cleo: Person, work: Work) -> None:
    post = shared(ada, "Die Schnecken im Garten fressen die Setzlinge, und der Igel ist nicht da.")
    for number in range(12):
        shared(ada, f"Gardens in the north of England, part {number}: the setting and the snow in winter.")
    work()
    refresh_statistics()
    assert alike("Schnecken Garten Setzlinge", cleo)[0].post == post.id


def test_without_an_encoder_words_find(garden: dict[str, Post], cleo: Person, settings: Settings) -> None:
    settings.ENCODER = "none"
    assert ids(alike("keep slugs off", cleo))[0] == garden["slugs"].id
    assert alike("snails and young plants", cleo) == []
    assert still_to_encode() == 0 and work_off(seconds=1) == 0


def test_what_is_changed_means_something_else(
    garden: dict[str, Post], ada: Person, cleo: Person, work: Work
) -> None:
    amend(garden["bread"], Change(text="Which hive is best for bees in the city?"), by=ada)
    assert not Meaning.objects.filter(post=garden["bread"]).exists()
    work()
    assert ids(alike("keeping honeybees on a roof", cleo))[0] == garden["bread"].id


def test_the_emptied_lose_their_meaning(garden: dict[str, Post], ada: Person) -> None:
    gone, back = garden["slugs"], garden["bread"]
    for post in (gone, back):
        delete(post, by=ada)
    Post.objects.filter(pk=gone.pk).update(text="", html="", title="")
    forget_emptied(0)
    assert not Meaning.objects.filter(post=gone).exists()
    assert Meaning.objects.filter(post=back).exists()


def test_what_was_here_before_is_encoded_in_the_background(
    ada: Person, cleo: Person, settings: Settings
) -> None:
    posts = [shared(ada, f"Slugs and seedlings, part {number}") for number in range(50)]
    assert still_to_encode() == 50
    reached = work_off(seconds=0)
    assert reached == sorted(post.id for post in posts)[-10] and still_to_encode() == 40
    encode_backlog(reached)
    assert still_to_encode() == 0
    assert ids(alike("snails on young plants", cleo, limit=50)) != []


def test_another_encoder_encodes_everything_anew(
    garden: dict[str, Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = encoder()
    assert model is not None and still_to_encode() == 0
    monkeypatch.setattr(type(model), "name", "another")
    assert still_to_encode() == len(garden)
    work_off(seconds=5)
    assert still_to_encode() == 0
    assert set(Meaning.objects.values_list("encoder", flat=True)) == {"another"}


def test_the_worker_looks_each_minute_whether_something_is_left(
    ada: Person, django_capture_on_commit_callbacks: object
) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    jobs = ProcrastinateJob.objects.filter(task_name="potluck.search.encode")
    look(0)
    assert jobs.count() == 0
    shared(ada, "Slugs and seedlings")
    look(0)
    look(0)
    assert jobs.count() == 1


def test_what_is_near_a_post_is_found_once_and_gated_each_time(
    ada: Person, ben: Person, cleo: Person, work: Work, django_assert_num_queries: Callable[[int], object]
) -> None:
    post = shared(ada, "Slugs eat my seedlings every spring")
    near = shared(ben, "Keeping slugs off seedlings in spring")
    private = shared(ben, "Slugs, seedlings and spring: for Ada", audience=Audience.NAMED, readers=(ada,))
    work()
    assert [one.id for one in related(post, cleo)] == [near.id]
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert {one.id for one in related(post, ada)} == {near.id, private.id}
    delete(near, by=ben)
    assert related(post, cleo) == []


def test_what_is_near_is_found_anew_after_a_change(
    ada: Person, ben: Person, cleo: Person, work: Work
) -> None:
    post = shared(ada, "Slugs eat my seedlings every spring")
    slugs, bees = shared(ben, "Keeping slugs off seedlings"), shared(ben, "Which hive for bees in the city?")
    work()
    assert related(post, cleo)[0].id == slugs.id
    post = amend(post, Change(text="Bees in the city: which hive?"), by=ada)
    work()
    assert related(post, cleo)[0].id == bees.id
    assert Related.objects.count() == 1


def test_the_doctor_says_how_far_encoding_is(
    garden: dict[str, Post], ada: Person, settings: Settings
) -> None:
    assert meaning().is_well and "every post is encoded" in meaning().said
    shared(ada, "Slugs and seedlings")
    assert meaning().is_well and "1 posts wait" in meaning().said
    settings.ENCODER = "none"
    assert meaning().is_well and "words alone" in meaning().said


def test_the_doctor_says_how_to_get_an_encoder_that_is_not_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("potluck.search.embedding_backlog.encoder", lambda: None)
    settings.ENCODER = "minilm"
    assert not meaning().is_well and "make run" in meaning().mend


def test_words_written_anew_lose_their_meaning_until_it_is_made_again(garden: dict[str, Post]) -> None:
    index_posts([garden["soil"]])
    assert still_to_encode() == 1
