"""The parts pages are made of: what they show, to whom, and that nothing people write gets out of its place."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from markupsafe import Markup

from potluck.rendering import pages
from potluck.rendering.entries import Entry

BEN = SimpleNamespace(id=2, name="Ben", theme="")
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
SLUGS = Entry(
    id=7,
    kind="link",
    url="/posts/7",
    author_name="Ada",
    author_url="/@ada",
    at=datetime(2024, 3, 14, 12, 0, tzinfo=UTC),
    title="Slugs",
    excerpt="They eat at night.",
    tags=["slugs"],
)


def draw(source: str, **values: object) -> str:
    template = engines["jinja2"].env.from_string(source)  # type: ignore[attr-defined]
    return str(template.render(values))


def entries(*items: Entry, viewer: object = None, byline: bool = True) -> str:
    source = '{% from "parts/entry.html" import entries %}{{ entries(items, viewer, byline) }}'
    return draw(source, items=items, viewer=viewer, byline=byline)


def test_an_entry_shows_who_what_and_when() -> None:
    page = entries(SLUGS)
    for words in ("Ada", "Slugs", "They eat at night.", "14 March 2024", "#slugs", 'href="/tags/slugs"'):
        assert words in page


def test_the_reason_comes_first_as_it_was_given() -> None:
    page = entries(replace(SLUGS, reasons=[Markup("You follow <b>Ada</b>"), "and <soil>"]))
    assert page.index("You follow <b>Ada</b> · and &lt;soil&gt;") < page.index("They eat")


def test_a_visitor_may_read_and_reply_but_is_shown_no_buttons() -> None:
    page = entries(SLUGS)
    assert "/posts/7#reply" in page and "<button" not in page


def test_a_member_may_thank_pass_on_and_keep_without_scripts() -> None:
    page = entries(SLUGS, viewer=BEN)
    for act in ("thanks", "passing", "keeping"):
        assert f'form="act" formaction="/posts/7/{act}"' in page


def test_what_is_done_can_be_undone() -> None:
    page = entries(replace(SLUGS, kept=True), viewer=BEN)
    assert re.search(r'/posts/7/keeping"[^>]* name="undo" value="1" aria-pressed="true">Kept<', page)


def test_buttons_drawn_once_for_a_state_carry_the_number_of_their_own_post() -> None:
    page = entries(SLUGS, replace(SLUGS, id=8), viewer=BEN)
    assert page.count('formaction="/posts/7/thanks"') == page.count('formaction="/posts/8/thanks"') == 1
    assert "\0" not in page


def test_nobody_is_offered_to_thank_themselves() -> None:
    page = entries(replace(SLUGS, mine=True), viewer=BEN)
    assert "/posts/7/thanks" not in page and "/posts/7/edit" in page


def test_who_has_not_joined_is_marked_in_words() -> None:
    assert "not a member" in entries(replace(SLUGS, author_is_member=False))
    assert "not a member" not in entries(SLUGS)


@pytest.mark.parametrize(
    "field", ["title", "excerpt", "author_name", "source_name", "link_host", "lang", "url", "author_url"]
)
def test_what_people_write_stays_in_its_place(field: str) -> None:
    page = entries(replace(SLUGS, home_url="https://e.example/", **{field: HOSTILE}), viewer=BEN)
    assert "<script" not in page and "<img" not in page


def test_tags_highlights_and_names_stay_in_their_place() -> None:
    page = entries(replace(SLUGS, tags=[HOSTILE], highlights=[HOSTILE], via=[(HOSTILE, HOSTILE)]))
    assert "<script" not in page and "<img" not in page


def request(path: str = "/home", **headers: str) -> HttpRequest:
    asked = RequestFactory().get(path, headers=headers)
    asked.viewer = BEN  # type: ignore[attr-defined]
    return asked


def test_the_whole_page_and_the_piece_come_from_one_template() -> None:
    whole = pages.render(request(), "errors/404.html").content.decode()
    piece = pages.render(request(HX_Request="true"), "errors/404.html").content.decode()
    assert "<!doctype html>" in whole and "There is nothing at this address" in whole
    assert "<!doctype" not in piece and "There is nothing at this address" in piece


@pytest.mark.parametrize("header", ["HX_Boosted", "HX_History_Restore_Request"])
def test_a_boosted_link_and_a_page_from_history_get_the_whole_page(header: str) -> None:
    page = pages.render(request(HX_Request="true", **{header: "true"}), "errors/404.html")
    assert b"<!doctype html>" in page.content


def test_a_cache_tells_pieces_from_pages() -> None:
    assert "HX-Request" in pages.render(request(), "errors/404.html")["Vary"]


@pytest.mark.parametrize("name", ["400", "403", "404", "429", "500", "csrf", "offline"])
def test_every_error_page_can_be_drawn_with_nothing_at_hand(name: str) -> None:
    page = draw(f'{{% include "errors/{name}.html" %}}')
    assert "<h1>" in page and "Potluck" in page


def test_a_member_chooses_light_or_dark() -> None:
    asked = request()
    asked.viewer.theme = "dark"  # type: ignore[attr-defined]
    try:
        assert b'data-theme="dark"' in pages.render(asked, "errors/404.html").content
    finally:
        asked.viewer.theme = ""  # type: ignore[attr-defined]


def test_facts_for_search_engines_cannot_end_their_script() -> None:
    assert "</script>" not in pages.json_ld({"name": "</script><script>alert(1)</script>"})


def test_texts_with_values_escape_the_values() -> None:
    assert "&lt;b&gt;" in draw("{% trans name=name %}to {{ name }}{% endtrans %}", name="<b>")
    assert "100% of <i>" in draw('{{ _("100%% of") }} <i>')


def test_every_template_writes_htmx_as_data_so_that_pages_are_valid() -> None:
    folders = engines["jinja2"].template_dirs  # type: ignore[attr-defined]
    written = [path for folder in folders for path in Path(folder).rglob("*.html")]
    assert written
    assert [path.name for path in written if re.search(r"[\s\"']hx-[\w-]+=", path.read_text())] == []


def test_a_time_is_valid_html() -> None:
    page = entries(replace(SLUGS, at=datetime(2024, 3, 14, 12, 0, 0, 123456, tzinfo=UTC)))
    assert 'datetime="2024-03-14T12:00:00.123+00:00"' in page
