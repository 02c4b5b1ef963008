"""The addresses of this channel."""

from django.urls import path

from potluck.channels.micropub import views

urlpatterns = [
    path("micropub", views.micropub, name="micropub"),
    path("you/keys", views.keys, name="keys"),
    path("you/keys/<int:key_id>/removal", views.removal, name="key-removal"),
]
