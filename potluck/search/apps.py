"""Django's handle on this room."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "potluck.search"
    label = "search"
