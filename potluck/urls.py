"""Every address, by noun. Each room of pages and each channel lists its own."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("potluck.channels.home.urls")),
    path("", include("potluck.channels.feeds.urls")),
    path("", include("potluck.web.urls")),
]
