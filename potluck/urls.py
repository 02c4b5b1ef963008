"""Every address, by noun. Each room of pages and each channel lists its own."""

from django.urls import include, path

from potluck.web.accounts import sso

urlpatterns = [
    path("accounts/oidc/<str:provider_id>/login/", sso.begin),
    path("accounts/", include("allauth.urls")),
    path("", include("potluck.channels.home.urls")),
    path("", include("potluck.channels.feeds.urls")),
    path("", include("potluck.channels.live.urls")),
    path("", include("potluck.channels.mail.urls")),
    path("", include("potluck.channels.micropub.urls")),
    path("", include("potluck.web.urls")),
]

handler500 = "potluck.web.unavailable.server_trouble"
