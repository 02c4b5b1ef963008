"""The page to share on, to reply, and to say it better."""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from potluck import door
from potluck.kit.errors import Malformed, Missing, Refused
from potluck.kit.gate import MemberRequest, members_only
from potluck.kit.pages import render, say
from potluck.people.directory import shown_to
from potluck.people.models import Circle, Person
from potluck.posts.draft import Draft
from potluck.posts.edit import Change
from potluck.posts.models import Audience, Kind, Post
from potluck.posts.share import titled
from potluck.posts.veil import called
from potluck.questions.take_on import ask_by_name
from potluck.web import files
from potluck.web.drafts import begun, done
from potluck.web.posts import seen_by

# So many can be asked by name at once.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Choice:
    """One audience as parts/compose.html shows it."""

    value: str
    label: str
    hint: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """The box, filled from a bookmarklet or a phone's share sheet; a visitor writes first and confirms after."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if request.method == "POST" and viewer is not None and "text" in request.POST:
        return _shared(request, viewer)
    if viewer is None and request.method == "GET" and not request.GET:
        return redirect("/")
    given = request.POST if request.method == "POST" else request.GET
    text = _given_text(given.get("text", ""), given.get("title", ""), given.get("url", ""))
    kind = given.get("kind", "")
    about = begun(viewer, "share") if viewer and not text else {}
    context = {"text": text or about.get("text", ""), "kind": kind if kind in Kind.values else ""}
    return render(request, "share/share.html", {**context, **_audience_context(viewer, given)})


def written(request: HttpRequest, viewer: Person | None, waiting: object) -> dict[str, object]:
    """What the box holds, to be shown again as it was sent."""
    form = request.POST
    said = {"text": form.get("text", ""), "kind": form.get("kind", ""), "waiting": waiting}
    return {**said, **_audience_context(viewer, form)}


def _shared(request: HttpRequest, viewer: Person) -> HttpResponse:
    kept: tuple[int, ...] = ()
    try:
        kept = files.take_in(request, viewer)
        post = _let_in(request, viewer, kept)
    except (Refused, Malformed) as error:
        context = {
            "text": request.POST.get("text", ""),
            "kind": request.POST.get("kind", ""),
            "error": str(error),
            "waiting": files.waiting(viewer, kept),
        }
        return render(
            request, "share/share.html", {**context, **_audience_context(viewer, request.POST)}, status=422
        )
    done(viewer, "share")
    if post.held_at:
        say(
            request,
            _("It waits for a moderator, since it is your first and has many links. Nothing is lost."),
        )
    else:
        say(request, _("It is out."), undo=f"{post.page}/deletion")
    return redirect(post.page)


@transaction.atomic
def _let_in(request: HttpRequest, viewer: Person, kept: tuple[int, ...]) -> Post:
    """Share it, and put a question before those whom its asker picked or named; quietly, before nobody else."""
    named = picked(request, viewer)
    if request.POST.get("audience") == "quiet":
        if request.POST.get("kind", "") not in ("", Kind.QUESTION):
            raise Malformed(_("Only a question can be asked quietly. Choose for whom this is."))
        return door.admit_quietly(_draft(request, viewer, kept), named)
    post = door.admit(_draft(request, viewer, kept))
    if named and post.kind == Kind.QUESTION:
        ask_by_name(post, named, by=viewer)
    return post


def picked(request: HttpRequest, viewer: Person) -> list[Person]:
    """Those whom an asker ticked, or named by handle."""
    said = request.POST.get("before", "").replace(",", " ").split()
    handles = {one.lstrip("@").lower() for one in said} - {""}
    found = shown_to(viewer).filter(
        handle__in=[*handles, *request.POST.getlist("ask")], account__isnull=False
    )
    people = list(found.exclude(pk=viewer.pk)[:MOST_NAMED])
    unknown = handles - {who.handle for who in people} - {viewer.handle}
    if unknown:
        names = ", ".join(f"@{one}" for one in sorted(unknown))
        raise Malformed(_("Nobody here is called %(names)s.") % {"names": names})
    return people


def _draft(
    request: HttpRequest, viewer: Person, attachments: tuple[int, ...], *, reply_to: Post | None = None
) -> Draft:
    form = request.POST
    kind = form.get("kind", "")
    audience, circle, readers = _audience(form.get("audience", "public"), form.get("readers", ""), viewer)
    return Draft(
        author=viewer,
        text=form.get("text", ""),
        title=form.get("title", ""),
        kind=kind if kind in Kind.values and not reply_to else "",
        tags=tuple(form.get("tags", "").replace(",", " ").split()),
        reply_to=reply_to,
        audience=audience,
        circle=circle,
        readers=readers,
        attachments=attachments,
        alone=bool(form.get("alone")) and reply_to is not None,
    )


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


def _audience_context(viewer: Person | None, given: object) -> dict[str, object]:
    get = getattr(given, "get")  # noqa: B009
    return {
        "audiences": audiences(viewer),
        "audience": get("audience") or "public",
        "readers": get("readers") or "",
        "title_given": get("title") or "" if get("text") is not None and not get("url") else "",
        "tags_given": get("tags") or "",
        "before": get("before") or "",
    }


def audiences(viewer: Person | None) -> list[Choice]:
    """The audiences this person may choose from; everybody is the first."""
    circles = Circle.objects.filter(owner=viewer).order_by("name") if viewer else []
    quietly = _(
        "For a question: only those it is put before, or whom you name, see it. They learn your name once they answer."
    )
    return [
        Choice("public", _("Public"), _("Everybody, whoever it helps.")),
        Choice("members", _("Members"), _("Only members of this network.")),
        *[Choice(f"circle-{c.id}", c.name, _("Only the people in this circle of yours.")) for c in circles],
        Choice("named", _("People I name"), _("Only those whose handles you write below.")),
        *([Choice("quiet", _("Quietly, a few"), quietly)] if viewer else []),
        Choice("me", _("Only me"), _("A note to yourself.")),
    ]


def _given_text(text: str, title: str, url: str) -> str:
    """One text of what a share sheet or a bookmarklet sends."""
    said = text.strip()
    for part in (title.strip(), url.strip()):
        if part and part not in said:
            said = f"{said}\n\n{part}" if said else part
    return said


@require_POST
@members_only
def reply(request: MemberRequest, post_id: int) -> HttpResponse:
    """Answer something; for whomever that was for."""
    parent = seen_by(request.viewer, post_id)
    kept: tuple[int, ...] = ()
    try:
        kept = files.take_in(request, request.viewer)
        post = door.admit(_draft(request, request.viewer, kept, reply_to=parent))
    except (Refused, Malformed) as error:
        context: dict[str, object] = {
            "parent": parent,
            "who": called(parent, request.viewer),
            "text": request.POST.get("text", ""),
            "error": str(error),
        }
        context["alone"] = request.POST.get("alone", "")
        context["waiting"] = files.waiting(request.viewer, kept)
        return render(request, "share/reply.html", context, status=422)
    done(request.viewer, f"reply-{parent.id}")
    return redirect(f"/posts/{post.thread}#post-{post.id}")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def edit(request: MemberRequest, post_id: int) -> HttpResponse:
    """Say it better; what it said before stays in its history."""
    post = seen_by(request.viewer, post_id)
    if post.author_id != request.viewer.id:
        raise Missing(_("Only who wrote this can change it."))
    if request.method != "POST":
        kept = begun(request.viewer, f"edit-{post.id}")
        return render(request, "share/edit.html", {"post": post, "text": kept.get("text") or post.text})
    form = request.POST
    title, text = form.get("title", ""), form.get("text", "")
    if not post.reply_to_id:
        title, text = titled(title, text)
    change = Change(
        text=text,
        title=title,
        tags=tuple(form.get("tags", "").replace(",", " ").split()),
        kind=form.get("kind", ""),
        link=post.link,
    )
    try:
        door.amend(post, change, by=request.viewer)
    except (Refused, Malformed) as error:
        context = {"post": post, "text": change.text, "error": str(error)}
        return render(request, "share/edit.html", context, status=422)
    done(request.viewer, f"edit-{post.id}")
    say(request, _("Changed. What it said before is in its history."))
    return redirect(post.page)
