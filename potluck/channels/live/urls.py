"""The addresses of rooms."""

from django.urls import path

from potluck.channels.live import views

urlpatterns = [
    path("posts/<int:post_id>/live", views.room, name="room"),
    path("posts/<int:post_id>/live/messages", views.messages, name="room-messages"),
    path("posts/<int:post_id>/live/presence", views.presence, name="room-presence"),
]
