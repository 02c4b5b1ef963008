"""Django's handle on this room."""

from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    name = "potluck.questions"
    label = "questions"
