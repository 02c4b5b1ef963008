"""What a proxy of ours reports of a visitor's address is believed; what anybody else writes there is not."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from potluck.lib.visitors import NOWHERE, address_of, network_of


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "seen"),
    [
        (0, "9.9.9.9", "1.2.3.4", "9.9.9.9"),
        (0, "127.0.0.1", "1.2.3.4", "127.0.0.1"),
        (1, "127.0.0.1", "1.2.3.4", "1.2.3.4"),
        (1, "127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (1, "::ffff:127.0.0.1", "1.2.3.4", "1.2.3.4"),
        (1, "9.9.9.9", "1.2.3.4", "9.9.9.9"),
        (1, "2001:db8::1", "1.2.3.4", "2001:db8::1"),
        (2, "127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "127.0.0.1", "1.2.3.4", NOWHERE),
        (1, "127.0.0.1", "", NOWHERE),
        (1, "127.0.0.1", "unknown", NOWHERE),
        (1, "127.0.0.1", "1.2.3.4\x00", NOWHERE),
    ],
)
def test_visitor_is_whom_a_proxy_of_ours_names(
    settings: Settings, proxies: int, peer: str, forwarded: str, seen: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == seen


def test_proxy_on_another_machine_is_believed_where_its_network_is_named(settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.PROXY_NETWORKS = 1, ["10.0.0.0/8"]
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="1.2.3.4")
    assert address_of(request) == "1.2.3.4"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_one_visitor_has_an_address_or_a_64(address: str, network: str) -> None:
    assert network_of(address) == network
