"""What a feed says is read whole, however its markup stands in it: bare, escaped, in base64, or in a page."""

import base64
from urllib.parse import urljoin

import pytest

from potluck.channels.feeds.reading.parse import Feed, Item, parse

HERE = "https://feeds.example/ada.xml"
HOME = "https://ada.example/"


def rss(*items: str, head: str = "") -> Feed:
    names = (
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    )
    names += 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    said = "".join(f"<item>{one}</item>" for one in items)
    text = f"<rss version='2.0' {names}><channel><title>Ada</title><link>{HOME}</link>{head}{said}</channel></rss>"
    return parse(text.encode(), url=HERE)


def atom(entry: str, head: str = "<title>Ada</title>", names: str = "http://www.w3.org/2005/Atom") -> Feed:
    return parse(f"<feed xmlns='{names}'>{head}<entry>{entry}</entry></feed>".encode(), url=HERE)


def only(feed: Feed) -> Item:
    (item,) = feed.items
    return item


BARE = [
    ("The <em>Vicia faba</em> in spring", "The Vicia faba in spring"),
    ("<b>Beans</b> first", "Beans first"),
    ("H<sub>2</sub>O for <i>all</i>", "H2O for all"),
    ("One<br/>two", "One two"),
    ("Safe <script>steal()</script>beans", "Safe beans"),
]


@pytest.mark.parametrize(("written", "meant"), BARE)
def test_a_title_with_bare_markup_is_whole(written: str, meant: str) -> None:
    assert only(rss(f"<title>{written}</title><description>x</description>")).title == meant
    assert only(atom(f"<id>urn:1</id><title>{written}</title><summary>x</summary>")).title == meant


@pytest.mark.parametrize(("written", "meant"), BARE)
def test_what_a_feed_is_called_and_about_is_whole(written: str, meant: str) -> None:
    feed = atom("<id>urn:1</id><title>x</title>", f"<title>{written}</title><subtitle>{written}</subtitle>")
    assert (feed.title, feed.description) == (meant, meant)
    assert rss("<title>x</title>", head=f"<description>{written}</description>").description == meant


def test_an_author_with_bare_markup_is_whole() -> None:
    assert only(rss("<title>x</title><author>Ada <i>Garden</i> Hill</author>")).author == "Ada Garden Hill"
    assert only(rss("<title>x</title><dc:creator>Ada <b>Hill</b></dc:creator>")).author == "Ada Hill"
    named = "<author><name>Ada <b>Hill</b></name><email>ada@ada.example</email></author>"
    assert only(atom(f"<id>urn:1</id><title>x</title>{named}")).author == "Ada Hill"


@pytest.mark.parametrize(
    ("escaped", "meant"),
    [
        ("Beans &lt;script&gt;steal()&lt;/script&gt; and peas", "Beans and peas"),
        ("Beans &lt;style&gt;b{x:y}&lt;/style&gt;", "Beans"),
        ("&lt;SCRIPT src='x'&gt;a&lt;b&lt;/SCRIPT &gt;Beans", "Beans"),
        ("How the &lt;script&gt; tag works", "How the <script> tag works"),
    ],
)
def test_the_words_of_a_script_are_no_part_of_a_title(escaped: str, meant: str) -> None:
    assert only(rss(f"<title>{escaped}</title><description>x</description>")).title == meant
    assert (
        only(rss(f"<title><![CDATA[{escaped.replace('&lt;', '<').replace('&gt;', '>')}]]></title>")).title
        == meant
    )


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_an_entry_in_base64_is_read() -> None:
    entry = (
        f"<id>urn:1</id><title mode='base64' type='text/html'>{packed('Peas <i>&amp; beans</i>')}</title>"
        f"<content type='text/html' mode='base64'>\n{packed('<p>Sow <b>deep</b>, ä</p>')}\n</content>"
    )
    item = only(atom(entry, names="http://purl.org/atom/ns#"))
    assert (item.title, item.html) == ("Peas & beans", "<p>Sow <b>deep</b>, ä</p>")


def test_plain_text_in_base64_stays_plain() -> None:
    entry = (
        f"<id>urn:1</id><title>x</title><content type='text/plain' mode='base64'>{packed('a < b')}</content>"
    )
    item = only(atom(entry, names="http://purl.org/atom/ns#"))
    assert "a &lt; b" in item.html or item.text == "a < b"


def test_what_is_no_base64_stays_as_it_is() -> None:
    entry = "<id>urn:1</id><title mode='base64'>Not packed!</title><summary>x</summary>"
    assert only(atom(entry, names="http://purl.org/atom/ns#")).title == "Not packed!"


@pytest.mark.parametrize("name", ["tagline", "subtitle"])
def test_a_feed_of_the_old_atom_says_what_it_is_about(name: str) -> None:
    head = f"<title>Ada</title><{name}>All on beans</{name}>"
    assert (
        atom("<id>urn:1</id><title>x</title>", head, "http://purl.org/atom/ns#").description == "All on beans"
    )


def test_rss_own_link_is_the_link_whatever_stands_beside_it() -> None:
    for beside in ("rel='standout' href='https://x.example/'", "rel='self' href='https://x.example/'",
                   "href='https://x.example/'", "rel='alternate' type='application/json' href='/x.json'"):  # fmt: skip
        item = only(rss(f"<atom:link {beside}/><title>x</title><link>{HOME}a</link>"))
        assert item.url == f"{HOME}a"
    assert (
        only(rss(f"<title>x</title><link>{HOME}a</link><atom:link rel='related' href='/b'/>")).url
        == f"{HOME}a"
    )
    assert only(rss(f"<atom:link rel='alternate' href='{HOME}a'/><title>x</title>")).url == f"{HOME}a"


@pytest.mark.parametrize("twice", ["?a=1&amp;amp;b=2", "?a=1&amp;#38;b=2", "?a=1&amp;amp;amp;b=2"])
def test_an_address_escaped_twice_is_the_address(twice: str) -> None:
    item = only(
        rss(f"<title>x</title><link>{HOME}{twice}</link><enclosure url='/f{twice}' type='audio/mpeg'/>")
    )
    assert item.url == f"{HOME}?a=1&b=2"
    assert item.enclosures[0].url == f"{HOME}f?a=1&b=2"
    assert only(atom(f"<id>urn:1</id><title>x</title><link href='{HOME}{twice}'/>")).url == f"{HOME}?a=1&b=2"


def test_each_item_says_its_fuller_text() -> None:
    short, full = (
        "Sow them.",
        "Sow them deep, in rows, when the soil is warm, and water them well for a week.",
    )
    feed = rss(
        f"<title>1</title><description>{full}</description><content:encoded>{short}</content:encoded>",
        f"<title>2</title><description>{short}</description><content:encoded>{full}</content:encoded>",
        f"<title>3</title><description>{short}</description><itunes:summary>{full}</itunes:summary>",
        f"<title>4</title><description/><itunes:summary>{full}</itunes:summary>",
    )
    assert [item.text or item.html for item in feed.items] == [full] * 4


def test_a_text_with_bare_markup_is_whole() -> None:
    item = only(
        rss(
            "<title>x</title><description>Sow <b>deep</b>, says <a href='/b'>Ben</a>, and wait.</description>"
        )
    )
    assert item.html == 'Sow <b>deep</b>, says <a href="/b">Ben</a>, and wait.'


@pytest.mark.parametrize("kind", ["xhtml", "application/xhtml+xml", "text/xml"])
def test_inline_xhtml_is_shown_without_its_wrapping(kind: str) -> None:
    inside = "<div xmlns='http://www.w3.org/1999/xhtml'><p>Sow <b>deep</b> &amp; wait</p></div>"
    item = only(atom(f"<id>urn:1</id><title>x</title><content type='{kind}'>{inside}</content>"))
    assert "<b>deep</b> &amp; wait" in item.html
    assert "&lt;" not in item.html


FEED = "<rss version='2.0'><channel><title>Ada</title><item><guid>1</guid><title>x</title></item></channel></rss>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Ada</title><entry><id>1</id><title>x</title></entry></feed>"
XML = '<?xml version="1.0" encoding="utf-8"?>\n'


@pytest.mark.parametrize("feed", [FEED, ATOM])
@pytest.mark.parametrize(
    "before",
    [
        "<br />\n<b>Notice</b>: Undefined index: x in <b>/srv/feed.php</b> on line <b>3</b><br />\n" + XML,
        "PHP Warning:  x in /srv/feed.php on line 3\n" + XML,
        "<b>Deprecated</b>: y<br/>" * 900 + XML,
        "\n\n \t" + XML,
        "\ufeff\n" + XML,
        "\ufeff\ufeff" + XML + "\ufeff",
        "<!-- cached -->\n" + XML,
        "<script>var a = '<b>';</script>" + XML,
        "<br>\n",
        "",
    ],
)
@pytest.mark.parametrize(
    "after",
    [
        "",
        "\n<br />\n<b>Warning</b>: x on line <b>3</b>",
        "<!-- 0.1 s -->\ufeff",
        "<script>a()</script>" * 900,
    ],
)
def test_what_a_program_prints_around_a_feed_changes_nothing(feed: str, before: str, after: str) -> None:
    item = only(parse((before + feed + after).encode(), url=HERE))
    assert (item.id, item.url, item.title) == ("1", "", "x")


def test_a_feed_laid_into_a_page_is_read() -> None:
    page = f"<!DOCTYPE html><html><head><title>Feed</title></head><body>\n{ATOM}\n</body></html>"
    assert only(parse(page.encode(), url=HERE)).title == "x"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("w.png", f"{HOME}2025/beans/w.png"),
        ("/wp/a.jpg", f"{HOME}wp/a.jpg"),
        ("#fn1", f"{HOME}2025/beans/#fn1"),
    ],
)
def test_what_is_relative_in_a_text_starts_from_the_items_page(written: str, meant: str) -> None:
    said = f"<link>{HOME}2025/beans/</link><description>&lt;a href='{written}'&gt;x&lt;/a&gt;</description>"
    item = only(rss(said))
    assert urljoin(item.base, written) == meant
    entry = f"<id>urn:1</id><title>x</title><link href='{HOME}2025/beans/'/><content type='html'>&lt;b&gt;</content>"
    assert urljoin(only(atom(entry)).base, written) == meant


def test_a_pointer_to_another_site_lends_no_base() -> None:
    assert (
        only(rss("<title>x</title><link>https://else.example/p</link><description>y</description>")).base
        == HOME
    )


def test_xml_base_goes_before_the_items_page() -> None:
    entry = f"<id>urn:1</id><title>x</title><link href='{HOME}p'/><content type='html'>y</content>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://b.example/'><entry>{entry}</entry></feed>"
    assert only(parse(feed.encode(), url=HERE)).base == "https://b.example/"


EPISODE = "<title>Talk</title><pubDate>Wed, 05 Mar 2025 09:00:00 GMT</pubDate><enclosure url='{}' type='audio/mpeg'/>"


@pytest.mark.parametrize("many", [2, 3, 5])
def test_episodes_without_an_id_are_as_many_as_their_files(many: int) -> None:
    files = [f"{HOME}{number}.mp3" for number in range(many)]
    feed = rss(*(EPISODE.format(file) for file in files))
    assert len({item.id for item in feed.items}) == many
    alone = rss(EPISODE.format(files[0]))
    assert alone.items[0].id == feed.items[0].id


def thing(title: str, link: str, text: str, day: int = 5) -> str:
    where = f"<link>{HOME}{link}</link>" if link else ""
    return (
        f"<guid isPermaLink='false'>X</guid><title>{title}</title>{where}<description>{text}</description>"
        f"<pubDate>0{day} Mar 2025 09:00:00 GMT</pubDate>"
    )


@pytest.mark.parametrize(
    ("first", "second", "things"),
    [
        (thing("Beans", "b", "Sow them."), thing("Leeks", "l", "Plant out."), 2),
        (thing("Beans", "", "Sow them."), thing("Leeks", "", "Plant out."), 2),
        (thing("Beans", "b", ""), thing("Leeks", "l", ""), 2),
        (thing("Beans", "b", "Sow them."), thing("Beans!", "b", "Quite another text.", 6), 1),
        (thing("Beans", "b", "Sow them."), thing("Beans", "b2", "Quite another text.", 6), 1),
        (thing("Beans", "b", "Sow them all in May."), thing("Peas", "p", "Sow them all in June.", 6), 1),
    ],
)
def test_two_items_of_one_id_are_two_where_nothing_in_them_is_alike(
    first: str, second: str, things: int
) -> None:
    assert len(rss(first, second).items) == things
