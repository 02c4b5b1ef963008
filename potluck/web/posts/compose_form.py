"""What the box to share in holds: its fields, as a form or a draft has them, and what they say to the door."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from potluck import door
from potluck.deliver.inbox import zone_of
from potluck.lib.errors import Malformed
from potluck.lib.licences import choices
from potluck.people.directory import shown_to
from potluck.people.models import Circle, Person
from potluck.posts.draft import Draft
from potluck.posts.metadata import HowFar, Meant, Wanted
from potluck.posts.models import Audience, Kind, Post
from potluck.posts.saved_drafts import Fields
from potluck.questions.ask_replies import ask_by_name

# What is kept of a form in a draft, beside the files that wait with it.
ONCE = (
    *("text", "title", "tags", "kind", "audience", "readers", "before"),
    *("how_far", "wanted", "until", "licence", "share_at", "alone"),
)
# Those that lie folded under the box.
FOLDED = ("title", "tags", "readers", "before", "how_far", "wanted", "until", "share_at")
# So many can be asked by name at once.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """One audience as parts/compose.html shows it."""

    value: str
    label: str
    hint: str = ""


def fields_of(form: QueryDict) -> dict[str, str | list[str]]:
    """What a form says, to be kept. Whom one ticked beside the box is named in it then."""
    said: dict[str, str | list[str]] = {name: str(form[name]) for name in ONCE if form.get(name)}
    if "licence" in form:  # that nothing is said of it is said, too
        said["licence"] = str(form["licence"])
    if form.getlist("ask"):
        said["before"] = " ".join(
            [form.get("before", ""), *(f"@{one}" for one in form.getlist("ask"))]
        ).strip()
    if form.getlist("attachment"):
        said["attachment"] = form.getlist("attachment")
    return said


def form_of(fields: Fields) -> QueryDict:
    """The form again, of what was kept."""
    form = QueryDict(mutable=True)
    for name, said in fields.items():
        form.setlist(name, said if isinstance(said, list) else [said])
    return form


@transaction.atomic
def let_in(form: QueryDict, viewer: Person, kept: tuple[int, ...]) -> Post:
    """Share it, and put a question before those whom its asker picked or named; quietly, before nobody else."""
    named = picked(form, viewer)
    if form.get("audience") == "quiet":
        if form.get("kind", "") not in ("", Kind.QUESTION):
            raise Malformed(_("Only a question can be asked quietly. Choose for whom this is."))
        return door.admit_quietly(draft_of(form, viewer, kept), named)
    post = door.admit(draft_of(form, viewer, kept))
    if named and post.kind == Kind.QUESTION:
        ask_by_name(post, named, by=viewer)
    return post


def picked(form: QueryDict, viewer: Person) -> list[Person]:
    """Those whom an asker ticked, or named by handle."""
    said = form.get("before", "").replace(",", " ").split()
    handles = {one.lstrip("@").lower() for one in said} - {""}
    found = shown_to(viewer).filter(handle__in=[*handles, *form.getlist("ask")], account__isnull=False)
    people = list(found.exclude(pk=viewer.pk)[:MOST_NAMED])
    unknown = handles - {who.handle for who in people} - {viewer.handle}
    if unknown:
        names = ", ".join(f"@{one}" for one in sorted(unknown))
        raise Malformed(_("Nobody here is called %(names)s.") % {"names": names})
    return people


def draft_of(
    form: QueryDict, viewer: Person, attachments: tuple[int, ...], *, reply_to: Post | None = None
) -> Draft:
    """What a form says, for the door. Raises Malformed where it names what is not there."""
    kind = form.get("kind", "")
    audience, circle, readers = _audience(form.get("audience", "public"), form.get("readers", ""), viewer)
    return Draft(
        author=viewer,
        text=form.get("text", ""),
        title=form.get("title", ""),
        kind=kind if kind in Kind.values and not reply_to else "",
        tags=tags_of(form),
        reply_to=reply_to,
        audience=audience,
        circle=circle,
        readers=readers,
        attachments=attachments,
        alone=bool(form.get("alone")) and reply_to is not None,
        meant=meant_of(form, viewer),
    )


def tags_of(form: QueryDict) -> tuple[str, ...]:
    return tuple(form.get("tags", "").replace(",", " ").split())


def meant_of(form: QueryDict, viewer: Person, stands: datetime | None = None) -> Meant:
    """How its author says that it is meant; `stands` is until when it was to stand before."""
    said, until = form.get("until", ""), None
    if said:
        day = moment_of(f"{said}T00:00", viewer)
        until = day and day + timedelta(days=1)
        if until is None or (until != stands and until < timezone.now() + timedelta(days=1)):
            raise Malformed(_("It can stand until tomorrow, or any later day."))
    licence = form.get("licence")
    return Meant(form.get("how_far", ""), form.get("wanted", ""), until, licence).checked()


def day_of(until: datetime | None, viewer: Person) -> str:
    """The last day on which something stands, as a form has it."""
    return (until.astimezone(zone_of(viewer)) - timedelta(days=1)).date().isoformat() if until else ""


def moment_of(said: str, viewer: Person) -> datetime | None:
    """A day and time as a form sends it, where the viewer is; None if it is none."""
    try:
        return datetime.fromisoformat(said).replace(tzinfo=zone_of(viewer))
    except ValueError:
        return None


def _audience(chosen: str, names: str, viewer: Person) -> tuple[int, Circle | None, tuple[Person, ...]]:
    """Read `public`, `members`, `circle-<id>`, `named` or `me`; an unknown word is refused, never widened."""
    if chosen.startswith("circle-"):
        # By comparing words: a number that no id can be is no circle, and no error.
        circle = next((c for c in Circle.objects.filter(owner=viewer) if chosen == f"circle-{c.id}"), None)
        if circle is None:
            raise Malformed(_("Choose one of your circles, or another audience."))
        return Audience.CIRCLE, circle, ()
    plain = {
        "public": Audience.PUBLIC,
        "members": Audience.MEMBERS,
        "named": Audience.NAMED,
        "quiet": Audience.NAMED,
        "me": Audience.ME,
    }
    if chosen not in plain:
        raise Malformed(_("Choose for whom this is."))
    if chosen != "named":
        return plain[chosen], None, ()
    handles = {name.strip().lstrip("@").lower() for name in names.replace(",", " ").split()}
    readers = tuple(Person.objects.filter(handle__in=handles, account__isnull=False))
    unknown = handles - {reader.handle for reader in readers}
    if unknown:
        raise Malformed(
            _("Nobody here is called %(names)s.") % {"names": ", ".join(f"@{u}" for u in sorted(unknown))}
        )
    return Audience.NAMED, None, readers


def shown(form: QueryDict, viewer: Person | None) -> dict[str, object]:
    """The box as it was left, for share/parts.html."""
    kind = form.get("kind", "")
    return {
        "held": form,
        "filled": any(form.get(name) for name in FOLDED),
        "text": form.get("text", ""),
        "kind": kind if kind in Kind.values else "",
        "audiences": audiences(viewer),
        "audience": form.get("audience") or "public",
        "manners": manners(),
    }


def manners() -> dict[str, list[tuple[str, str]]]:
    """What one may say of how something is meant."""
    return {
        "how_far": [("", _("nothing is said")), *((one.value, str(one.label)) for one in HowFar)],
        "wanted": [("", _("whatever comes")), *((one.value, str(one.label)) for one in Wanted)],
        "licences": choices(),
    }


def audiences(viewer: Person | None) -> list[Choice]:
    """The audiences this person may choose from; everybody is the first."""
    circles = Circle.objects.filter(owner=viewer).order_by("name") if viewer else []
    quietly = _(
        "For a question: only those you name see it, or a few who may know. They learn your name once they answer."
    )
    return [
        Choice("public", _("Public"), _("Everybody, whoever it helps.")),
        Choice("members", _("Members"), _("Only members of this network.")),
        *[Choice(f"circle-{c.id}", c.name, _("Only the people in this circle of yours.")) for c in circles],
        Choice(
            "named", _("People I name"), _("Only those whose handles you write under “For whom, by handle”.")
        ),
        *([Choice("quiet", _("Quietly, a few"), quietly)] if viewer else []),
        Choice("me", _("Only me"), _("A note to yourself.")),
    ]
