"""Django's handle on this room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "potluck.people"
    label = "people"
