"""Lists page by key: what a reader has seen does not come again when something new arrives."""

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from potluck.lib.errors import Malformed
from potluck.rendering import paging


def asked(query: str = "") -> HttpRequest:
    return RequestFactory().get(f"/tags/soil{query}")


def fetch(request: HttpRequest, rows: list[int], size: int = 3) -> paging.Page[int]:
    """What a list does: newest first, or oldest first after a key, one more than a page."""
    here = paging.place(request)
    if here.after is not None:
        found = sorted(row for row in rows if row > here.after)
    else:
        found = sorted((row for row in rows if here.before is None or row < here.before), reverse=True)
    return paging.page(request, found[: size + 1], lambda row: row, size)


def test_the_first_page_leads_only_to_what_is_older() -> None:
    page = fetch(asked(), [1, 2, 3, 4, 5])
    assert (list(page.rows), page.older, page.newer) == ([5, 4, 3], "/tags/soil?before=3", "")


def test_the_last_page_leads_only_back() -> None:
    page = fetch(asked("?before=3"), [1, 2, 3, 4, 5])
    assert (list(page.rows), page.older, page.newer) == ([2, 1], "", "/tags/soil?after=2")


def test_going_back_shows_the_page_next_to_where_one_was() -> None:
    page = fetch(asked("?after=2"), [1, 2, 3, 4, 5, 6, 7])
    assert (list(page.rows), page.older, page.newer) == (
        [5, 4, 3],
        "/tags/soil?before=3",
        "/tags/soil?after=5",
    )


def test_other_words_of_the_address_are_kept() -> None:
    page = fetch(asked("?q=a+b&q=c&before=4"), [1, 2, 3, 4], size=2)
    assert page.older == "/tags/soil?q=a+b&q=c&before=2"


def test_a_list_that_fits_needs_no_pager() -> None:
    assert not fetch(asked(), [1, 2]).more


@pytest.mark.parametrize("query", ["?before=x", "?after=1;drop", "?before=" + "9" * 30])
def test_a_key_that_is_none_of_ours_is_refused_in_a_sentence(query: str) -> None:
    with pytest.raises(Malformed, match="Start at its beginning"):
        paging.place(asked(query))
