"""The addresses of rooms, and of the page about one's devices."""

from django.urls import path

from potluck.channels.live import push_views, views

urlpatterns = [
    path("posts/<int:post_id>/live", views.room, name="room"),
    path("posts/<int:post_id>/live/messages", views.messages, name="room-messages"),
    path("posts/<int:post_id>/live/presence", views.presence, name="room-presence"),
    path("you/devices", push_views.devices, name="devices"),
    path("you/devices/add", push_views.add, name="device-add"),
    path("you/devices/<int:device_id>/removal", push_views.removal, name="device-removal"),
    path("you/devices/<int:device_id>/trial", push_views.trial, name="device-trial"),
]
