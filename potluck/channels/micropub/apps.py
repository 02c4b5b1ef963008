"""Django's handle on this channel."""

from django.apps import AppConfig


class MicropubConfig(AppConfig):
    name = "potluck.channels.micropub"
    label = "micropub"
