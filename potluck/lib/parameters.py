"""Numbers and addresses as requests bring them, read in one way: what is none is None or empty, never an error."""

from urllib.parse import SplitResult, urlsplit

LARGEST = 2**63 - 1
_DIGITS = len(str(LARGEST))
_NOTHING = SplitResult("", "", "", "", "")


def number(text: object, *, least: int = 0, most: int = LARGEST) -> int | None:
    """A whole number in decimal digits of any script, from `least` to `most` (both at least 0); else None.

    No sign, no "²", and no more digits than an id has: `isdigit` says yes to what `int` refuses, and `int` itself
    refuses what has more than 4,300.
    """
    digits = text.strip() if isinstance(text, str) else ""
    if not digits.isdecimal() or len(digits) > _DIGITS:
        return None
    found = int(digits)
    return found if least <= found <= most else None


def address(text: str) -> SplitResult:
    """The parts of an address; all of them empty where it is none."""
    try:
        return urlsplit(text)
    except ValueError:
        return _NOTHING
