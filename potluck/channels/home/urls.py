"""The addresses of home."""

from django.urls import path

from potluck.channels.home import views

urlpatterns = [
    path("home", views.home, name="home"),
    path("home/newer", views.newer, name="home-newer"),
    path("archive", views.archive, name="archive"),
    path("kept", views.kept, name="kept"),
    path("posts/<int:post_id>/seen", views.seen, name="seen"),
    path("posts/<int:post_id>/reminder", views.reminder, name="reminder"),
    path("home/seen", views.all_seen, name="home-seen"),
]
