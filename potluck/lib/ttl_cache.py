"""What is costly to make and may be a little old: each process keeps its own."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """Made at the first call, and anew at the first after so many seconds, or at each call where it is not `worth`
    keeping."""

    def __init__(
        self,
        make: Callable[[], Thing],
        *,
        seconds: float,
        worth: Callable[[Thing], bool] = lambda _thing: True,
    ) -> None:
        self._make, self._seconds, self._worth = make, seconds, worth
        self._kept: tuple[float, Thing] | None = None

    def __call__(self) -> Thing:
        now = time.monotonic()
        if self._kept is None or now - self._kept[0] > self._seconds or not self._worth(self._kept[1]):
            self._kept = (now, self._make())
        return self._kept[1]

    def forget(self) -> None:
        """Make it anew at the next call."""
        self._kept = None
