"""Everything that can go wrong, few enough to draw:

    PotluckError
    ├── Refused        a person may not, or not like this; the message says why
    ├── Missing        there is no such thing, or not for this person
    ├── Malformed      what was given cannot be read; the message says what to change
    ├── TryLater       a carrier or a source cannot now; try again
    └── Undeliverable  a carrier or a source never will; stop

Each message is a whole sentence that its reader can be shown.
"""


class PotluckError(Exception):
    """The root: every message is safe to show."""


class Refused(PotluckError):
    """A person did something that is not theirs to do."""


class Missing(PotluckError):
    """A person asked for something that is not there, or not for them."""


class Malformed(PotluckError):
    """A person gave something that cannot be read."""


class TryLater(PotluckError):
    """Out of our hands for now. `after` is the number of seconds the other side asked us to wait, if it did."""

    def __init__(self, message: str, *, after: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.after = after
        self.status = status


class Undeliverable(PotluckError):
    """Out of our hands for good. `status` is the other side's HTTP or SMTP status, if there was one."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
