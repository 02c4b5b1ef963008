"""Whom somebody follows in the fediverse, as Mastodon writes it: a table (CSV) whose first column is an address.

Akkoma, GoToSocial, Pixelfed and others write the same table, or the addresses alone, one a line.
"""

import csv
import re

from django.utils.translation import gettext as _

from potluck.channels.feeds.importing.opml import Subscription, Subscriptions
from potluck.channels.feeds.reading.types import Skipped
from potluck.lib.errors import Malformed

_ACCOUNT = re.compile(r"@?([\w.-]{1,255})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE | re.ASCII)
_HEAD = re.compile(rb"\s*(?:\xef\xbb\xbf)?\"?account address\"?\s*(?:[,;\r\n]|\Z)", re.IGNORECASE)


def looks_so(head: bytes) -> bool:
    """Whether a file begins as such a table does."""
    return bool(_HEAD.match(head))


def read(body: bytes) -> Subscriptions:
    """The accounts of a table, each with its feed as Mastodon has it. Malformed if it names none."""
    found: dict[str, Subscription] = {}
    skipped: list[Skipped] = []
    rows = csv.reader(body.decode("utf-8-sig", "replace").replace("\0", "").splitlines())
    for cells in rows:
        said = cells[0].strip() if cells else ""
        account = _ACCOUNT.fullmatch(said)
        if account:
            page = f"https://{account[2].lower()}/@{account[1]}"
            name = f"{account[1]}@{account[2].lower()}"
            found.setdefault(page.lower(), Subscription(name, f"{page}.rss", page))
        elif said and said.lower() != "account address":
            skipped.append(
                Skipped(said[:200], _("“%(address)s” is not an account’s address.") % {"address": said[:200]})
            )
    if not found:
        raise Malformed(_("No accounts were found in this file. Is it the list of whom you follow, as CSV?"))
    return Subscriptions(tuple(found.values()), tuple(skipped))
