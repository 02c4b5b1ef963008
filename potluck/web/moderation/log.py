"""The audit log, for those who look after the network: who decided what for others, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from potluck.events.models import AuditEntry, Decision
from potluck.people.models import Person
from potluck.rendering import paging
from potluck.rendering.decorators import MemberRequest, moderators_only
from potluck.rendering.pages import render


class Row(NamedTuple):
    """A decision in words, when it was made, and the page of the post it was about, if it was about one."""

    said: Markup
    at: datetime
    page: str


@require_safe
@moderators_only
def log(request: MemberRequest) -> HttpResponse:
    """A page of the log."""
    page = paging.by_key(request, AuditEntry.objects.all())
    return render(request, "moderation/log.html", {"rows": _rows(page.rows), "page": page})


def _rows(entries: Sequence[AuditEntry]) -> list[Row]:
    named = {key for one in entries for key in (one.by, one.whom) if key}
    people = Person.objects.in_bulk(named)
    return [Row(_said(one, people), one.at, f"/posts/{one.about}" if one.about else "") for one in entries]


def _said(one: AuditEntry, people: Mapping[int, Person]) -> Markup:
    by = _named(one.by, people) if one.by else Markup("<b>{}</b>").format(_("The host, at the command line"))
    return Markup(_sentences()[Decision(one.what)]) % {  # noqa: S704 - sentences of ours; values are escaped
        "by": by,
        "whom": _named(one.whom, people),
        "words": one.words,
    }


def _named(key: int | None, people: Mapping[int, Person]) -> Markup:
    who = people.get(key or 0)
    if who is None:
        return Markup("<b>{}</b>").format(_("somebody who left"))
    return Markup('<a class="by" href="{}">{}</a>').format(who.page, who.shown_name)


def _sentences() -> dict[Decision, str]:
    return {
        Decision.SUSPENDED: _("%(by)s suspended %(whom)s."),
        Decision.READMITTED: _("%(by)s let %(whom)s back."),
        Decision.MADE_MODERATOR: _("%(by)s asked %(whom)s to care for safety."),
        Decision.APPROVED: _("%(by)s let %(whom)s join."),
        Decision.TURNED_AWAY: _("%(by)s did not let %(whom)s join."),
        Decision.WAITS_AGAIN: _("%(by)s took back what was said to %(whom)s, who wants to join."),
        Decision.RELEASED: _("%(by)s let out what %(whom)s wrote."),
        Decision.REFUSED: _("%(by)s gave back to %(whom)s what was held."),
        Decision.TAKEN_AWAY: _("%(by)s took away what %(whom)s wrote."),
        Decision.BROUGHT_BACK: _("%(by)s brought back what %(whom)s wrote."),
        Decision.REMOVED: _("%(by)s removed %(whom)s, who is not a member."),
        Decision.RETURNED: _("%(by)s brought back %(whom)s, who is not a member."),
        Decision.MERGED: _("%(by)s made one tag of two: %(words)s."),
        Decision.SETTLED: _("%(by)s changed the network: %(words)s."),
    }
