"""Signing in by an institution that speaks OpenID Connect: here a small one of our own, on loopback."""

import html
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from jwt.algorithms import RSAAlgorithm
from pytest_django import Settings

from potluck.people.models import Account, Network, Person
from potluck.people.network import look_again, the_network

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WHO = {"sub": "42", "email": "fay@uni.example", "email_verified": True, "name": "Fay Brook"}


class Institution(BaseHTTPRequestHandler):
    """Knows one person, and says so to whoever brings the code."""

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert asked["code"] == ["the-code"]
        assert asked["code_verifier"]
        self.answer()

    def answer(self) -> None:
        here = f"http://{self.headers['Host']}"
        now = int(time.time())
        claims = {**WHO, "iss": here, "aud": "potluck", "iat": now, "exp": now + 60}
        pages = {
            "/.well-known/openid-configuration": {
                "issuer": here,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "userinfo_endpoint": f"{here}/who",
                "jwks_uri": f"{here}/keys",
            },
            "/token": {
                "access_token": "t",
                "token_type": "Bearer",
                "id_token": jwt.encode(claims, KEY, "RS256", headers={"kid": "1"}),
            },
            "/who": WHO,
            "/keys": {"keys": [{**RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "1"}]},
        }
        body = json.dumps(pages[urlsplit(self.path).path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quietly."""


@pytest.fixture
def institution(db: None, settings: Settings) -> Iterator[str]:
    cache.clear()
    look_again()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Institution)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    here = f"http://127.0.0.1:{server.server_address[1]}"
    app = {"provider_id": "uni", "name": "The University", "client_id": "potluck", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{**app, "settings": {"server_url": here}}]}
    }
    yield here
    server.shutdown()
    thread.join()
    server.server_close()
    look_again()


def go_through(visitor: Client) -> str:
    """There and back again. Returns where one is sent on to."""
    page = visitor.post("/accounts/oidc/uni/login/").content.decode()
    there = html.unescape(page.split("URL='")[1].split("'")[0])
    asked = parse_qs(urlsplit(there).query)
    assert asked["code_challenge_method"] == ["S256"]
    back = visitor.get("/accounts/oidc/uni/login/callback/", {"code": "the-code", "state": asked["state"][0]})
    return str(back.get("Location", back.content.decode()))


def test_somebody_joins_and_signs_in_by_their_institution(institution: str) -> None:
    visitor = Client()
    assert go_through(visitor) == "/welcome/name"
    person = Person.objects.get(account__email="fay@uni.example")
    assert person.name == "Fay Brook"
    again = Client()
    assert go_through(again) == "/home"
    assert Account.objects.count() == 1


def test_the_way_there_leads_over_a_page_as_no_form_of_ours_may_leave(institution: str) -> None:
    answer = Client().post("/accounts/oidc/uni/login/")
    assert answer.status_code == 200
    assert "form-action 'self'" in answer["Content-Security-Policy"]
    assert institution in answer.content.decode()


def test_what_they_wrote_first_goes_out(institution: str) -> None:
    visitor = Client()
    visitor.post("/share/first", {"text": "Bran keeps slugs off."})
    go_through(visitor)
    assert Person.objects.get().posts.get().text == "Bran keeps slugs off."


def test_a_closed_network_takes_nobody_by_this_door_either(institution: str, dov: Person) -> None:
    Account.objects.filter(person=dov).update(is_superuser=True)
    the_network()
    Network.objects.update(joining="closed")
    look_again()
    page = go_through(Client())
    assert "takes nobody new for now" in page
    assert not Account.objects.filter(email="fay@uni.example").exists()


def test_a_known_address_is_not_taken_over(institution: str, ada: Person) -> None:
    assert ada.account is not None
    Account.objects.filter(pk=ada.account.pk).update(email="fay@uni.example")
    visitor = Client()
    go_through(visitor)
    assert visitor.get("/you/account").status_code == 302


def test_coming_back_without_signing_in_is_said(institution: str) -> None:
    visitor = Client()
    visitor.post("/accounts/oidc/uni/login/")
    answer = visitor.get("/accounts/oidc/uni/login/callback/", {"error": "access_denied"}, follow=True)
    assert (
        "Nothing has changed" in answer.content.decode() or "did not let us know" in answer.content.decode()
    )
