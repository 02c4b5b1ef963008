"""What one does to a post by a word or by writing to an address: each is told in a sentence, with the way back."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from potluck.channels.mail.addresses import act_address
from potluck.channels.mail.outbound.unsubscribe import again, of_letter, off_words, stop
from potluck.deliver.models import Rhythm
from potluck.deliver.preferences import set_rhythm, turn_off, turn_on
from potluck.lib.errors import Missing, Refused
from potluck.people.follow import Wish, follow, unfollow
from potluck.people.leave import come_back, leave
from potluck.people.models import Follow, Level, Person
from potluck.posts.acknowledge import thank, unthank
from potluck.posts.anonymity import called, no_veil
from potluck.posts.edit import delete, undelete
from potluck.posts.models import Post
from potluck.questions.ask_replies import decline, take_on, unsay
from potluck.questions.me_too import ask_no_more, ask_too
from potluck.questions.models import Said


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do on a post, and the verb that takes it back."""

    do: Callable[[Post, Person], str]
    undo: str = ""


def act_on(verb: str, post: int, by: Person) -> str:
    """Do it, and say so. Refused or Missing with a sentence."""
    if verb in LESS:
        return _with_undo(LESS[verb].do(Post(id=post), by), LESS[verb].undo, post, by)
    if verb in WISHES:
        return _with_undo(WISHES[verb].do(Post(), by), WISHES[verb].undo, 0, by)
    act = ON_POSTS[verb]
    about = _post(post, by, taken_back=verb == "put-back")
    return _with_undo(act.do(about, by), act.undo, post, by)


def _post(post: int, by: Person, *, taken_back: bool) -> Post:
    seen = Post.objects.filter(author=by) if taken_back else Post.objects.visible_to(by)
    found = seen.select_related("author").filter(pk=post).first()
    if found is None:
        raise Missing(_("What this is about is not there any more, or not for you."))
    return found


def _with_undo(said: str, undo: str, post: int, by: Person) -> str:
    if not undo:
        return said
    back = act_address(undo, post, by.id)
    return f"{said}\n\n{_('To take it back, send any mail to')}\n{back}"


def _titled(post: Post) -> str:
    return post.title or post.excerpt[:80]


def _thank(post: Post, by: Person) -> str:
    thank(post, by=by)
    return _("%(name)s hears of your thanks.") % {"name": post.author.shown_name}


def _unthank(post: Post, by: Person) -> str:
    unthank(post, by=by)
    return _("Your thanks are taken back.")


def _me_too(post: Post, by: Person) -> str:
    ask_too(post, by=by)
    return _("You ask this, too: “%(title)s”. You hear whatever its asker hears.") % {"title": _titled(post)}


def _not_me_too(post: Post, by: Person) -> str:
    ask_no_more(post, by=by)
    return _("You do not ask this any more.")


def _on_it(post: Post, by: Person) -> str:
    take_on(post, by=by)
    return _("%(name)s hears that you are on it.") % {"name": called(post, by)}


def _off_it(post: Post, by: Person) -> str:
    unsay(post, by=by)
    return _("That is taken back.")


def _declining(said: Said) -> Callable[[Post, Person], str]:
    def turn_down(post: Post, by: Person) -> str:
        decline(post, said, by=by)
        return _("All right. Nobody is told, and this question does not come again.")

    return turn_down


def _mute(post: Post, by: Person) -> str:
    follow(Wish(thread=post.thread), by=by, level=Level.MUTED)
    return _("You hear no more of “%(title)s”.") % {"title": _titled(post)}


def _unmute(post: Post, by: Person) -> str:
    follow(Wish(thread=post.thread), by=by, level=Level.NORMAL)
    return _("You hear of “%(title)s” again.") % {"title": _titled(post)}


def _follow(post: Post, by: Person) -> str:
    no_veil(post, by)
    follow(Wish(who=post.author), by=by)
    return _("You follow %(name)s.") % {"name": post.author.shown_name}


def _unfollow(post: Post, by: Person) -> str:
    no_veil(post, by)
    row = Follow.objects.filter(by=by, who=post.author, tag="").first()
    if row is not None:
        unfollow(row, by=by)
    return _("You do not follow %(name)s any more.") % {"name": post.author.shown_name}


def _take_back(post: Post, by: Person) -> str:
    delete(post, by=by)
    return _("It is taken back.")


def _put_back(post: Post, by: Person) -> str:
    undelete(post, by=by)
    return _("It is there again: %(page)s") % {"page": f"{settings.ORIGIN}{post.page}"}


def _rhythm(rhythm: Rhythm, said: Callable[[], str]) -> Callable[[Post, Person], str]:
    def turn(post: Post, by: Person) -> str:
        turn_on(by)
        set_rhythm(by, rhythm)
        return said()

    return turn


def _none(post: Post, by: Person) -> str:
    turn_off(by)
    return _("You get no mail any more. Everything waits for you on your home page.")


def _again(post: Post, by: Person) -> str:
    turn_on(by)
    return _("You get mail again, as you wished it before.")


def _leave(post: Post, by: Person) -> str:
    leave(by, typed=by.handle, keeps_posts=True)
    return _(
        "You leave %(network)s in seven days. What you shared stays; on the web you can take it with you."
    ) % {"network": settings.ORIGIN}


def _stay(post: Post, by: Person) -> str:
    come_back(by)
    return _("You stay. Everything is as it was.")


def _less(post: Post, by: Person) -> str:
    what = of_letter(post.id)
    stop(by, what)
    more = _("How everything reaches you: %(page)s") % {"page": f"{settings.ORIGIN}/you/mail"}
    return f"{_('Done: %(what)s.') % {'what': off_words(what)}}\n\n{more}"


def _more(post: Post, by: Person) -> str:
    again(by, of_letter(post.id))
    return _("Taken back. Mail comes as before.")


ON_POSTS = {
    "thanks": Act(_thank, "unthanks"),
    "unthanks": Act(_unthank),
    "me-too": Act(_me_too, "not-me-too"),
    "not-me-too": Act(_not_me_too, "me-too"),
    "on-it": Act(_on_it, "off-it"),
    "off-it": Act(_off_it),
    "not-now": Act(_declining(Said.NOT_NOW), "off-it"),
    "not-me": Act(_declining(Said.NOT_ME), "off-it"),
    "mute": Act(_mute, "unmute"),
    "unmute": Act(_unmute, "mute"),
    "follow": Act(_follow, "unfollow"),
    "unfollow": Act(_unfollow, "follow"),
    "take-back": Act(_take_back, "put-back"),
    "put-back": Act(_put_back, "take-back"),
}
# What a letter's own List-Unsubscribe asks for, as its link does: the thread of its post, or the letter of the day.
LESS = {
    "unsubscribe": Act(_less, "resubscribe"),
    "resubscribe": Act(_more, "unsubscribe"),
}
WISHES = {
    "now": Act(_rhythm(Rhythm.NOW, lambda: _("From now on everything comes at once, a mail each.")), "daily"),
    "daily": Act(_rhythm(Rhythm.DAILY, lambda: _("From now on you get one mail a day.")), "none"),
    "weekly": Act(_rhythm(Rhythm.WEEKLY, lambda: _("From now on you get one mail a week.")), "daily"),
    "none": Act(_none, "all"),
    "all": Act(_again, "none"),
    "leave": Act(_leave, "stay"),
    "stay": Act(_stay),
}


def may_act(by: Person) -> None:
    """Refuse with a sentence what only a member can do."""
    if not by.is_member:
        raise Refused(_("Only members can do this. To join, write a mail that says “join”."))
