"""Finding posts: everybody finds what fits and is theirs to see."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

import pytest
from django.utils import timezone

from potluck.people.block import block
from potluck.people.circles import Circle
from potluck.people.follow import Wish, follow
from potluck.people.models import CircleMember, Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Audience, Kind, Post, Tag
from potluck.posts.saved import keep
from potluck.posts.share import share
from potluck.search.bm25 import best, counted, known
from potluck.search.find import find
from potluck.search.index import K1, B, forget, index_everything, index_posts, mean_length
from potluck.search.plan import all_words, wish
from potluck.search.query import parse
from potluck.search.related import about, related
from potluck.search.statistics import is_anything_new, refresh_statistics

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def shared(author: Person, text: str, **more: object) -> Post:
    post = share(Draft(author=author, text=text, **{"published_at": NOON, **more}))  # type: ignore[arg-type]
    index_posts([post])
    return post


def found(typed: str, viewer: Person | None = None) -> list[int]:
    return [hit.post for hit in find(parse(typed), viewer).hits]


def test_nobody_finds_what_is_not_theirs(ada: Person, ben: Person, cleo: Person, dov: Person) -> None:
    circle = Circle.objects.create(owner=ada, name="near")
    CircleMember.objects.create(circle=circle, person=ben)
    everybody = shared(ada, "compost for everybody").id
    members = shared(ada, "compost for members", audience=Audience.MEMBERS).id
    in_circle = shared(ada, "compost for a circle", audience=Audience.CIRCLE, circle=circle).id
    named = shared(ada, "compost for ben", audience=Audience.NAMED, readers=(ben,)).id
    me = shared(ada, "compost for me", audience=Audience.ME).id
    for typed in ("compost", "from:ada", '"compost for"', "compost nothingelse", "kind:note", "-peat"):
        assert set(found(typed, None)) == {everybody}, typed
        assert set(found(typed, cleo)) == set(found(typed, dov)) == {everybody, members}, typed
        assert set(found(typed, ben)) == {everybody, members, in_circle, named}, typed
        assert set(found(typed, ada)) == {everybody, members, in_circle, named, me}, typed


def test_the_deleted_held_suspended_and_blocked_are_not_found(
    ada: Person, ben: Person, cleo: Person, dov: Person
) -> None:
    gone, held, kept = (shared(ada, f"compost {word}") for word in ("gone", "held", "kept"))
    delete(gone, by=ada)
    Post.objects.filter(id=held.id).update(held_at=timezone.now())
    assert found("compost", ben) == [kept.id]
    assert set(found("compost", dov)) == {held.id, kept.id}
    block(ada, by=cleo)
    assert found("compost", cleo) == []
    Person.objects.filter(id=ada.id).update(suspended_at=timezone.now())
    assert found("compost", ben) == found("compost", None) == []


def test_a_forgotten_post_is_not_found_and_indexing_everything_brings_it_back(ada: Person) -> None:
    post = shared(ada, "compost")
    gone = shared(ada, "compost, once")
    forget([post.id])
    delete(gone, by=ada)
    assert found("compost") == []
    told: list[tuple[int, int]] = []
    assert index_everything(lambda done, total: told.append((done, total))) == 1
    assert told == [(1, 1)]
    assert found("compost") == [post.id]


def test_an_edit_is_found_by_its_new_words_alone(ada: Person) -> None:
    post = shared(ada, "slugs")
    post.text = "snails"
    post.save()
    index_posts([post])
    assert found("snails") == [post.id]
    assert found("slugs") == []


def test_operators_narrow(ada: Person, ben: Person, eve: Person) -> None:
    question = shared(ada, "How to keep slugs off?", tags=("Garden Soil",)).id
    note = shared(ben, "Slugs hate bran #slugs").id
    french = shared(
        ben, "limaces et slugs dans le jardin", language="fr", published_at=NOON - timedelta(days=500)
    ).id
    outside = shared(eve, "slugs elsewhere", title="Slugs").id
    assert found("slugs kind:question") == [question]
    assert found("tag:garden-soil") == [question]
    assert found("slugs -tag:slugs kind:note kind:question") == [question, french]
    assert found("lang:fr") == [french]
    assert set(found("slugs from:ada from:ben")) == {question, note, french}
    assert found("slugs before:2025") == [french]
    assert set(found("slugs after:2025-12-31 in:members")) == {question, note}
    assert found("in:outside") == [outside]
    assert found(f"slugs in:{note}") == [note]
    assert found("slugs -bran -elsewhere -jardin") == [question]
    assert found('-"keep slugs" slugs from:ada') == []


def test_places_are_the_viewers_own(ada: Person, ben: Person, cleo: Person) -> None:
    mine, bens, cleos = (shared(person, "worms").id for person in (ada, ben, cleo))
    assert found("worms in:mine", ada) == [mine]
    assert find(parse("in:following"), ada).note
    follow(Wish(who=ben), by=ada)
    assert found("in:following", ada) == [bens]
    keep(Post.objects.get(id=cleos), by=ada)
    assert found("in:kept", ada) == [cleos]
    assert found("in:kept", ben) == found("in:kept", None) == []
    assert find(parse("in:mine"), None).note


def test_a_merged_tag_finds_both(ada: Person) -> None:
    old, new = shared(ada, "one", tags=("worm",)).id, shared(ada, "two", tags=("worms",)).id
    Tag.objects.create(name="worms", label="worms")
    Tag.objects.create(name="worm", label="worm", merged_into_id="worms")
    assert set(found("tag:worm")) == set(found("tag:worms")) == {old, new}


def test_nobody_of_that_name_is_said(ada: Person) -> None:
    shared(ada, "worms")
    answer = find(parse("worms from:zoe"), ada)
    assert answer.hits == []
    assert "zoe" in answer.note


def test_a_phrase_is_found_as_it_is_written_whatever_stands_between(ada: Person) -> None:
    exact = shared(ada, "A Raised — bed, made of larch.").id
    shared(ada, "I raised my hand in bed.")
    assert found('"raised bed"') == [exact]


def test_posts_with_every_word_come_before_those_with_some(ada: Person) -> None:
    both = shared(ada, "worms " + "and much else " * 40 + " compost").id
    one = shared(ada, "worms worms worms").id
    hits = find(parse("worms compost"), None).hits
    assert [(hit.post, hit.partial) for hit in hits] == [(both, False), (one, True)]


def test_a_title_weighs_more_than_the_text(ada: Person) -> None:
    text = shared(ada, "worms in passing and more words", title="Something else").id
    title = shared(ada, "something else and more words", title="Worms").id
    assert found("worms") == [title, text]


def test_pages_follow_each_other_without_gap_or_repetition(ada: Person) -> None:
    chance = Random(4)
    for number in range(23):
        shared(ada, "worms " * chance.randint(1, 5) + "soil " * (number % 3 > 0) + f"w{number}")
    for typed in ("worms", "worms soil", "from:ada", "worms nowhere"):
        seen: list[int] = []
        page = find(parse(typed), None, limit=4)
        while page.key:
            seen += [hit.post for hit in page.hits]
            page = find(parse(typed), None, limit=4, key=page.key)
        seen += [hit.post for hit in page.hits]
        assert len(seen) == len(set(seen))
        whole = find(parse(typed), None, limit=50).hits
        # With more than a page that has every word, nobody goes on to those with some.
        assert seen == [hit.post for hit in whole if not (hit.partial and typed == "worms soil")]
        assert len(whole) == 23
    assert (
        find(parse("worms"), None, limit=4, key="anything'; --").hits
        == find(parse("worms"), None, limit=4).hits
    )


def test_the_same_thing_is_found_once(ada: Person, ben: Person) -> None:
    first = shared(ada, "worms", link="https://example.org/worms")
    shared(ben, "worms, too", link="https://example.org/worms")
    assert len(found("worms")) == 1
    assert Post.objects.filter(thing=first.thing).count() == 2


def test_operators_alone_bring_the_newest_first(ada: Person) -> None:
    posts = [shared(ada, "x " * n, published_at=NOON + timedelta(hours=n)).id for n in range(1, 4)]
    assert found("kind:note") == posts[::-1]


def test_the_order_is_that_of_a_plain_bm25(ada: Person) -> None:
    chance = Random(7)
    words = [f"w{chr(97 + n % 26)}{chr(97 + n // 26)}x" for n in range(60)]
    texts = [
        " ".join(chance.choices(words, [1 / (n + 1) for n in range(60)], k=chance.randint(5, 80)))
        for _ in range(80)
    ]
    posts = [shared(ada, text, kind=Kind.NOTE, language="st") for text in texts]
    refresh_statistics()
    index_posts(posts)
    lengths = [len(text.split()) for text in texts]
    mean = sum(lengths) / len(lengths)
    assert mean_length() == pytest.approx(mean)
    counts = [Counter(text.split()) for text in texts]
    having = Counter(word for count in counts for word in count)
    rarer = [word for word in words if 5 < having[word] < 16]
    together = [
        f"{a} {b}" for a in rarer for b in rarer if a < b and any(count[a] and count[b] for count in counts)
    ]
    for typed in (words[2], *rarer[:3], *together[:5]):
        plain = {}
        for post, count, length in zip(posts, counts, lengths, strict=True):
            norm = K1 * (1 - B + B * length / mean)
            idf = {word: log(1 + (80 - having[word] + 0.5) / (having[word] + 0.5)) for word in typed.split()}
            if all(count[word] for word in idf):
                plain[post.id] = sum(
                    w * count[word] * (K1 + 1) / (count[word] + norm) for word, w in idf.items()
                )
        wanted = wish(parse(typed), None, known().languages)
        ours = {one.post: one.score for one in best(all_words(wanted, counted(known(), wanted.words)), 100)}
        assert plain
        assert set(ours) == set(plain)
        younger = max(ours.values()) / max(plain.values())
        assert all(ours[key] / younger == pytest.approx(plain[key], rel=0.01) for key in plain)


def test_a_word_in_every_post_is_not_required(ada: Person) -> None:
    for number in range(60):
        shared(ada, f"the thing number w{number}" if number else "worms alone")
    refresh_statistics()
    hits = find(parse("the worms"), None).hits
    assert [hit.partial for hit in hits] == [False]
    assert len(find(parse("the"), None).hits) == 20


def test_related_posts_are_about_the_same_and_theirs_to_see(ada: Person, ben: Person, cleo: Person) -> None:
    post = shared(ada, "Red worms make compost from kitchen scraps within months")
    near = shared(ben, "My red worms eat all kitchen scraps")
    shared(ben, "Red worms and kitchen scraps, for me", audience=Audience.ME)
    shared(cleo, "A walk along the river in the rain")
    reply = shared(cleo, "Red worms in my kitchen, too", reply_to=post)
    refresh_statistics()
    assert [one.id for one in related(post, cleo)] == [near.id]
    assert reply.id not in [one.id for one in related(post, ben)]
    assert related(Post(id=1), None) == []


def test_counting_again_counts_only_what_is_new(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("potluck.search.statistics._SMALL", 0)
    assert not is_anything_new()
    shared(ada, "worms one")
    assert is_anything_new()
    assert refresh_statistics().posts == 1
    assert not is_anything_new()
    shared(ada, "worms two three")
    corpus = refresh_statistics()
    assert (corpus.posts, corpus.length) == (2, 2.5)
    again = refresh_statistics()
    assert (again.posts, again.length) == (2, 2.5)
    wanted = wish(parse("worms"), None, again.languages)
    assert counted(known(), wanted.words).of(wanted.words[0]) == 2
    assert refresh_statistics(anew=True).posts == 2


def test_what_is_about_the_same_as_a_text_is_found_before_it_is_shared(ada: Person, cleo: Person) -> None:
    near = shared(ada, "A ring of dry bran keeps slugs off seedlings until it rains")
    shared(ada, "Slugs and seedlings, for me", audience=Audience.ME)
    shared(ada, "A walk along the river")
    refresh_statistics()
    assert about("How do I keep slugs off my seedlings?", cleo) == [near.id]
    assert about("", cleo) == about("zzz", None) == []
