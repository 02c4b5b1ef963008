"""Django's handle on this room."""

from django.apps import AppConfig


class DeliverConfig(AppConfig):
    name = "potluck.deliver"
    label = "deliver"
