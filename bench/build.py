"""The network that is measured: 1,000 people, 100,000 posts, 200 follows and 100 home rows each, 10,000 who follow one.

Written by COPY and set-wise statements into the database the settings name; the same every time for one seed.
"""

import itertools
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.db.models import NOT_PROVIDED, Model
from psycopg import sql

from bench.house import TINY
from bench.words import SUBJECTS, Vocabulary
from potluck.lib.ids import new_id
from potluck.people.models import Account, Follow, Person, Topic
from potluck.posts.models import Kind, Post
from potluck.search.embedding_backlog import work_off
from potluck.search.index import _row as words_of  # the statement alone would measure nothing here
from potluck.search.models import Indexed
from potluck.search.statistics import refresh_statistics

PEOPLE = 60 if TINY else 1000
POSTS = 1500 if TINY else 100_000
FOLLOWS = 200
HOME = 100
FOLLOWERS = 10_000
THREADS, REPLIES = 60, 50
SESSIONS = 40
# The author whom ten thousand follow; nobody else does.
FAMOUS = PEOPLE - 1
YEARS = 5
COOKIES = "bench-sessions.json"

_KINDS = [Kind.NOTE] * 8 + [Kind.ARTICLE] * 5 + [Kind.LINK] * 5 + [Kind.QUESTION] * 2


def build(posts: int = POSTS, people: int = PEOPLE, seed: int = 1) -> None:
    """Make all of it, in some minutes on two cores."""
    chance = random.Random(seed)
    members = _people(people, FOLLOWERS if people > 100 else 0, chance)
    _say("people and follows")
    words = Vocabulary(chance)
    _posts(words, chance, members[:people], posts)
    _say("posts and their words")
    _gifts(chance)
    _home()
    work_off(seconds=3600, rest=0)
    _say("what it means")
    refresh_statistics(anew=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _sessions(members)
    _say("home, thanks, statistics")


def _copy(model: type[Model], columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Write rows of these columns. The model's other columns get its defaults, so that a new one needs nothing here."""
    named = [each.strip() for each in columns.split(",")]
    fields = {field.column: field for field in model._meta.concrete_fields}
    usual = [name for name, field in fields.items() if name not in named and not field.primary_key]
    usual = [name for name in usual if fields[name].db_default is NOT_PROVIDED]
    more = tuple(fields[name].get_db_prep_save(fields[name].get_default(), connection) for name in usual)
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, named + usual))
    )
    connection.ensure_connection()
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row((*row, *more))


def _people(number: int, followers: int, chance: random.Random) -> list[tuple[int, int]]:
    """(account, person) of everybody; the followers of the famous one last."""
    now = datetime.now(UTC)
    everybody = [
        (n + 1, new_id(now - timedelta(days=900) + timedelta(seconds=n))) for n in range(number + followers)
    ]
    _copy(
        Account,
        "id, password, is_superuser, email, is_active, date_joined",
        ((account, "!", account == 1, f"p{account}@bench.example", True, now) for account, _ in everybody),
    )
    _copy(
        Person,
        "id, account_id, handle, name, uri, url, about, about_html, picture, place, languages, affiliations, joined_at,"
        " approved_at, daily, time_zone, language, theme",
        (
            (key, n, f"p{n - 1}", f"Person {n - 1}", f"http://bench/{key}", "", "Somebody.", "<p>Somebody.</p>",
             "", "", ["en"], [], now, now, 40, "UTC", "", "")
            for n, key in everybody
        ),
    )  # fmt: skip
    _copy(
        Follow,
        "id, by_id, who_id, tag, query, name, level, since",
        _follows(everybody, number, chance, now),
    )
    stages = ("helping", "helping", "finding", "starting")
    _copy(
        Topic,
        "person_id, tag, stage, note, since",
        (
            (key, f"subject{subject}", stages[subject % 4], "", now)
            for _, key in everybody[:number]
            for subject in chance.sample(range(SUBJECTS), 5)
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('people_account', 'id'), max(id)) FROM people_account"
        )
    return everybody


def _follows(
    everybody: list[tuple[int, int]], number: int, chance: random.Random, now: datetime
) -> Iterator[tuple[object, ...]]:
    ids = itertools.count(new_id(now - timedelta(days=400)))
    authors = [key for _, key in everybody[: number - 1]]
    for key in authors:
        others = [who for who in chance.sample(authors, min(FOLLOWS + 1, len(authors))) if who != key]
        for who in others[:FOLLOWS]:
            yield next(ids), key, who, "", "", "", 1, now
    for _, key in everybody[number:]:
        yield next(ids), key, everybody[number - 1][1], "", "", "", 1, now


_POST = (
    "id, uri, url, link, link_key, thing, kind, author_id, byline, whence, title, text, html, excerpt,"
    " highlights, tags, mentions, language, reply_to_id, thread, audience, published_at, arrived_at"
)


def _posts(words: Vocabulary, chance: random.Random, authors: list[tuple[int, int]], number: int) -> None:
    """The posts (150 words in the mean) and their words, the replies of the long threads among them."""
    posts = list(
        _made(words, chance, [Person(id=key, account_id=account) for account, key in authors], number)
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX search_terms")
    _copy(Post, _POST, (_post_row(post) for post in posts))
    # The weights are numbers that follow each other as text: what index_posts writes, by COPY.
    _copy(Indexed, "post_id, length, terms, weights", (words_of(post, 150.0) for post in posts))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX search_terms ON search_indexed USING gin (terms)"
            " WITH (fastupdate=on, gin_pending_list_limit=1024)"
        )


def _made(words: Vocabulary, chance: random.Random, authors: list[Person], number: int) -> Iterator[Post]:
    now = datetime.now(UTC)
    threads: list[Post] = []
    long = min(THREADS, number // (10 * REPLIES))
    roots = number - long * REPLIES
    for n in range(number):
        at = now - timedelta(days=365 * YEARS) * (1 - n / number) - timedelta(seconds=60)
        subject = (
            min(int(chance.paretovariate(0.7)) - 1, SUBJECTS - 1)
            if chance.random() < 0.5
            else chance.randrange(SUBJECTS)
        )
        length = max(8, int(chance.lognormvariate(4.6, 0.9)))
        root = threads[n % long] if n >= roots else None
        post = _post(
            words, chance, authors, at, subject, length if root is None else max(5, length // 4), root
        )
        if root is None and n >= roots - long:
            threads.append(post)
        yield post


def _post(
    words: Vocabulary,
    chance: random.Random,
    authors: list[Person],
    at: datetime,
    subject: int,
    length: int,
    root: Post | None,
) -> Post:
    kind = Kind.NOTE if root else chance.choice(_KINDS)
    key = new_id(at)
    text = words.text(subject, length)
    cut = len(text) // 2
    link = f"https://{words.words[chance.randrange(3000)]}.example/{key}" if kind == Kind.LINK else ""
    return Post(
        id=key,
        uri=f"http://bench/{key}",
        link=link,
        link_key=link.removeprefix("https://"),
        thing=key,
        thread=root.id if root else key,
        reply_to=root,
        kind=kind,
        author=chance.choice(authors),
        title=words.text(subject, 6) if kind not in (Kind.NOTE, Kind.LINK) else "",
        text=text,
        html=f"<p>{text[:cut]}</p>\n<p>{text[cut:]}</p>",
        excerpt=text[:400],
        tags=[f"subject{subject}"] if chance.random() < 0.6 else [],
        language="en",
        published_at=at,
    )


def _post_row(p: Post) -> tuple[object, ...]:
    return (
        *(
            p.id,
            p.uri,
            "",
            p.link,
            p.link_key,
            p.thing,
            p.kind,
            p.author_id,
            "",
            "web",
            p.title,
            p.text,
            p.html,
            p.excerpt,
        ),
        *([], p.tags, [], p.language, p.reply_to_id, p.thread, 0, p.published_at, p.published_at),
    )


_THANKS = """
INSERT INTO posts_thanks (id, helper_id, by_id, post_id, note, at)
SELECT (p.id >> 16 << 16) + row_number() OVER () % 65536, p.author_id, f.by_id, p.id, '', p.published_at
FROM posts_post p CROSS JOIN LATERAL (
    SELECT by_id FROM people_follow WHERE who_id = p.author_id ORDER BY by_id OFFSET (p.id % 190) LIMIT 1) f
WHERE p.id % 3 = 0
ON CONFLICT DO NOTHING
"""
_HOME = f"""
INSERT INTO home_arrival (person_id, thing, post_id, place, score, reasons, event, at)
SELECT v.id, n.id, n.id, CASE WHEN n.row < 4 THEN 0 WHEN n.row % 12 = 0 THEN 2 ELSE 1 END, 1,
       CASE WHEN n.row % 5 = 0 AND cardinality(n.tags) > 0
            THEN jsonb_build_array(jsonb_build_object('code', 'person', 'who', n.author_id),
                                   jsonb_build_object('code', 'tag', 'tag', n.tags[1], 'who', n.author_id))
            WHEN n.row % 12 = 0 THEN jsonb_build_array(jsonb_build_object('code', 'thanked', 'who', n.author_id))
            ELSE jsonb_build_array(jsonb_build_object('code', 'person', 'who', n.author_id)) END,
       0, n.published_at
FROM people_person v CROSS JOIN LATERAL (
    SELECT q.*, row_number() OVER (ORDER BY q.id DESC) AS row FROM (
        SELECT p.id, p.tags, p.author_id, p.published_at FROM people_follow f
        CROSS JOIN LATERAL (SELECT * FROM posts_post WHERE author_id = f.who_id AND reply_to_id IS NULL
                            ORDER BY id DESC LIMIT 5) p
        WHERE f.by_id = v.id ORDER BY p.id DESC LIMIT {HOME}) q) n
WHERE EXISTS (SELECT FROM people_follow f WHERE f.by_id = v.id OFFSET 1)
"""


def _gifts(chance: random.Random) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(_THANKS)


def _home() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_HOME)


def _sessions(members: list[tuple[int, int]]) -> None:
    """Somebody signed in for each of the first few, and for the famous one: handle to cookie."""
    cookies = {}
    for account, key in [*members[:SESSIONS], members[min(FAMOUS, len(members) - 1)]]:
        session = SessionStore()
        session[SESSION_KEY] = str(account)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = Account.objects.get(pk=account).get_session_auth_hash()
        session.save()
        cookies[str(key)] = session.session_key
    Path(settings.DATA, COOKIES).write_text(json.dumps(cookies))


_BEGAN = time.monotonic()


def _say(what: str) -> None:
    print(f"  {what} ({time.monotonic() - _BEGAN:.0f} s)", file=sys.stderr, flush=True)


def main() -> None:
    """Build in the folder of POTLUCK_DATA, in a database that need not survive a crash meanwhile."""
    from potluck.store import server, tuning

    with server.start(
        settings.DATA,
        tied=True,
        extra={**tuning.CARELESS, "maintenance_work_mem": "256MB", "max_wal_size": "4GB"},
    ):
        call_command("migrate", interactive=False, verbosity=0)
        build()
        connection.close()


def small() -> None:
    """The example network, for what a small one takes."""
    from potluck.commands.demo.fill import fill
    from potluck.store import server

    with server.start(settings.DATA, tied=True):
        call_command("migrate", interactive=False, verbosity=0)
        fill()
        connection.close()
