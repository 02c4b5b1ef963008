"""What a host turns: the network's name, its welcome, and who may join."""

from django.db import transaction
from django.utils.translation import gettext as _

from potluck.events.audit import note
from potluck.events.models import Decision
from potluck.lib.errors import Malformed, Refused
from potluck.people.models import Network, Person
from potluck.people.network import look_again


@transaction.atomic
def settle_network(*, by: Person, name: str, tagline: str, joining: str, norms: str = "") -> Network:
    """Change the network's name, welcome, and who may join."""
    if by.account is None or not by.account.is_superuser:
        raise Refused(_("Only the host can change this."))
    if not name.strip():
        raise Malformed(_("Give the network a name."))
    if joining not in Network.Joining.values:
        raise Malformed(_("Choose who may join."))
    row, __ = Network.objects.get_or_create(pk=1)
    said = {
        "name": name.strip()[:100],
        "tagline": tagline.strip(),
        "joining": joining,
        "norms": norms.strip(),
    }
    changed = [what for what, words in said.items() if getattr(row, what) != words]
    for what, words in said.items():
        setattr(row, what, words)
    row.save()
    if changed:
        note(Decision.SETTLED, by=by.id, words=", ".join(changed))
    transaction.on_commit(look_again)
    return row
