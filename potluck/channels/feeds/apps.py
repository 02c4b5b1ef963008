"""Django's handle on this channel."""

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "potluck.channels.feeds"
    label = "feeds"
