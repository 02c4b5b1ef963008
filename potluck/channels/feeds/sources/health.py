"""How a source is, in words its owner can use: what was seen last, what is wrong, when we look again."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from potluck.channels.feeds.reading.poll import waiting_note
from potluck.lib.format import ago
from potluck.people.models import Source


def health(source: Source) -> list[str]:
    """A few sentences, the most important first."""
    if source.retired_at:
        return [source.note or _("Let go. What came from it stays.")]
    if source.paused_at:
        return [_("Resting since %(when)s. What came from it stays.") % {"when": since(source.paused_at)}]
    if not source.looked_at:
        return [waiting_note()]
    said = []
    if source.note:
        said = [source.note]
        if source.failing_since and timezone.now() - source.failing_since > timedelta(hours=2):
            said += [_("So it has been since %(when)s.") % {"when": since(source.failing_since)}]
    if source.last_item_at:
        said += [_("Last shared %(when)s.") % {"when": since(source.last_item_at)}]
    said += [_("Looked at %(when)s.") % {"when": since(source.looked_at)}]
    if source.next_look_at:
        said += [_("Next look %(when)s.") % {"when": until(source.next_look_at)}]
    return said


def since(at: datetime) -> str:
    """How long ago, within a sentence: "a moment ago", "20 min ago", "3 h ago", "yesterday", "14 March"."""
    seconds = (timezone.now() - at).total_seconds()
    if seconds < 90:
        return _("a moment ago")
    if seconds < 3600:
        return ngettext("%(n)d min ago", "%(n)d min ago", int(seconds // 60)) % {"n": seconds // 60}
    if seconds < 6 * 3600:
        return ngettext("%(n)d h ago", "%(n)d h ago", int(seconds // 3600)) % {"n": seconds // 3600}
    if at.date() == timezone.now().date():
        return _("today")
    return ago(at)


def until(at: datetime) -> str:
    """How soon, as one says it: "in a moment", "in 20 min", "in 3 h", "tomorrow", "in 5 days"."""
    seconds = (at - timezone.now()).total_seconds()
    if seconds < 90:
        return _("in a moment")
    if seconds < 3600:
        return ngettext("in %(n)d min", "in %(n)d min", int(seconds // 60)) % {"n": seconds // 60}
    if seconds < 20 * 3600:
        return ngettext("in %(n)d h", "in %(n)d h", int(seconds // 3600)) % {"n": seconds // 3600}
    days = round(seconds / 86400)
    return _("tomorrow") if days <= 1 else ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
