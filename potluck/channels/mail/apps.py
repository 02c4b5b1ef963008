"""Django's handle on this channel."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "potluck.channels.mail"
    label = "mail"
