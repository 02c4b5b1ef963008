"""Read the script of the example: who is there, what they share, and what others do with it.

== ines 412 toaster | Why a toaster opens from below     who, days ago, [name for later], title
tags: toasters school                                     also: link url lang to before from
The text, a line for each paragraph.
-- bert +1                                                a reply so many days later; `---` answers that one
* thanks wanda tomas: words                               also: uses, passes (+days), keeps
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
_SHARE = re.compile(r"== (?P<who>\w+) (?P<days>[\d.]+)(?: (?P<name>[\w-]+))?(?: \| (?P<title>.+))?")
_REPLY = re.compile(r"(?P<dashes>--+) (?P<who>\w+) \+(?P<days>[\d.]+)")
_FACT = re.compile(r"(?P<key>tags|link|url|lang|to|from): (?P<value>.+)")
_ACT = re.compile(
    r"\* (?P<verb>\w+) (?P<who>[\w ]+?)(?: \+(?P<days>[\d.]+))?(?: @ (?P<where>\S+))?(?:: (?P<words>.+))?"
)


@dataclass(slots=True)
class Act:
    """What somebody does with a share: thanks, uses, passes it on, keeps it."""

    verb: str
    who: str
    days: float
    where: str
    words: str


@dataclass(slots=True)
class Said:
    """One share or reply. `days` are days ago for a share, days after what it answers for a reply."""

    who: str
    days: float
    title: str = ""
    depth: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    paragraphs: list[str] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    answers: "Said | None" = None

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)

    @property
    def ago(self) -> float:
        """Days ago; a reply never comes from the future."""
        return self.days if self.answers is None else max(0.02, self.answers.ago - self.days)


@dataclass(slots=True)
class Somebody:
    """One person of the example, with what stands under their name in people.txt."""

    handle: str
    name: str
    facts: dict[str, str]


def people(folder: Path = HERE) -> list[Somebody]:
    """Everybody in a folder's people.txt, the host first."""
    found: list[Somebody] = []
    for line in _lines(folder / "people.txt"):
        if line.startswith("@"):
            handle, _, name = line[1:].partition(" ")
            found.append(Somebody(handle, name, {}))
        else:
            key, _, value = line.partition(": ")
            found[-1].facts[key] = value
    return found


def shares(folder: Path = HERE) -> list[Said]:
    """Every share and reply in a folder's other scripts, each after what it answers."""
    files = sorted(path for path in folder.glob("*.txt") if path.name != "people.txt")
    return [said for path in files for said in _shares(_lines(path))]


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            yield line.strip()


def _shares(lines: Iterator[str]) -> list[Said]:
    found: list[Said] = []
    above: list[Said] = []
    for line in lines:
        if (match := _SHARE.fullmatch(line)) or (match := _REPLY.fullmatch(line)):
            said = _said(match, above)
            above = [*above[: said.depth], said]
            found.append(said)
        elif fact := _FACT.fullmatch(line):
            found[-1].facts[fact["key"]] = fact["value"]
        elif act := _ACT.fullmatch(line):
            above[0].acts += _acts(act)
        else:
            found[-1].paragraphs.append(line)
    return found


def _said(match: re.Match[str], above: list[Said]) -> Said:
    got = match.groupdict()
    depth = len(got.get("dashes") or "-") - 1
    said = Said(got["who"], float(got["days"]), got.get("title") or "", depth)
    said.answers = above[depth - 1] if depth else None
    return said


def _acts(match: re.Match[str]) -> Iterator[Act]:
    for who in match["who"].split():
        yield Act(match["verb"], who, float(match["days"] or 1), match["where"] or "", match["words"] or "")
