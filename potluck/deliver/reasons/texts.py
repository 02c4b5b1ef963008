"""The sentence for each kind of reason, and which of them say more than others."""

from django.utils.translation import gettext_noop as _noop

# Somebody speaks to the reader: then it need not be said that they are followed, too.
SPEAKING = frozenset(
    [
        *("reply", "answer", "yours", "mention", "named", "circle", "first", "first_word"),
        *(
            "asked_quietly",
            "asked_answered",
            "asked_replied",
            "asked_shared",
            "asked_used",
            "asked_declared",
            "asked_finding",
            "asked_profile",
            "asked_nearest",
            "asked_active",
            "asked_few",
            "asked_named",
        ),
    ]
)
FOLLOWED = frozenset(("person", "topic", "thread"))
# The evidence stands at their end, as a link.
LINKED = frozenset(
    (
        *("asked_answered", "asked_replied", "asked_shared", "asked_used"),
        *("first_near", "chance", "chance_kept", "adapted"),
    )
)
# The evidence is something said in a thread, and called by the thread.
IN_THREAD = frozenset(("asked_answered", "asked_replied"))
PASSED = _noop("You follow %(who)s, who passed this on")
TEXTS = {
    "person": _noop("You follow %(who)s"),
    "topic": _noop("You follow %(who)s on #%(about)s"),
    "tag": _noop("You follow #%(about)s"),
    "source": _noop("You follow this source"),
    "search": _noop("It fits your search: %(about)s"),
    "thread": _noop("%(who)s in a thread you follow"),
    "reply": _noop("%(who)s replied to you"),
    "answer": _noop("%(who)s answered you"),
    "yours": _noop("%(who)s, in a thread you began"),
    "mention": _noop("%(who)s spoke of you"),
    "named": _noop("%(who)s shared this with you"),
    "circle": _noop("%(who)s shared this with you and a few others"),
    "passed": _noop("%(who)s passed this on"),
    "thanked": _noop("%(who)s thanked you for this"),
    "used": _noop("%(who)s used this"),
    "corrected": _noop("%(who)s was wrong here, and says what is right"),
    "fading": _noop("This goes soon, as you wished. Change that if it should stay."),
    "reminder": _noop("You asked to be reminded of this"),
    # who is asked a question
    "asked_answered": _noop("%(who)s asks. You answered:"),
    "asked_replied": _noop("%(who)s asks. You replied to:"),
    "asked_shared": _noop("%(who)s asks. You wrote:"),
    "asked_used": _noop("%(who)s asks. You used:"),
    "asked_declared": _noop("%(who)s asks. You say you can help with #%(about)s"),
    "asked_finding": _noop("%(who)s asks. You say you find your way with #%(about)s"),
    "asked_profile": _noop("%(who)s asks. It is close to what you say of yourself"),
    # as it was asked before reasons told
    "asked_nearest": _noop("%(who)s asks"),
    "asked_active": _noop("%(who)s asks"),
    "asked_few": _noop("%(who)s asks; we are few, so everybody is asked"),
    "asked_named": _noop("%(who)s asks you"),
    "asked_quietly": _noop("Asked quietly: only those who are asked see it"),
    "proposed": _noop("%(who)s would let everybody read this"),
    "published": _noop("%(who)s said yes, too: everybody can read this now"),
    "adapted": _noop("%(who)s answered with something made from yours:"),
    "suggested": _noop("%(who)s thought of you for this"),
    # what comes to a question
    "found": _noop("It may answer what you ask: %(question)s"),
    "found_too": _noop("It may answer what %(asker)s asks, and you too: %(question)s"),
    "pointed": _noop("%(who)s thought that this answers: %(question)s"),
    "me_too": _noop("Asked too by %(who)s"),
    "on_it": _noop("On it: %(who)s"),
    "answered_it": _noop("According to %(who)s it answered this: %(question)s"),
    "helped": _noop("It helped %(who)s with this: %(question)s"),
    # what comes unasked
    "first": _noop("%(who)s is new here, and you are among the first to read this"),
    "first_word": _noop("%(who)s is new here, and a word from you would be welcome"),
    "first_near": _noop("It is close to what you wrote:"),
    "first_topic": _noop("It is on #%(about)s, of which you say that you know something"),
    "first_invited": _noop("You invited them"),
    "received": _noop("It was put before %(who)s"),
    "chance": _noop("From further away; it is close to what you shared:"),
    "chance_kept": _noop("From further away; it is close to what you keep:"),
}
