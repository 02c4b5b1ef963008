"""Django's handle on this room."""

from django.apps import AppConfig


class MatchConfig(AppConfig):
    name = "potluck.match"
    label = "match"
