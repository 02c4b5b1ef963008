"""The names posts have in mail, and what a letter answers."""

import hashlib
import re
from collections.abc import Iterable

from django.conf import settings

from potluck.channels.mail.models import Letter

LONGEST = 500
# What is no more than this would break a header, or our table: then a digest stands for it.
_PLAIN = re.compile(r"[!-;=?-~]{1,500}\Z")
_GIVEN = re.compile(r"(?:post|answer|digest|news|letter)\.[\w.-]+\Z")
_OURS = re.compile(r"post\.(\d{1,19})@(.+)\Z")


def message_id_of(posts: Iterable[int]) -> dict[int, str]:
    """The Message-ID of each of these posts (by id), in angle brackets: the one it came with, else one of ours."""
    keys = list(posts)
    rows = Letter.objects.filter(post__in=keys).order_by("-id").values_list("post_id", "message_id")
    came = {post: name for post, name in rows if post is not None}
    return {key: f"<{came.get(key) or f'post.{key}@{settings.MAIL_DOMAIN}'}>" for key in keys}


def post_of(message_id: str) -> int | None:
    """The id of the post that has this Message-ID, with or without angle brackets."""
    return posts_of([message_id]).get(known_as(message_id))


def posts_of(message_ids: Iterable[str]) -> dict[str, int]:
    """The post of each Message-ID that is known, by the name without angle brackets."""
    names = [known_as(each) for each in message_ids]
    found = {name: key for name in names if (key := _ours(name))}
    rows = Letter.objects.filter(message_id__in=names, post__isnull=False)
    return found | {name: key for name, key in rows.values_list("message_id", "post_id") if key is not None}


def is_name_of_ours(message_id: str) -> bool:
    """Whether we gave this name: to a post, or to another letter of ours. Members may have the same domain."""
    name, _at, domain = known_as(message_id).lower().rpartition("@")
    return domain == settings.MAIL_DOMAIN and bool(_GIVEN.match(name))


def known_as(message_id: str) -> str:
    """A Message-ID as we keep it: without angle brackets, and a digest of it where it is no fit name."""
    name = message_id.strip().removeprefix("<").removesuffix(">").strip()
    if _PLAIN.match(name):
        return name
    return f"{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:40]}@digest.invalid"


def _ours(name: str) -> int | None:
    found = _OURS.match(name)
    is_here = found is not None and found[2].lower() == settings.MAIL_DOMAIN.lower()
    return int(found[1]) if found and is_here else None
