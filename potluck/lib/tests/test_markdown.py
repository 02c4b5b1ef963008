"""What people write becomes a page; their tags, handles and highlights are found by one rule."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potluck.lib.html import clean
from potluck.lib.markdown import handles_in, highlights_in, render, tags_in


def test_a_text_becomes_a_page():
    html = render(
        "# Soil\n\nIt *lives*,\nmostly.\n\n| a | b |\n|---|---|\n| c | ~~d~~ |\n\n```python\nx < 1\n```"
    )
    assert "<h2>Soil</h2>" in html
    assert "<p>It <em>lives</em>,<br>" in html
    assert "<td><s>d</s></td>" in html
    assert '<code class="language-python">x &lt; 1' in html


def test_html_in_a_text_is_shown_and_not_obeyed():
    assert render("<b>a</b> <script>alert(1)</script>") == (
        "<p>&lt;b&gt;a&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
    )
    assert "href" not in render("[a](javascript:alert(1)) [b](data:text/html,x)")


def test_bare_addresses_become_links_and_file_names_do_not():
    html = render("See https://a.example/x#y, www.b.example/z. And settings.py, ada@example.org")
    assert 'href="https://a.example/x#y"' in html
    assert 'href="https://www.b.example/z"' in html
    assert 'href="mailto:ada@example.org"' in html
    assert html.count("<a ") == 3


def test_tags_and_handles_become_links_of_ours():
    html = render("#Soil for @Ada and @eve@elsewhere.example")
    assert '<a href="/tags/soil">#Soil</a>' in html
    assert '<a href="/@ada">@Ada</a>' in html
    assert '<a href="/@eve@elsewhere.example">@eve@elsewhere.example</a>' in html
    assert tags_in("#Soil #soil #water") == ["soil", "water"]
    assert handles_in("@Ada, @ben. (@cleo) @dov_1: @eve@elsewhere.example!") == [
        *("ada", "ben", "cleo", "dov_1", "eve@elsewhere.example")
    ]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#soil", ["soil"]),
        (
            "#soil. #open-education, (#a1) ==#b== *#c* _#d_ **#e**",
            ["soil", "open-education", "a1", "b", "c", "d", "e"],
        ),
        ("#土壌 #हिन्दी #Größe #ΣΟΦΟΣ #العربية", ["土壌", "हिन्दी", "grösse", "σοφοσ", "العربية"]),
        ("- #a\n- > #b\n\n# Title #c\n\n| #d |\n|--|\n", ["a", "b", "c", "d"]),
        ("#1 #2024 # #- a#b \\#c &#35;d #" + "x" * 200, []),
        ("`#a` https://x.example/#b [c #d](https://x.example/#e) <https://x.example/#f>\n\n    #g\n", []),
        ("```\n#a\n```\n\nx/#b", []),
    ],
)
def test_a_tag_is_a_word_of_any_script_outside_code_and_addresses(text, tags):
    assert tags_in(text) == tags
    assert render(text).count("/tags/") == len(tags)


@pytest.mark.parametrize(
    "text", ["ada@x.example", "`@ada`", "https://x.example/@ada", "[@ada](/x)", "@ @. a@b", "@x@y"]
)
def test_what_is_no_handle_is_none(text):
    assert handles_in(text) == []


def test_highlights_are_marked_and_can_be_asked_for():
    text = "==one *two* `three`== and ==four\nfive==, not == six == nor a = b, `==c==`, ===d===, ==e"
    assert highlights_in(text) == ["one two three", "four five"]
    assert render(text).count("<mark>") == 2
    assert "<mark>one <em>two</em> <code>three</code></mark>" in render(text)
    assert "<strong><mark>a</mark></strong>" in render("**==a==**")
    assert highlights_in("[==a==](https://x.example) ![==b==](/b.png)") == ["a"]


HOSTILE = {
    **{
        piece: piece * (50_000 // len(piece))
        for piece in ("==a ", "#a", "@a", "*a ", "_a_", "`a", "> ", "- ", "~~a ")
    },
    **{piece: piece * (20_000 // len(piece)) for piece in ("[", "![", "[a](", "a\n\n", "==*", "\\", "|a")},
    "https:// ": "https:// " * 5000,
    "x://y ": "x://y " * 5000,
    "long": "*a* #b\n" * 40_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_ends_quickly(text):
    started = time.process_time()
    render(text)
    assert time.process_time() - started < 4


def test_a_text_too_long_for_markdown_is_shown_as_it_is():
    text = "*a* <b> #b\n" * 40_000
    assert render(text).startswith("<p>*a* &lt;b&gt; #b</p>")
    assert tags_in(text) == []


PIECES = [*"#@=*_`[]()!<>\\|~-\n aé.\x00\ud800", "https://x.example/", "www."]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_becomes_clean_html(text):
    html = render(text)
    assert clean(html) == html
    assert isinstance(tags_in(text) + handles_in(text) + highlights_in(text), list)
