"""The addresses of this channel's pages."""

from django.urls import path

from potluck.channels.mail.views import addresses, bridges, confirm, newsletters, preferences, sending

urlpatterns = [
    path("mail/confirm/<str:token>", confirm.confirm, name="mail-confirm"),
    path("you/mail", preferences.reach, name="mail"),
    path("you/mail/addresses", addresses.addresses, name="mail-addresses"),
    path("you/mail/addresses/renewal", addresses.renewal, name="mail-renewal"),
    path("you/mail/all", preferences.all_mail, name="mail-all"),
    path("you/mail/hushes/<int:hush_id>", preferences.hushing, name="mail-hush"),
    path("posts/<int:post_id>/sending", sending.sending, name="sending"),
    path("moderation/bringing", sending.bringing, name="bringing"),
    path("you/newsletters", newsletters.newsletters, name="newsletters"),
    path("you/newsletters/<int:newsletter_id>/retirement", newsletters.retirement, name="newsletter-end"),
    path("you/newsletters/letters/<int:letter_id>", newsletters.letter, name="newsletter-letter"),
    path("moderation/bridges", bridges.bridges, name="bridges"),
    path("moderation/bridges/<int:bridge_id>/retirement", bridges.retirement, name="bridge-end"),
    path(
        "moderation/bridges/<int:bridge_id>/letters/<int:letter_id>",
        bridges.letter,
        name="bridge-letter",
    ),
    path("mail/never/<str:token>", sending.never, name="mail-never"),
    path("mail/off/<str:token>", preferences.off, name="mail-off"),
]
