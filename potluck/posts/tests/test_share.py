"""What is made of what somebody writes."""

import pytest

from potluck.door import admit
from potluck.people.models import Person
from potluck.posts.draft import Draft


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("# Bran rings\n\nOats win.", "Bran rings", "Oats win."),
        ("# Bran rings #", "Bran rings", ""),
        ("#slugs hate bran", "", "#slugs hate bran"),
        ("## Not the first headline\n\nOats.", "", "## Not the first headline\n\nOats."),
        ("Oats win.\n\n# Later", "", "Oats win.\n\n# Later"),
    ],
)
def test_a_headline_at_the_top_is_the_title(text: str, title: str, rest: str, ben: Person) -> None:
    post = admit(Draft(author=ben, text=text))
    assert (post.title, post.text) == (title, rest)


def test_a_title_that_was_given_leaves_the_headline_in_the_text(ben: Person) -> None:
    post = admit(Draft(author=ben, title="Slugs", text="# Bran rings\n\nOats win."))
    assert (post.title, post.text) == ("Slugs", "# Bran rings\n\nOats win.")


def test_a_reply_has_no_title(ben: Person, ada: Person) -> None:
    post = admit(Draft(author=ada, text="How?"))
    answer = admit(Draft(author=ben, text="# Bran rings\n\nOats win.", reply_to=post))
    assert answer.title == ""
