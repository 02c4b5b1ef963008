"""What a program sends, as a draft for the door. Nothing of ours is said here that the protocol does not know.

Properties come as a form (`content`, `category[]`) or as JSON (lists under `properties`); both become lists by name.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from potluck.lib import html
from potluck.lib.errors import Malformed, Missing
from potluck.lib.parameters import number
from potluck.lib.url_key import link_key
from potluck.people.models import Person
from potluck.posts.draft import Draft
from potluck.posts.models import Audience, Post
from potluck.posts.tags import normal_all

Properties = Mapping[str, Sequence[Any]]

_AUDIENCES = {"public": Audience.PUBLIC, "private": Audience.ME}
LONGEST_LINK = 2000


def of_form(form: QueryDict) -> Properties:
    """The properties of a form; `mp-` ones are commands we know none of, and stay out."""
    return {
        name.removesuffix("[]"): values
        for name, values in form.lists()
        if not name.startswith("mp-") and name not in ("access_token", "h", "action", "url")
    }


def of_json(body: bytes) -> tuple[Properties, str, str]:
    """The properties of a JSON body, the action it names ("create" if none) and the address it is about."""
    try:
        said = json.loads(html.legible(body.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise Malformed(_("This is not JSON.")) from error
    said = _legible(said)
    if not isinstance(said, dict):
        raise Malformed(_("A JSON object is expected."))
    given = said.get("properties", {})
    if not isinstance(given, dict) or not all(isinstance(values, list) for values in given.values()):
        raise Malformed(_("Each of the properties must be a list."))
    if said.get("type", ["h-entry"]) != ["h-entry"]:
        raise Malformed(_("Only an h-entry can be shared."))
    return given, str(said.get("action", "create")), str(said.get("url", ""))


def draft_of(given: Properties, author: Person) -> Draft:
    """What is to be shared. Malformed or Missing, with a sentence, where it cannot be."""
    text = _text(given.get("content", ()))
    link = _address(_first(given, "bookmark-of"))
    answered = _address(_first(given, "in-reply-to"))
    reply_to = _post(answered, author) if answered else None
    if answered and reply_to is None and not link:
        link = answered  # a page nobody brought in yet: what is said of it is shared with it
    visibility = _first(given, "visibility") or "public"
    if visibility not in _AUDIENCES:
        raise Malformed(_("“%(said)s” cannot be chosen here: public and private can.") % {"said": visibility})
    if _first(given, "post-status") not in ("", "published"):
        raise Malformed(_("Drafts are kept on the page where one shares, not by way of programs."))
    title = _first(given, "name")[:500]
    if not (text or link or title):
        raise Malformed(_("There is nothing in it to share: content, name or bookmark-of."))
    return Draft(
        author=author,
        text=text,
        title=title,
        link=link,
        tags=tuple(normal_all(str(word) for word in given.get("category", ()))),
        reply_to=reply_to,
        audience=_AUDIENCES[visibility],
        whence="micropub",
    )


def own_post(url: str, author: Person) -> Post:
    """The author's own post of this address. Missing if it is none."""
    key = _our_id(url)
    post = Post.objects.filter(pk=key, author=author).first() if key else None
    if post is None:
        raise Missing(_("This is not there, or it is not yours."))
    return post


def _legible(said: Any) -> Any:
    """The same, without what a backslash and a number can write and no database keeps."""
    if isinstance(said, dict):
        return {name: _legible(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_legible(value) for value in said]
    return html.legible(said) if isinstance(said, str) else said


def _first(given: Properties, name: str) -> str:
    return next((str(value).strip() for value in given.get(name, ()) if isinstance(value, str | int)), "")


def _text(values: Iterable[Any]) -> str:
    said = []
    for value in values:
        if isinstance(value, dict):
            said.append(
                str(value.get("text") or value.get("value") or html.text_of(str(value.get("html", ""))))
            )
        else:
            said.append(str(value))
    return "\n\n".join(part.strip() for part in said if part.strip())


def _address(said: str) -> str:
    if said and (not link_key(said) or len(said) > LONGEST_LINK):
        raise Malformed(_("“%(address)s” is not a web address.") % {"address": said[:200]})
    return said


def _our_id(url: str) -> int:
    path = url.removeprefix(f"{settings.ORIGIN}/posts/")
    return (number(path) or 0) if path != url else 0


def _post(url: str, viewer: Person) -> Post | None:
    """What this address answers: one of ours, or the newest the viewer may see that came from there."""
    shown = Post.objects.visible_to(viewer)
    key = _our_id(url)
    if key:
        post = shown.filter(pk=key).first()
        if post is None:
            raise Missing(_("What this answers is not there any more, or not for you."))
        return post
    return shown.filter(link_key=link_key(url), reply_to=None).exclude(link_key="").order_by("id").first()
