"""A letter to ten thousand: how many a processor second are handed to a mail server on loopback, signed and not.

Everything of ours is counted: claiming, asking the gate, composing, signing, speaking SMTP, marking each letter, and
the database. The server that takes them is a process of its own and is not counted.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.house import TOP, cpu_of, environment, python
from bench.pages import Figures

READERS = 10_000
TEXT = "Lamu badon gefi, *tosen* rami dulon kan bevi moso; falin dora, susi gan telon. "


def letters(data: Path) -> Figures:
    """Both figures, each on ten thousand new letters."""
    python("bench.letters:build", data)
    found: Figures = {}
    for name, signing in (("letters_out", "off"), ("letters_out_signed", "on")):
        rate, seconds = _handed(data, signing)
        found |= {name: (rate, "a CPU second"), f"{name}_seconds": (seconds, "s")}
    return found


def _handed(data: Path, signing: str) -> tuple[float, float]:
    sink = subprocess.Popen([sys.executable, "-m", "bench.sink"], cwd=TOP, stdout=subprocess.PIPE, text=True)
    try:
        assert sink.stdout
        ours = {
            "POTLUCK_SMTP": f"smtp://127.0.0.1:{sink.stdout.readline().strip()}",
            "POTLUCK_DKIM": signing,
            "POTLUCK_ORIGIN": "https://potluck.example",
            "POTLUCK_MAIL_DOMAIN": "potluck.example",
        }
        code = "import django; django.setup(); from bench.letters import hand_over; hand_over()"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**environment(data), **ours},
            cwd=TOP,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        rate, seconds = json.loads(done.stdout.splitlines()[-1])
        return rate, seconds
    finally:
        sink.terminate()
        sink.wait()


def build() -> None:
    """An empty network with ten thousand who want what one of them shares at once."""
    from django.core.management import call_command
    from django.utils import timezone

    from potluck.deliver.models import Rhythm, Wishes
    from potluck.lib.ids import new_id
    from potluck.people.follow import Wish, follow
    from potluck.people.models import Account, Follow, Person
    from potluck.store import server

    with server.start(Path(os.environ["POTLUCK_DATA"])):
        call_command("migrate", verbosity=0)
        if Person.objects.filter(handle="writer").exists():
            return
        now = timezone.now()
        names = ["writer", *(f"reader{n}" for n in range(READERS))]
        accounts = [Account(email=f"{n}@bench.example", password="!") for n in names]
        Account.objects.bulk_create(accounts, batch_size=1000)
        people = [
            Person(account=one, handle=n, name=f"Name of {n}", uri=f"urn:mail:{n}", approved_at=now)
            for n, one in zip(names, accounts, strict=True)
        ]
        Person.objects.bulk_create(people, batch_size=1000)
        follow(Wish(who=people[0]), by=people[1])
        first = Follow.objects.get()
        follows = (Follow(id=new_id(), by=one, who=people[0], level=first.level) for one in people[2:])
        Follow.objects.bulk_create(follows, batch_size=1000)
        wishes = (Wishes(person=one, followed=Rhythm.NOW, told_at=now) for one in people[1:])
        Wishes.objects.bulk_create(wishes, batch_size=1000)


def hand_over() -> None:
    """Share one article, and carry it to all; prints letters a processor second, and the seconds by the clock."""
    import psutil

    from potluck.channels.mail.outbound.send_job import carry_all
    from potluck.deliver.models import Delivery
    from potluck.door import admit
    from potluck.events.models import Event
    from potluck.flow import handle
    from potluck.people.models import Person
    from potluck.posts.draft import Draft
    from potluck.store import server

    def spent() -> float:
        return sum(cpu_of(one) for one in (psutil.Process(), *filter(_is_ours, psutil.process_iter())))

    def _is_ours(one: psutil.Process) -> bool:
        try:
            return one.name() == "postgres" and os.environ["POTLUCK_DATA"] in " ".join(_top(one).cmdline())
        except psutil.Error:  # a session of another database that ended just now
            return False

    def _top(one: psutil.Process) -> psutil.Process:
        above = one.parent()
        return _top(above) if above and above.name() == "postgres" else one

    with server.start(Path(os.environ["POTLUCK_DATA"])):
        writer = Person.objects.get(handle="writer")
        admit(Draft(author=writer, title=f"News {time.time_ns()}", text=TEXT * 20))
        handle(list(Event.objects.filter(handled_at=None).values_list("id", flat=True)))
        waiting = Delivery.objects.filter(done_at=None).count()
        assert waiting >= READERS, waiting
        began, before = time.monotonic(), spent()
        went = carry_all(1)
        used, seconds = spent() - before, time.monotonic() - began
        assert went == waiting and not Delivery.objects.filter(done_at=None).exists(), went
        print(json.dumps([went / used, seconds]))
