"""A long thread is read page by page: no reply is lost or shown twice, and each stays with what it answers."""

from collections.abc import Callable

from django.test import Client

from potluck.door import admit, admit_all
from potluck.people.block import block
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.edit import delete
from potluck.posts.models import Post
from potluck.posts.thread import LARGEST, SIZE, Part, part

SignIn = Callable[[Person | None], Client]


def talk(root: Post, by: Person, sizes: list[int]) -> list[list[Post]]:
    """A reply to the root for each size, with so many more under it, each answering the one before; later talks
    are begun first answered, so that the order of arrival is not that of reading."""
    talks = [
        [post]
        for post in admit_all([Draft(author=by, text=f"{n}", reply_to=root) for n in range(len(sizes))])
    ]
    for deep in range(max(sizes)):
        going = [one for one, size in zip(talks, sizes, strict=True) if deep < size][::-1]
        drafts = [Draft(author=by, text=f"under {one[0].text}: {deep}", reply_to=one[-1]) for one in going]
        for one, post in zip(going, admit_all(drafts), strict=True):
            one.append(post)
    return talks


def all_parts(root: Post, viewer: Person | None) -> list[Part]:
    parts = [part(root, viewer)]
    while parts[-1].after:
        parts.append(part(root, viewer, parts[-1].after))
    return parts


def test_a_short_thread_is_one_page_whatever_is_asked(ada: Person, ben: Person) -> None:
    root = admit(Draft(author=ada, text="Mulch"))
    talk(root, ben, [2, 0])
    for to in (0, 7, root.id):
        found = part(root, None, to)
        assert [reply.depth for reply in found.replies] == [0, 1, 2, 0]
        assert not found.before and not found.after


def test_each_page_of_a_long_thread_holds_whole_talks(ada: Person, ben: Person) -> None:
    root = admit(Draft(author=ada, text="Mulch"))
    talks = talk(root, ben, [3] * 120)
    parts = all_parts(root, None)
    shown = [reply.id for one in parts for reply in one.replies]
    assert shown == [post.id for one in talks for post in one]
    assert [len(one.replies) for one in parts] == [SIZE, SIZE, 80]
    assert all(one.replies[0].depth == 0 for one in parts)
    assert [one.before for one in parts] == [0, parts[0].replies[0].id, parts[1].replies[0].id]


def test_one_endless_talk_goes_on_where_its_page_ends(ada: Person, ben: Person) -> None:
    root = admit(Draft(author=ada, text="Mulch"))
    (said,) = talk(root, ben, [LARGEST + 20])
    first, second = all_parts(root, None)
    assert (len(first.replies), len(second.replies)) == (LARGEST, 21)
    assert second.replies[0].to_name == "Ben Okafor" and second.replies[0].depth == LARGEST
    assert second.replies[-1].id == said[-1].id


def test_a_reply_is_found_on_its_page_and_new_ones_do_not_move_it(
    ada: Person, ben: Person, cleo: Person, as_: SignIn
) -> None:
    root = admit(Draft(author=ada, text="Mulch"))
    talks = talk(root, ben, [1] * 150)
    late = talks[120][1]
    admit(Draft(author=cleo, text="One more on the first", reply_to=talks[0][0]))
    there = as_(cleo).get(f"/posts/{late.id}", follow=True)
    page = there.content.decode()
    assert there.redirect_chain == [(f"/posts/{root.id}?to={late.id}#post-{late.id}", 302)]
    assert f'id="post-{late.id}"' in page and f'id="post-{talks[0][0].id}"' not in page
    assert f"/posts/{root.id}?to={talks[0][0].id}#replies" in page
    first = as_(None).get(root.page).content.decode()
    assert "One more on the first" in first and f"?to={part(root, None).after}#replies" in first


def test_a_long_thread_shows_nobody_more_than_a_short_one(ada: Person, ben: Person, cleo: Person) -> None:
    root = admit(Draft(author=ada, text="Mulch"))
    talks = talk(root, ben, [1] * 110)
    hidden = admit(Draft(author=cleo, text="From Cleo", reply_to=talks[3][0]))
    gone = talks[5][0]
    delete(gone, by=ben)
    block(ada, by=cleo)
    for viewer, sees in ((ada, False), (ben, True)):
        found = {reply.id: reply for one in all_parts(root, viewer) for reply in one.replies}
        assert (hidden.id in found) is sees
        assert found[gone.id].deleted and found[gone.id].html == ""
        assert found[talks[5][1].id].depth == 1
