"""A search as a feed: what fits, newest first."""

from datetime import UTC, datetime

import pytest

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
