"""Home's rows are what reached a person, which other channels read too: see `deliver/models.py`."""

from potluck.deliver.models import Arrival, Place

__all__ = ["Arrival", "Place"]
