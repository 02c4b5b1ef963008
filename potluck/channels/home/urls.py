"""The addresses of home."""

from django.urls import path, re_path

from potluck.channels.home import private_feed_views, views

urlpatterns = [
    path("home", views.home, name="home"),
    path("home/newer", views.newer, name="home-newer"),
    path("you/feeds", private_feed_views.addresses, name="home-addresses"),
    path("you/feeds/renewal", private_feed_views.renewal, name="home-renewal"),
    re_path(
        r"^home/(?P<token>[\w-]{43})\.(?P<form>atom|rss|json)$", private_feed_views.feed, name="home-feed"
    ),
    path("archive", views.archive, name="archive"),
    path("kept", views.kept, name="kept"),
    path("posts/<int:post_id>/seen", views.seen, name="seen"),
    path("posts/<int:post_id>/reminder", views.reminder, name="reminder"),
    path("posts/<int:post_id>/ripple", views.ripple, name="ripple"),
    path("home/seen", views.all_seen, name="home-seen"),
]
