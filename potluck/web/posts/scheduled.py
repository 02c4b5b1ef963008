"""Share at a later moment: what waits lies among the drafts, under a name of its own, until the worker shares it.

While somebody changes what waits, what they type is kept under a second name, so that nothing goes out half changed.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from potluck.lib.errors import Malformed, Missing, Refused
from potluck.lib.ids import new_id
from potluck.people.models import Person
from potluck.people.network import the_network
from potluck.posts.models import Post, SavedDraft
from potluck.posts.saved_drafts import Fields, begun, done
from potluck.web.posts import compose_form
from potluck.web.posts.files import named

log = logging.getLogger(__name__)
_WAITING, _CHANGING = "later-", "again-"
MOST_WAITING = 200
LONGEST = timedelta(days=5 * 366)


def opened(viewer: Person, about: str) -> Fields:
    """The fields of a draft of this name; of what waits, as it was last changed."""
    return begun(viewer, draft_name(about)) or begun(viewer, about)


def draft_name(about: str) -> str:
    """The name under which what is typed into it now is kept."""
    return about.replace(_WAITING, _CHANGING, 1) if about.startswith(_WAITING) else about


@transaction.atomic
def put_off(form: QueryDict, viewer: Person, kept: tuple[int, ...], about: str) -> SavedDraft:
    """Let it wait for the moment the form names. Raises Malformed or Refused with a sentence."""
    at, now = compose_form.moment_of(form.get("share_at", ""), viewer), timezone.now()
    if at is None or not now < at < now + LONGEST:
        raise Malformed(_("Choose a moment that is still to come, within five years."))
    row = _taken(viewer, about) or SavedDraft(person=viewer, about=f"{_WAITING}{new_id()}")
    compose_form.draft_of(form, viewer, kept)
    compose_form.picked(form, viewer)
    if not (form.get("text", "").strip() or form.get("title", "").strip() or kept):
        raise Malformed(_("There is nothing here yet. Write a line, or add a link or a file."))
    if viewer.saved_drafts.filter(due_at__isnull=False).exclude(pk=row.pk).count() >= MOST_WAITING:
        raise Refused(_("So many of yours wait already. Let some of them go out first."))
    row.fields = {**compose_form.fields_of(form), "attachment": [str(key) for key in kept]}
    row.due_at, row.at = at, now
    row.save()
    done(viewer, about)
    return row


@transaction.atomic
def share_now(form: QueryDict, viewer: Person, kept: tuple[int, ...], about: str) -> Post:
    """Share it, and let nothing of it wait any more."""
    row = _taken(viewer, about)
    post = compose_form.let_in(form, viewer, kept)
    if row is not None:
        row.delete()
    done(viewer, about)
    return post


def _taken(viewer: Person, about: str) -> SavedDraft | None:
    """What waits and is changed in the box of this name, held so that the worker does not share it meanwhile."""
    if not about.startswith(_CHANGING):
        return None
    name = about.replace(_CHANGING, _WAITING, 1)
    row = SavedDraft.objects.select_for_update().filter(person=viewer, about=name).first()
    if row is None:
        raise Refused(_("This went out meanwhile. You can change it on its own page."))
    return row


def rest(viewer: Person, draft_id: int) -> SavedDraft:
    """Let it wait for no moment any more: it stays a draft."""
    row = SavedDraft.objects.filter(person=viewer, pk=draft_id, about__startswith=_WAITING).first()
    if row is None:
        raise Missing(_("This is not there any more. It may have gone out."))
    row.fields.pop("share_at", None)
    SavedDraft.objects.filter(pk=row.pk).update(due_at=None, fields=row.fields)
    return row


@app.periodic(cron="* * * * *")
@app.task(name="potluck.web.share_due", queue="events", pass_context=False)
def share_due(timestamp: int) -> None:
    """Each minute: share whatever has waited long enough. What cannot go out now is tried again."""
    due = SavedDraft.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    for key in list(due.values_list("id", flat=True)):
        try:
            _share(key)
        except Exception:
            log.exception("The draft %s could not be shared at its time; it is tried again in a minute", key)


@transaction.atomic
def _share(key: int) -> None:
    """The draft ends in the transaction in which its post begins, so it is shared once whatever dies in between."""
    due = SavedDraft.objects.select_for_update(skip_locked=True, of=("self",)).select_related("person")
    row = due.filter(pk=key, due_at__lte=timezone.now()).first()
    if row is None:
        return
    form = compose_form.form_of(row.fields)
    with translation.override(row.person.language or the_network().language):
        try:
            with transaction.atomic():
                compose_form.let_in(form, row.person, tuple(named(form)))
        except (Refused, Malformed) as error:
            SavedDraft.objects.filter(pk=key).update(
                due_at=None, fields={**row.fields, "trouble": str(error)}
            )
        else:
            row.delete()
