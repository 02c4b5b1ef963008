"""Letters can be read by everybody: on a phone, in the dark, by ear, and without their style sheet."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from potluck.channels.mail.digest.schedule import write_due
from potluck.channels.mail.outbound.theme import sheet
from potluck.channels.mail.tests.carried import html, plain, taken
from potluck.deliver.models import Wishes
from potluck.door import admit
from potluck.people.follow import Wish, follow
from potluck.people.models import Person
from potluck.posts.acknowledge import thank
from potluck.posts.draft import Draft
from potluck.questions.models import Chance
from tests.checkers import AXE, OpenWindow, axe, too_wide, vnu

ARTICLE = """Three years of compost in a flat, and what I would do again.

## What went in

Peel, coffee grounds, torn cardboard. *Never* citrus; see [the table](https://compost.example/table).

> It smells when it is too wet, and only then.

| week | what |
|---|---|
| 1 | peel |

```
turn every_third_day --with a_very_long_option_that_does_not_end_soon_enough_for_a_phone
```
"""


@pytest.fixture
def letters(
    ada: Person, ben: Person, cleo: Person, work: Callable[[], None], tmp_path: Path, settings: Settings
) -> dict[str, tuple[str, str]]:
    """One of each: an answer, a question put before somebody, a digest; as (plain, HTML)."""
    settings.OUTBOX, settings.MAIL_TAKEN_IN = tmp_path, True
    now = timezone.now()
    Person.objects.update(joined_at=now - timedelta(days=30))
    follow(Wish(who=ben), by=ada)
    follow(Wish(tag="soil"), by=ada)
    Wishes.objects.bulk_create(Wishes(person=who, daily_at=now) for who in (ada, ben, cleo))
    question = admit(Draft(author=ada, text="How do you keep slugs off seedlings without poison?"))
    type(question).objects.filter(pk=question.pk).update(published_at=now - timedelta(days=4))
    admit(Draft(author=ben, text=ARTICLE, reply_to=question))
    asked = admit(Draft(author=cleo, text="Which sieve keeps worms alive? #soil"))
    first = admit(Draft(author=ben, title="Compost in a flat: what three years taught me", text=ARTICLE))
    admit(Draft(author=cleo, text="Does it really not smell in summer?", reply_to=first))
    admit(
        Draft(
            author=cleo, text="Wörterlänge: Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen. #soil"
        )
    )
    mine = admit(Draft(author=ada, text="Leaf mould holds more water than peat."))
    thank(mine, by=ben)
    thank(mine, by=cleo)
    far = admit(Draft(author=cleo, text="Basalt flour on the beds: half a kilogram for a square metre."))
    late = (now + timedelta(days=1)).replace(hour=23)
    Chance.objects.create(person=ada, post=far, day=late.date(), reason={})
    work()
    sent = {letter["Subject"]: letter for letter in taken(tmp_path) if "ada@" in letter["To"]}
    write_due(late)
    (digest,) = [letter for letter in taken(tmp_path) if "ada@" in letter["To"]]
    said = {"answer": sent[f"Re: {question}"], "asked": sent[str(asked)], "digest": digest}
    return {name: (plain(letter), html(letter)) for name, letter in said.items()}


def test_letters_can_be_read_by_everybody(
    letters: dict[str, tuple[str, str]], open_window: OpenWindow, tmp_path: Path
) -> None:
    wrong = {}
    for width, dark in ((360, False), (360, True), (900, False)):
        page = open_window(width=width, dark=dark)
        page.context.add_init_script(path=AXE)
        for name, (_said, shown) in letters.items():
            file = tmp_path / f"{name}.html"
            file.write_text(shown)
            page.goto(file.as_uri())
            page.screenshot(
                path=tmp_path / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True
            )
            wrong[name, width, dark] = axe(page) + too_wide(page)
    assert {look: found for look, found in wrong.items() if found} == {}


def test_letters_are_valid(letters: dict[str, tuple[str, str]]) -> None:
    assert vnu({name: shown for name, (_said, shown) in letters.items()}) == []


def test_letters_keep_their_looks_where_style_sheets_are_dropped(letters: dict[str, tuple[str, str]]) -> None:
    for _said, shown in letters.values():
        bare = shown.replace(str(sheet()), "")
        assert "<style" not in bare
        ours = bare.partition('<div class="words"')[0]
        assert not re.findall(r'<(?:p|h1|h2|h3|a|div)(?: class="[^"]*")?>', ours)


def test_text_and_html_say_the_same(letters: dict[str, tuple[str, str]]) -> None:
    for said, shown in letters.values():
        words = re.sub(r"<style.*?</style>|<title.*?</title>|<[^>]+>", " ", shown, flags=re.S)
        wanted = {
            word for word in re.findall(r"[^\W\d_]{4,}", words) if word not in ("nbsp", "quot", "ldquo")
        }
        assert wanted - set(re.findall(r"[^\W\d_]{4,}", said)) == set()
