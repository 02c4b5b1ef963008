"""Django's handle on this channel."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "potluck.channels.home"
    label = "home"
