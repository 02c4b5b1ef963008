"""Carry matches to people's devices: one statement writes a row each for those who wish to be told of their kind."""

from potluck.deliver.categories import KIND_SQL
from potluck.deliver.preferences import HUSHED_SQL, WANTED_SQL
from potluck.deliver.queue import WaitingCarrier
from potluck.posts.audience import VISIBLE_SQL

PUSH = "push"
KNOCK = "potluck.live.knock"
USUAL = "ARRAY['spoken', 'asked', 'found']::varchar[]"

# For a match `m`, its `posts_post p` by `people_person author`, and its `people_person viewer`.
MAY_SQL = f"({VISIBLE_SQL}) AND {WANTED_SQL} AND NOT {HUSHED_SQL}"

carrier = WaitingCarrier(
    name=PUSH,
    job=KNOCK,
    wishes="LEFT JOIN live_knocking k ON k.person_id = viewer.id",
    wanted=f"""EXISTS (SELECT FROM live_device v WHERE v.person_id = viewer.id)
        AND {KIND_SQL} = ANY(COALESCE(k.kinds, {USUAL})) AND {MAY_SQL}""",
    fresh="1 day",
)
