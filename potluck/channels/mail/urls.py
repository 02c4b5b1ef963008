"""The addresses of this channel's pages."""

from django.urls import path

from potluck.channels.mail import (
    address_views,
    bridge_views,
    confirm_views,
    newsletter_views,
    sending_views,
    wishes_views,
)

urlpatterns = [
    path("mail/confirm/<str:token>", confirm_views.confirm, name="mail-confirm"),
    path("you/mail", wishes_views.reach, name="mail"),
    path("you/mail/addresses", address_views.addresses, name="mail-addresses"),
    path("you/mail/addresses/renewal", address_views.renewal, name="mail-renewal"),
    path("you/mail/all", wishes_views.all_mail, name="mail-all"),
    path("you/mail/hushes/<int:hush_id>", wishes_views.hushing, name="mail-hush"),
    path("posts/<int:post_id>/sending", sending_views.sending, name="sending"),
    path("moderation/bringing", sending_views.bringing, name="bringing"),
    path("you/newsletters", newsletter_views.newsletters, name="newsletters"),
    path(
        "you/newsletters/<int:newsletter_id>/retirement", newsletter_views.retirement, name="newsletter-end"
    ),
    path("you/newsletters/letters/<int:letter_id>", newsletter_views.letter, name="newsletter-letter"),
    path("moderation/bridges", bridge_views.bridges, name="bridges"),
    path("moderation/bridges/<int:bridge_id>/retirement", bridge_views.retirement, name="bridge-end"),
    path(
        "moderation/bridges/<int:bridge_id>/letters/<int:letter_id>",
        bridge_views.letter,
        name="bridge-letter",
    ),
    path("mail/never/<str:token>", sending_views.never, name="mail-never"),
    path("mail/off/<str:token>", wishes_views.off, name="mail-off"),
]
