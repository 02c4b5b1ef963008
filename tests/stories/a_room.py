"""Two who are there at the same time: filled while the house serves it, as `a_network` is."""

from django.utils import translation

from potluck import door
from potluck.channels.live.changes import place_now
from potluck.channels.live.stream import address
from potluck.posts.draft import Draft
from tests.stories.a_network import member, session_of


def fill() -> dict[str, object]:
    ada, ben = member("ada", "Ada Marsh"), member("ben", "Ben Okafor")
    thread = door.admit(Draft(author=ada, title="Frost tonight", text="Who covers what?"))
    return {
        "cookies": {"ada": session_of(ada), "ben": session_of(ben)},
        "room": f"{thread.page}/live",
        "stream": address(thread.id, ben, translation.get_language() or "en"),
        "place": place_now(),
    }
