"""Django's handle on this room."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "potluck.web"
    label = "web"
