"""Pages are HTML first: nothing inline that our strict security policy would refuse, nothing unescaped."""

import re
from pathlib import Path

import pytest

from tests.rules.source import templates, text

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/(?:ld\+)?json)", re.I),
    "inline style sheet": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^>{]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<[a-z][^>]*\s(on[a-z]+|hx-on[^=\s]*)\s*=", re.I),
    "script address": re.compile(r"javascript:", re.I),
    "escaping switched off": re.compile(r"\{%-?\s*autoescape\s+false", re.I),
}
SAFE = re.compile(r"([\w.()\[\]'\"]+)\s*\|\s*safe\b")
# HTML that lib.html cleaned and rendered when it was written, or that is ours.
CLEAN = re.compile(r"(^|\.|_)(html|body_html|excerpt_html|bio_html|icon|marked|json)(\(\))?$")
TEXT = re.compile(r"""(?:_|gettext|ngettext)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


# The bookmarklet is a script to keep among one's bookmarks; pressed here, our own policy refuses it.
EXPECTED = {("script address", "you/capture.html")}


def places(path: Path, rule: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{text(path).count(chr(10), 0, hit.start()) + 1} {hit[0][:60]}"
        for hit in rule.finditer(text(path))
    ]


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_template_holds_anything_inline(rule: str) -> None:
    checked = [path for path in templates() if (rule, "/".join(path.parts[-2:])) not in EXPECTED]
    assert [place for path in checked for place in places(path, FORBIDDEN[rule])] == []


def test_html_is_marked_safe_only_where_it_was_cleaned_when_written() -> None:
    unknown = [
        f"{path} {hit[0]}"
        for path in templates()
        for hit in SAFE.finditer(text(path))
        if not CLEAN.search(hit[1])
    ]
    assert unknown == []


def test_texts_for_people_keep_calm() -> None:
    """No exclamation marks in what we say, in pages and in messages."""
    loud = [f"{path} {hit[1]}" for path in templates() for hit in TEXT.finditer(text(path)) if "!" in hit[1]]
    assert loud == []


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        ("inline script", "<script>go()</script>"),
        ("inline style sheet", "<style>p{}</style>"),
        ("style attribute", '<p class="a" style="color: red">'),
        ("event attribute", '<button onclick="go()">'),
        ("script address", '<a href="javascript:go()">'),
        ("escaping switched off", "{% autoescape false %}"),
    ],
)
def test_a_planted_fault_would_be_found(rule: str, planted: str) -> None:
    assert FORBIDDEN[rule].search(planted)
    data = '<script type="application/ld+json">{}</script><script id="a" type="application/json">{}</script>'
    fine = f'<script src="/a.js" defer></script>{data}<p class="onward">on = 3</p>'
    assert not FORBIDDEN[rule].search(fine)


JINJA = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
SILENT = re.compile(r"<(script|svg|code|pre)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>|&[a-z]+;", re.S | re.I)
SPOKEN = re.compile(
    r"""(?<=\s)(?:title|alt|placeholder|aria-label|aria-description)\s*=\s*["']([^"']*[A-Za-z]{2}[^"']*)["']"""
)
# Whole tags, and attributes that a condition parted from their tag.
TAG = re.compile(r"""<[^>]*>|[\w-]+=(?:"[^"]*"|'[^']*')""", re.S)
# Names, which are the same in every language.
NAMES = {"Potluck", "RSS", "Atom", "OPML", "JSON", "Feed", "Markdown", "Enter", "Esc", "URL"}


def untranslated(markup: str) -> list[str]:
    """Words in a page that no translator will see."""
    bare = SILENT.sub(" ", JINJA.sub(" ", markup))
    said = " ".join([TAG.sub(" ", bare), *SPOKEN.findall(bare)])
    return [word for word in re.findall(r"[^\W\d_]{2,}", said) if word not in NAMES]


def test_every_text_in_a_page_can_be_translated() -> None:
    found = {
        str(path): words
        for path in templates()
        if path.suffix == ".html" and (words := untranslated(text(path)))
    }
    assert found == {}


def test_an_untranslated_text_would_be_found() -> None:
    assert untranslated('<p title="{{ _("Fine") }}">{{ _("Also fine") }} Bare</p>') == ["Bare"]
    assert untranslated('<input placeholder="Your name">') == ["Your", "name"]
    assert (
        untranslated('{% trans %}Hello {{ name }}{% endtrans %}<a class="more" href="/x">{{ name }}</a>')
        == []
    )
