"""A small feed to try the writers on. Ada's own note, her blog's article, and what Eve wrote elsewhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from potluck.lib.feedwriter import Enclosure, FeedOut, ItemOut

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HERE = "https://potluck.example"

NOTE = ItemOut(
    id=f"{HERE}/posts/3",
    url=f"{HERE}/posts/3",
    published=NOON,
    updated=NOON + timedelta(hours=2),
    html="<p>Worms like coffee grounds &amp; shade, it turns out.</p>",
    author_name="Ada Łovelace",
    author_url=f"{HERE}/@ada",
    tags=["soil", "worms", "soil"],
    in_reply_to=f"{HERE}/posts/1",
    enclosures=[Enclosure(f"{HERE}/files/9", "image/png", 1234), Enclosure(f"{HERE}/files/10", "audio/ogg")],
)
ARTICLE = ItemOut(
    id="tag:ada.example,2026:compost",
    url=f"{HERE}/posts/2",
    external_url="https://ada.example/2026/compost",
    published=datetime(2026, 2, 27, 23, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    updated=datetime(2026, 2, 27, 18, 0, tzinfo=UTC),
    title="Compost in a <small> flat & what I'd do again",
    html="<h2>First</h2>\n<p>Buy a lid.</p>",
    summary="Buy a lid.",
    author_name="Ada Łovelace",
    language="fr",
    via_name="Ben's list",
    via_url="https://ben.example/list",
    reason="You follow Ada",
)
EXCERPT = ItemOut(
    id="https://eve.example/1",
    url=f"{HERE}/posts/1",
    external_url="https://eve.example/1",
    published=NOON - timedelta(days=9),
    updated=NOON - timedelta(days=9),
    title="What the heap taught me",
    html="<p>It began with a smell…</p>",
    author_name="Eve",
    is_excerpt=True,
)
FEED = FeedOut(
    id=f"{HERE}/fresh",
    title="Fresh at the garden table",
    subtitle="Everything that was shared with everybody",
    home_url=f"{HERE}/",
    self_url=f"{HERE}/fresh.atom",
    updated=NOON,
    language="en",
    next_url=f"{HERE}/fresh.atom?before=1",
    icon=f"{HERE}/static/icon.png",
    items=[NOTE, ARTICLE, EXCERPT],
)
EMPTY = replace(FEED, items=(), next_url=None, icon=None, subtitle="", language="")
