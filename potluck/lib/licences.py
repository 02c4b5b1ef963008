"""The licences one may choose from, by a short name: how it is said, and where it is written."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop


@dataclass(frozen=True, slots=True)
class Licence:
    """`name` is translated where it is said. `url` is where it is written, empty where the law says it already."""

    name: str
    url: str = ""


_CC = "https://creativecommons.org/licenses/"
LICENCES: dict[str, Licence] = {
    "by": Licence("CC BY 4.0", f"{_CC}by/4.0/"),
    "by-sa": Licence("CC BY-SA 4.0", f"{_CC}by-sa/4.0/"),
    "by-nc": Licence("CC BY-NC 4.0", f"{_CC}by-nc/4.0/"),
    "by-nc-sa": Licence("CC BY-NC-SA 4.0", f"{_CC}by-nc-sa/4.0/"),
    "by-nd": Licence("CC BY-ND 4.0", f"{_CC}by-nd/4.0/"),
    "by-nc-nd": Licence("CC BY-NC-ND 4.0", f"{_CC}by-nc-nd/4.0/"),
    "zero": Licence("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "all": Licence(gettext_noop("All rights reserved")),
}


def choices() -> list[tuple[str, str]]:
    """All of them for a list to pick from, saying nothing first."""
    return [("", gettext("nothing is said")), *((key, gettext(one.name)) for key, one in LICENCES.items())]
