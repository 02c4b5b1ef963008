"""Rooms that are open while a test runs."""

from collections.abc import Iterator

import pytest

from potluck.channels.live.tests.listening import Rooms


@pytest.fixture
def rooms(transactional_db: None) -> Iterator[Rooms]:
    opened = Rooms()
    yield opened
    opened.close()
