"""Places elsewhere that people here share from are offered to be followed, once nobody brings them in yet."""

from potluck.door import admit
from potluck.match.suggestions.blogroll import places_to_follow
from potluck.people.block import block
from potluck.people.models import Person, Source
from potluck.posts.draft import Draft
from potluck.posts.models import Audience


def share(by: Person, link: str, audience: Audience = Audience.PUBLIC) -> None:
    admit(Draft(author=by, text=f"Read this, says {by.name}.", link=link, audience=audience))


def test_a_place_two_people_share_from_is_offered_with_their_names(
    ada: Person, ben: Person, cleo: Person
) -> None:
    share(ada, "https://www.slugs.example/one")
    share(ada, "https://slugs.example/two")
    assert places_to_follow(cleo) == []
    share(ben, "https://slugs.example/one")
    (place,) = places_to_follow(cleo)
    assert (place.url, set(place.shared_by)) == ("https://slugs.example/", {ada.shown_name, ben.shown_name})


def test_what_is_brought_in_already_or_where_everybody_writes_is_not_offered(
    ada: Person, ben: Person, cleo: Person, eve: Person
) -> None:
    Source.objects.create(person=eve, url="https://www.slugs.example/feed.xml")
    for link in (
        "https://slugs.example/one",
        "https://github.com/eve/slugs",
        "https://en.wikipedia.org/wiki/Slug",
    ):
        share(ada, link)
        share(ben, link)
    assert places_to_follow(cleo) == []


def test_what_is_not_for_everybody_names_no_place_nor_does_whom_one_may_not_see(
    ada: Person, ben: Person, cleo: Person
) -> None:
    share(ada, "https://slugs.example/one", Audience.MEMBERS)
    share(ben, "https://slugs.example/one")
    assert places_to_follow(cleo) == []
    share(ada, "https://worms.example/one")
    share(ben, "https://worms.example/one")
    block(cleo, by=ada)
    assert places_to_follow(cleo) == []
