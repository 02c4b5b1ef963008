"""The store as a Django app."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """No models: the store holds everybody else's."""

    name = "potluck.store"
    label = "store"
