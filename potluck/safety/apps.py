"""Django's handle on this room."""

from django.apps import AppConfig


class SafetyConfig(AppConfig):
    name = "potluck.safety"
    label = "safety"
