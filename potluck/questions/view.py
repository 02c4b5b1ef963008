"""How a question stands, as one reader may know it: who asks it too, who is on it, what was found, what answered it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from potluck.lib.sql import ask
from potluck.people.directory import shown_sql, shown_to
from potluck.people.models import Person
from potluck.posts.anonymity import VEILED, is_veiled, somebody
from potluck.posts.first_words import first_words
from potluck.posts.list_rows import Line, lines
from potluck.posts.models import Post
from potluck.questions.anonymous import is_quiet
from potluck.questions.models import Ask, AskingWishes, Closure, Found, MeToo, Routing, Said, Says, Verdict
from potluck.questions.open_filter import rests
from potluck.questions.publish import Between, betweens

MOST_NAMES, MOST_FOUND = 50, 20

_WHO_ASKS = """
SELECT q.id, q.author_id FROM posts_post q WHERE q.id = ANY(%(ids)s)
UNION ALL SELECT m.question_id, m.person_id FROM questions_metoo m WHERE m.question_id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody by name, with the page of theirs."""

    id: int
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """Somebody who was asked, and why: `code` and `tag` of the reason, and the post that shows it, by its first words,
    where the reader may see it."""

    who: Named
    code: str = ""
    tag: str = ""
    post: int = 0
    words: str = ""


@dataclass(slots=True)
class Piece:
    """Something that may answer: where it fits, who says what of it, and what this reader says."""

    line: Line
    passage: str
    answers: list[str] = field(default_factory=list)
    helps: list[str] = field(default_factory=list)
    mine: str = ""


@dataclass(slots=True)
class State:
    """A question for one reader. `before` and `others` are for its asker and for who is asked, and else empty.

    `looking` is said to its asker while those who may know are still being found. `veiled` says that this reader does
    not know who asks. `between` are the answers only its asker and this reader see; `names` has who those are with.
    """

    id: int
    mine: bool = False
    asks_too: bool = False
    closed_at: datetime | None = None
    answer: Line | None = None
    also: list[Named] = field(default_factory=list)
    on_it: list[Named] = field(default_factory=list)
    answered: bool = False
    before: list[AskedPerson] = field(default_factory=list)
    waits: list[Piece] = field(default_factory=list)
    known: list[Piece] = field(default_factory=list)
    said: str = ""
    asked: bool = False
    others: list[Named] = field(default_factory=list)
    verdicts: dict[int, str] = field(default_factory=dict)
    accepted: frozenset[int] = frozenset()
    quiet: bool = False
    veiled: bool = False
    looking: bool = False
    rests: bool = False
    between: Mapping[int, Between] = field(default_factory=dict)
    names: Mapping[int, Named] = field(default_factory=dict)
    made_from: Mapping[int, Line] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether this reader asks it: first, or too."""
        return self.mine or self.asks_too


def state_of(question: Post, viewer: Person | None) -> State:
    """How it stands. Whoever calls this has taken the question through the gate."""
    state = State(question.id, mine=viewer is not None and question.author_id == viewer.id)
    state.quiet, state.between = is_quiet(question), betweens(question, viewer)
    state.veiled = state.quiet and is_veiled(question, viewer)
    state.rests = rests(question)
    _closed(state, question, viewer)
    too = list(MeToo.objects.filter(question=question).order_by("id").values_list("person_id", flat=True))
    asked = list(Ask.objects.filter(question=question).order_by("round", "id"))
    _mine(state, viewer, too, asked)
    reserve = _reserve(question) if state.asked and not state.said else []
    with_whom = [one.other for one in state.between.values()]
    state.names = names = named([*too, *(row.person_id for row in asked), *reserve, *with_whom], viewer)
    me = viewer.id if viewer else 0
    state.also = [names[key] for key in too if key in names and key != me][:MOST_NAMES]
    done = _answered(question, viewer)
    state.answered = me in done
    if state.mine or not state.quiet:  # those who are asked quietly do not hear of one another
        on_it = [row.person_id for row in asked if row.said == Said.ON_IT and row.person_id not in done]
        state.on_it = [names[key] for key in on_it if key in names]
    state.others = [names[key] for key in reserve if key in names and key != me]
    if state.mine:
        waited = [row for row in asked if row.round and row.said in (Said.NOTHING, Said.NOT_NOW)]
        waited = [row for row in waited if row.person_id not in too and row.person_id not in done]
        state.before = _asked_people([row for row in waited if row.person_id in names], names, viewer)
    _pieces(state, question, viewer)
    return state


def _asked_people(
    asked: Sequence[Ask], names: Mapping[int, Named], viewer: Person | None
) -> list[AskedPerson]:
    """With why each was asked, as far as this reader may see what shows it."""
    posts = [row.reason["evidence"] for row in asked if row.reason.get("evidence")]
    said = {
        row.reason.get("evidence", 0)
        for row in asked
        if row.reason.get("code") in ("asked_answered", "asked_replied")
    }
    words = first_words(posts, viewer, said)
    found = []
    for row in asked:
        post = row.reason.get("evidence") if row.reason.get("evidence") in words else 0
        code = str(row.reason.get("code", "")).removeprefix("asked_")
        found.append(
            AskedPerson(
                names[row.person_id], code, row.reason.get("tag", ""), post or 0, words.get(post or 0, "")
            )
        )
    return found


def who_ask(questions: Sequence[int]) -> dict[int, list[int]]:
    """Everybody who asks each of these questions, whoever asked first before who asks it too."""
    asks: dict[int, list[int]] = {}
    for question, person in ask(_WHO_ASKS, {"ids": list(questions)}):
        asks.setdefault(question, []).append(person)
    return asks


def named(people: Sequence[int], viewer: Person | None) -> dict[int, Named]:
    """Those of these people who may appear to this reader, by id."""
    if not people:
        return {}
    rows = shown_to(viewer).filter(id__in=set(people)).values_list("id", "name", "handle")
    return {key: Named(key, name or handle, f"/@{handle}") for key, name, handle in rows}


def _closed(state: State, question: Post, viewer: Person | None) -> None:
    row = Closure.objects.filter(question=question).first()
    if row is not None:
        state.closed_at = row.at
        seen = Post.objects.visible_to(viewer).filter(pk=row.answer_id or 0).exists()
        state.answer = lines([row.answer_id], viewer)[0] if row.answer_id and seen else None


def _mine(state: State, viewer: Person | None, too: Sequence[int], asked: Sequence[Ask]) -> None:
    if viewer is None:
        return
    state.asks_too = viewer.id in too
    for row in asked:
        if row.person_id == viewer.id:
            state.said, state.asked = row.said, row.round > 0


def _answered(question: Post, viewer: Person | None) -> set[int]:
    """Who has answered, as far as this reader may see it: they are not waited for any more."""
    answers = Post.objects.visible_to(viewer).filter(reply_to=question, deleted_at=None)
    return set(answers.values_list("author_id", flat=True))


def _reserve(question: Post) -> list[int]:
    return list(Routing.objects.filter(pk=question.pk).values_list("reserve", flat=True).first() or [])


def _pieces(state: State, question: Post, viewer: Person | None) -> None:
    """What was found and what people said of it. What nobody judged yet is for those who ask alone."""
    found = list(Found.objects.filter(question=question).order_by("-chance", "-id")[: MOST_FOUND * 3])
    said = _said_of(question, viewer, state.veiled)
    seen = Post.objects.visible_to(viewer)
    ids = {row.post_id for row in found} | {row.post_id for row, _name in said}
    there = {line.id: line for line in lines(seen.filter(id__in=ids).values_list("id", flat=True), viewer)}
    within = set(seen.filter(id__in=ids, thread=question.thread).values_list("id", flat=True))
    passages = {row.post_id: row.passage for row in found}
    pieces = {key: _piece(line, passages.get(key, "")) for key, line in there.items()}
    accepted = set()
    for row, name in said:
        piece = pieces.get(row.post_id)
        if piece is None:
            continue
        if viewer is not None and row.by_id == viewer.id:
            piece.mine = state.verdicts[row.post_id] = row.says
        if row.says != Says.NO:
            (piece.answers if row.says == Says.ANSWERS else piece.helps).append(name)
        if row.says == Says.ANSWERS:
            accepted.add(row.post_id)
    state.accepted = frozenset(accepted)
    rest = [piece for key, piece in pieces.items() if key not in within]
    order = {row.post_id: place for place, row in enumerate(found)}
    rest.sort(key=lambda piece: (not piece.answers, not piece.helps, order.get(piece.line.id, 0)))
    state.known = [piece for piece in rest if piece.answers or piece.helps][:MOST_FOUND]
    if state.asks and _wants_finds(viewer):
        state.waits = [p for p in rest if not (p.answers or p.helps or p.mine)][:MOST_FOUND]


def _piece(line: Line, passage: str) -> Piece:
    if passage and line.title:
        line.excerpt, line.highlights = "", ()  # where it fits says more than how it begins
    return Piece(line, passage)


def _said_of(question: Post, viewer: Person | None, veiled: bool) -> list[tuple[Verdict, str]]:
    """The verdicts of people who may appear to this reader, and who still ask it."""
    asks = Q(by=question.author_id) | Q(by__in=MeToo.objects.filter(question=question).values("person"))
    rows = Verdict.objects.filter(asks, question=question, by__in=shown_to(viewer)).select_related("by")
    names = {question.author_id: somebody()} if veiled else {}
    return [(row, names.get(row.by_id) or row.by.shown_name) for row in rows.order_by("id")]


def _wants_finds(viewer: Person | None) -> bool:
    none = AskingWishes.objects.filter(person=viewer, finds=AskingWishes.Finds.NONE)
    return viewer is not None and not none.exists()


@dataclass(frozen=True, slots=True)
class Helped:
    """Somebody's question that a share answered, or helped with."""

    id: int
    title: str
    answered: bool
    who: Named


_ABOUT = "SELECT DISTINCT question_id FROM questions_verdict WHERE post_id = %s AND says <> 'no' LIMIT 100"
_HELPED = f"""
SELECT v.says, v.by_id, COALESCE(NULLIF(by.name, ''), by.handle), by.handle, q.id,
       COALESCE(NULLIF(q.title, ''), q.excerpt)
FROM questions_verdict v JOIN posts_post q ON q.id = v.question_id JOIN people_person by ON by.id = v.by_id
WHERE v.post_id = %s AND v.says <> 'no' AND q.id = ANY(%s)
  AND NOT {VEILED.format(p="q", me="%s")} AND {{shown}} ORDER BY v.says, v.id DESC LIMIT 100
"""


def helped_by(post: Post, viewer: Person | None) -> list[Helped]:
    """Whose questions a share helped with, as far as this reader may see the question and meet who asks it."""
    questions = [row[0] for row in ask(_ABOUT, [post.id])]
    if not questions:
        return []
    seen = list(Post.objects.visible_to(viewer).filter(id__in=questions).values_list("id", flat=True))
    shown = shown_sql(viewer)
    values = [post.id, seen, viewer.id if viewer else 0, *[viewer and viewer.id] * shown.count("%s")]
    rows = ask(_HELPED.format(shown=shown.format(p="by")), values)
    return [
        Helped(key, title, says == Says.ANSWERS, Named(by, name, f"/@{handle}"))
        for says, by, name, handle, key, title in rows
    ]
