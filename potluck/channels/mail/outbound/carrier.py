"""Carry matches out by mail: one statement writes what goes at once; the rest waits at home for the digest."""

from potluck.deliver.categories import RHYTHM_SQL
from potluck.deliver.models import Rhythm
from potluck.deliver.preferences import HUSHED_SQL, WANTED_SQL
from potluck.deliver.queue import WaitingCarrier
from potluck.posts.audience import VISIBLE_SQL

MAIL = "mail"
CARRY = "potluck.mail.carry"
# What is said in a live room comes in many short pieces: they stand in the letter of the day.
LIVE = "live"

# A guest, known by a mail address they confirmed, is brought what speaks to them and everybody may see.
GUEST_SQL = """(viewer.account_id IS NULL AND p.deleted_at IS NULL AND p.held_at IS NULL AND p.audience = 0
    AND author.suspended_at IS NULL AND author.removed_at IS NULL AND viewer.suspended_at IS NULL
    AND viewer.removed_at IS NULL
    AND EXISTS (SELECT FROM mail_guest g WHERE g.person_id = viewer.id AND g.confirmed_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM people_block b WHERE (b.by_id = author.id AND b.who_id = viewer.id)
                    OR (b.by_id = viewer.id AND b.who_id = author.id)))"""
# For a match `m`, its `posts_post p` by `people_person author`, and its `people_person viewer`.
MAY_SQL = f"(({VISIBLE_SQL}) OR {GUEST_SQL}) AND {WANTED_SQL} AND NOT {HUSHED_SQL}"

carrier = WaitingCarrier(
    name=MAIL,
    job=CARRY,
    wishes="LEFT JOIN deliver_wishes w ON w.person_id = viewer.id",
    wanted=f"{RHYTHM_SQL} = {Rhythm.NOW:d} AND p.whence <> '{LIVE}' AND {MAY_SQL}",
    fresh="3 days",
)
