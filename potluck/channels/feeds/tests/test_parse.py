"""Each format and each quirk of well-meant feeds comes out in one shape."""

from datetime import UTC, datetime

import pytest

from potluck.channels.feeds.reading.parse import Feed, Item, parse

HERE = "https://ada.example/blog/feed.xml"


def rss(items: str, head: str = "") -> Feed:
    names = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    )
    text = f'<?xml version="1.0"?><rss version="2.0" {names}><channel><title>Soil</title>{head}{items}</channel></rss>'
    return parse(text.encode(), url=HERE)


def only(feed: Feed) -> Item:
    (item,) = feed.items
    return item


def atom(entries: str, root: str = "") -> Feed:
    text = f'<feed xmlns="http://www.w3.org/2005/Atom" {root}><title>Soil</title>{entries}</feed>'
    return parse(text.encode(), url=HERE)


def test_an_ordinary_item_keeps_everything_it_says() -> None:
    feed = rss(
        "<item><title>Worms</title><link>/worms</link><guid isPermaLink='false'>tag:7</guid>"
        "<description>&lt;p&gt;Short&lt;/p&gt;</description>"
        "<content:encoded><![CDATA[<p>They <b>dig</b>, and dig, and dig.</p>]]></content:encoded>"
        "<pubDate>Tue, 03 Mar 2020 10:00:00 +0200</pubDate><category>soil</category><category>Soil</category>"
        "<category>#worms</category><dc:creator>Ada</dc:creator>"
        "<enclosure url='/dig.mp3' type='audio/mpeg' length='12'/></item>",
        head="<link>https://ada.example/</link><description>All on soil</description><language>en-GB</language>"
        "<ttl>90</ttl><atom:link rel='hub' href='https://hub.example/'/><atom:link rel='self' href='/feed'/>",
    )
    assert (feed.title, feed.home_url, feed.description) == ("Soil", "https://ada.example/", "All on soil")
    assert (feed.language, feed.ttl) == ("en-GB", 5400)
    assert (feed.hub, feed.self_url) == ("https://hub.example/", "https://ada.example/feed")
    item = only(feed)
    assert (item.id, item.url, item.title) == ("tag:7", "https://ada.example/worms", "Worms")
    assert (item.html, item.text, item.summary) == ("<p>They <b>dig</b>, and dig, and dig.</p>", "", "Short")
    assert (item.author, item.tags) == ("Ada", ("soil", "worms"))
    assert item.published == datetime(2020, 3, 3, 8, tzinfo=UTC)
    (file,) = item.enclosures
    assert (file.url, file.type, file.length) == ("https://ada.example/dig.mp3", "audio/mpeg", 12)


def test_atom_keeps_its_links_times_and_markup() -> None:
    item = only(
        atom(
            "<entry><id>urn:1</id><title type='html'>A &lt;i&gt;fine&lt;/i&gt; day &amp;amp; night</title>"
            "<link rel='edit' href='/edit'/><link rel='alternate' type='text/html' href='/day'/>"
            "<link rel='enclosure' href='/day.jpg' type='image/jpeg'/>"
            "<updated>2021-05-02T00:00:00Z</updated><published>2021-05-01T00:00:00-05:00</published>"
            "<author><name>Ada</name></author><author><name>Ben</name></author>"
            "<category term='x1' label='Gardens'/><content type='html'>&lt;p&gt;Sun&lt;/p&gt;</content></entry>"
        )
    )
    assert (item.title, item.url) == ("A fine day & night", "https://ada.example/day")
    assert item.published == datetime(2021, 5, 1, 5, tzinfo=UTC)
    assert item.updated == datetime(2021, 5, 2, tzinfo=UTC)
    assert (item.tags, item.html) == (("Gardens",), "<p>Sun</p>")
    assert [file.url for file in item.enclosures] == ["https://ada.example/day.jpg"]


def test_xhtml_comes_without_the_feeds_own_element_around_it() -> None:
    entry = (
        "<entry><id>1</id><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>Of <i>dogs</i></div></title>"
        "<content type='xhtml'><x:div xmlns:x='http://www.w3.org/1999/xhtml'><x:p>Woof</x:p></x:div></content></entry>"
    )
    item = only(atom(entry))
    assert item.title == "Of dogs"
    assert "<p>Woof</p>" in item.html and "content" not in item.html


def test_links_in_a_text_are_resolved_against_the_nearest_xml_base() -> None:
    item = only(
        atom(
            "<entry xml:base='2020/'><id>1</id><link href='a'/>"
            "<content type='html' xml:base='march/'>&lt;a href='b'&gt;b&lt;/a&gt;</content></entry>",
            root="xml:base='https://cleo.example/'",
        )
    )
    assert (item.url, item.base) == ("https://cleo.example/2020/a", "https://cleo.example/2020/march/")


def test_plain_text_is_told_from_markup() -> None:
    item = only(rss("<item><guid>1</guid><description>First line\nsecond line</description></item>"))
    assert (item.text, item.html) == ("First line\nsecond line", "")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("&lt;b&gt;Bold&lt;/b&gt; words", "Bold words"),
        ("The &lt;em&gt; tag", "The <em> tag"),
        ("a &lt; b and c &gt; d", "a < b and c > d"),
        ("two\n   lines", "two lines"),
        ("caf&#233;&amp;nbsp;noir", "café noir"),
    ],
)
def test_a_title_is_plain_text_however_it_was_written(written: str, meant: str) -> None:
    assert only(rss(f"<item><guid>1</guid><title>{written}</title></item>")).title == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tue, 3 Mar 2020 10:00 GMT", datetime(2020, 3, 3, 10, tzinfo=UTC)),
        ("Tue, 03 Mar 2020 10:00:00 EST", datetime(2020, 3, 3, 15, tzinfo=UTC)),
        ("2020-03-03T10:00:00+0100", datetime(2020, 3, 3, 9, tzinfo=UTC)),
        ("Wed, 3 Mar 2020 10:00:00 +0000", datetime(2020, 3, 3, 10, tzinfo=UTC)),
        ("2020-03-03", datetime(2020, 3, 3, tzinfo=UTC)),
        ("2004년 05월 28일 01:31:15", datetime(2004, 5, 28, 1, 31, 15, tzinfo=UTC)),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", datetime(2004, 7, 11, 17, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("soon", None),
        ("Monday", None),
        ("10:30", None),
        ("May 2004", None),
        ("", None),
    ],
)
def test_dates_are_read_as_they_were_meant_or_not_at_all(written: str, meant: datetime | None) -> None:
    item = only(rss(f"<item><guid>1</guid><title>x</title><pubDate>{written}</pubDate></item>"))
    assert item.published == meant


def test_a_number_for_an_id_is_not_taken_for_a_day_of_this_month() -> None:
    assert only(rss("<item><guid>12</guid><title>x</title></item>")).published is None


def test_an_id_is_the_same_whichever_parser_was_needed() -> None:
    quick = rss("<item><guid>7</guid><title>x</title></item>")
    thorough = rss("<item><guid>7</guid><title>x</title><description><p>inline</p></description></item>")
    assert only(quick).id == only(thorough).id == "7"


def test_an_author_is_a_name_and_never_an_address() -> None:
    feed = rss(
        "<item><guid>1</guid><author>ada@ada.example (Ada Byron)</author></item>"
        "<item><guid>2</guid><author>Ben &lt;ben@ben.example&gt;</author></item>"
        "<item><guid>3</guid><author>mail@cleo.example</author></item>"
        "<item><guid>4</guid><author>mail@dov.example</author><itunes:author>Dov</itunes:author></item>"
    )
    assert [item.author for item in feed.items] == ["Ada Byron", "Ben", "", "Dov"]


def test_the_same_picture_in_three_sizes_is_one_file_and_keeps_its_alternative_text() -> None:
    sizes = "".join(
        f"<media:content url='https://a.example/p.jpg?w={width}' width='{width}' medium='image'>"
        "<media:description>A worm</media:description></media:content>"
        for width in (100, 900, 400)
    )
    (file,) = only(rss(f"<item><guid>1</guid><description>x</description>{sizes}</item>")).enclosures
    assert (file.url, file.title) == ("https://a.example/p.jpg?w=900", "A worm")


def test_a_link_through_a_counting_service_is_replaced_by_the_real_one() -> None:
    links = "<link>https://feeds.example/~r/1</link><fb:origLink>https://ada.example/1</fb:origLink>"
    assert only(rss(f"<item><guid>1</guid>{links}</item>")).url == "https://ada.example/1"


def test_only_web_addresses_become_links() -> None:
    item = only(rss("<item><guid>1</guid><title>x</title><link>javascript:alert(1)</link></item>"))
    assert item.url == ""


def test_a_feed_says_how_often_to_come() -> None:
    often = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    assert rss("", head=often).ttl == 21600
    assert rss("", head="<ttl>soon</ttl>").ttl is None
    assert rss("", head="<ttl>99999999</ttl>").ttl == 30 * 86400


def test_a_feed_without_items_is_a_feed() -> None:
    assert rss("").items == ()


def test_the_texts_of_the_oldest_formats_are_found() -> None:
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>Old</title><link>https://old.example/</link></channel>'
        '<item rdf:about="https://old.example/1"><title>One</title><link>https://old.example/1</link>'
        "<description>Short</description><dc:date>2003-01-01T00:00:00Z</dc:date>"
        "<content:encoded>&lt;p&gt;Long, much longer than short.&lt;/p&gt;</content:encoded></item></rdf:RDF>"
    )
    item = only(parse(text.encode(), url=HERE))
    assert "much longer" in item.html and item.summary == "Short" and item.published


def test_inline_markup_and_media_descriptions_are_not_lost() -> None:
    feed = rss(
        "<item><guid>1</guid><description><p>Not <b>escaped</b></p></description></item>"
        "<item><guid>2</guid><title>x</title><media:group><media:description>A film on worms</media:description>"
        "</media:group></item>"
    )
    assert "escaped" in feed.items[0].html
    assert "film on worms" in feed.items[1].text + feed.items[1].html
