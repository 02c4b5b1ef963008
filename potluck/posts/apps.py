"""Django's handle on this room."""

from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "potluck.posts"
    label = "posts"
