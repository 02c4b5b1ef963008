"""Django's handle on this channel."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "potluck.channels.live"
    label = "live"
