"""What a host turns: the network's name, its welcome, and who may join."""

from django.utils.translation import gettext as _

from potluck.kit.errors import Malformed, Refused
from potluck.people.models import Network, Person
from potluck.people.network import look_again


def settle_network(*, by: Person, name: str, tagline: str, joining: str, norms: str = "") -> Network:
    """Change the network's name, welcome, and who may join."""
    if by.account is None or not by.account.is_superuser:
        raise Refused(_("Only the host can change this."))
    if not name.strip():
        raise Malformed(_("Give the network a name."))
    if joining not in Network.Joining.values:
        raise Malformed(_("Choose who may join."))
    row, __ = Network.objects.get_or_create(pk=1)
    row.name, row.tagline, row.joining, row.norms = (
        name.strip()[:100],
        tagline.strip(),
        joining,
        norms.strip(),
    )
    row.save()
    look_again()
    return row
