"""What people write becomes a page; their tags, handles and highlights are found by one rule."""

import os
import random
import re
import time
from html import unescape

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


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("(see www.wiki.example/wiki/Java_(island))", "https://www.wiki.example/wiki/Java_(island)"),
        ("[https://a.example/b]", "https://a.example/b"),
        ("„https://a.example/b“", "https://a.example/b"),
        ("“https://a.example/b”", "https://a.example/b"),
        ("‚https://a.example/b‘", "https://a.example/b"),
        ("»https://a.example/b«", "https://a.example/b"),
        ("『https://a.example/b』", "https://a.example/b"),
        ("「https://a.example/b」を見て", "https://a.example/b"),
        ("https://a.example/b。次の", "https://a.example/b"),
        ("https://a.example/b，然后", "https://a.example/b"),
        ("（https://a.example/b）", "https://a.example/b"),
        ("https://a.example/b؟", "https://a.example/b"),
        ("https://a.example/b।", "https://a.example/b"),
        ("https://a.example/b…", "https://a.example/b"),
        ("https://a.example/b...", "https://a.example/b"),
        ("https://a.example/b’s page", "https://a.example/b"),
        ("https://a.example/b's page", "https://a.example/b"),
        ("https://a.example/it’s_on", "https://a.example/it%E2%80%99s_on"),
        ("**https://a.example/b_c_d**", "https://a.example/b_c_d"),
        ("https://a.example/?q=(a)&r=[b]!", "https://a.example/?q=(a)&amp;r=%5Bb%5D"),
        ("https://münchen.example/straße?", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("http://[::1]:8000/a.", "http://[::1]:8000/a"),
        ("Ask ada.b+c@x.example.", "mailto:ada.b+c@x.example"),
    ],
)
def test_an_address_ends_where_its_sentence_goes_on(text, address):
    html = render(text)
    assert [part.partition('"')[0] for part in html.split('href="')[1:]] == [address]


@pytest.mark.parametrize(
    "text",
    [
        "ftp://a.example/b",
        "git://a.example",
        "www.",
        "https://",
        "xhttps://a.example",
        "//a.example",
        "a.www.b@",
    ],
)
def test_what_no_browser_opens_is_no_link(text):
    assert "<a" not in render(text)


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
    assert seconds(text) < 0.5


# Pieces of which each, alone or a few together, repeated to the end, once took a parser seconds.
GRAMMAR = [
    *(
        "=\n",
        "-\n",
        "> ",
        ">\n",
        "> a\n>> b\n",
        "- ",
        "- a\n",
        "  - a\n",
        "1) a\n",
        "[",
        "](",
        "![",
        "[a]: b\n",
        "*a ",
    ),
    *(
        "**a ",
        "_a_",
        "***a",
        "`",
        "`` a\n",
        "~~~\n",
        "~~",
        "<",
        "<a@b.c>",
        "<http://a.b>",
        "&",
        "&#",
        "|a|\n|-|\n",
        "a|b\n",
    ),
    *(
        "#a ",
        "@a ",
        "==a",
        "http://a.b ",
        "www.",
        "www.a.b ",
        "a\n",
        "a\\\n",
        "***\n",
        "\\",
        "a\n=\n",
        "(",
        "a@b.c ",
        "\t",
    ),
]
TEXTS = 600 if os.environ.get("POTLUCK_SOAK") else 30


def test_no_text_of_a_small_grammar_takes_long():
    chance = random.Random(20261129)
    rules = [[piece] for piece in GRAMMAR] if len(GRAMMAR) < TEXTS else []
    rules += [chance.sample(GRAMMAR, chance.randint(2, 4)) for _ in range(TEXTS - len(rules))]
    rules = ["".join(pieces) for pieces in rules]
    slow = {rule: took for rule in rules if (took := seconds((rule * 199_000)[:199_000])) >= 0.5}
    assert slow == {}


def seconds(text):
    """How long it takes to render it, on this processor alone; the better of two where the first was long."""
    took = 9.0
    for _ in range(2):
        started = time.thread_time()
        render(text + " ")
        took = min(took, time.thread_time() - started)
        if took < 0.4:
            break
    return took


@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "> - ", "* > "])
def test_words_within_a_hundred_quotes_and_lists_are_kept(mark):
    for deep in (5, 25, 45, 100):
        assert "the words" in render(mark * deep + "the words")


def test_an_article_of_the_longest_length_is_read_as_markdown():
    paragraph = (
        "Soil *lives*, as [they say](https://a.example/b), mostly. #soil @ada `x < 1`\n\n- one\n- two\n\n"
    )
    paragraph += "Word and word of it, " * 20 + "\n\n"
    text = paragraph * (199_000 // len(paragraph))
    assert "<em>lives</em>" in render(text) and tags_in(text) == ["soil"]


def test_a_text_of_too_many_steps_is_kept_whole_as_typed():
    text = "\n".join(f"*a{number}* `b` _c_ <d> [e](f)" for number in range(6_000))
    words = html_text(render(text)).split()
    assert words == text.split() and len(words) == 30_000
    lines = "=\n" * 90_000 + "the end"
    assert html_text(render(lines)).split() == lines.split()


def html_text(html):
    return unescape(re.sub("<[^>]*>", "", html))


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
