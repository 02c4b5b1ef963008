"""How letters that wait are doing, for the doctor."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone

from potluck.channels.mail.outbound.carrier import MAIL
from potluck.deliver.models import Delivery
from potluck.store.doctor import Finding, well, wrong

# Letters that waited longer than this do not wait because there are many.
LONG = timedelta(minutes=20)


def letters() -> Finding:
    """Whether letters leave."""
    waiting = Delivery.objects.filter(carrier=MAIL, done_at=None)
    found = waiting.aggregate(many=Count("id"), since=Min("at"))
    if not found["many"]:
        return well("Letters", "none waits")
    if timezone.now() - found["since"] < LONG:
        return well("Letters", f"{found['many']} are on their way")
    last = waiting.exclude(trouble="").values_list("trouble", flat=True).first()
    where = urlsplit(settings.SMTP).hostname or "the outbox"
    said = f"{found['many']} wait for {where}, the first since {found['since']:%Y-%m-%d %H:%M} UTC"
    return wrong(
        "Letters",
        f"{said}: {last}" if last else said,
        "Look whether POTLUCK_SMTP is right and the mail server answers. Nothing is lost; they go when it does.",
    )
