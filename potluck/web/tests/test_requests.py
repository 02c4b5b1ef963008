"""A request that cannot be read is answered in a sentence, at any address and to anybody."""

from collections.abc import Callable

import pytest
from django.test import Client

from potluck.people.models import Person
from tests.stories.odd_requests import TYPES, Odd

As = Callable[[Person | None], Client]
BODY = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nHello\r\n--x--\r\n'


@pytest.mark.parametrize(
    "path", ["/share", "/none", "/micropub", "/mail/off/x", "/accounts/login/", "/posts/1/thanks"]
)
def test_a_form_in_no_known_shape_is_answered(path: str, ada: Person, as_: As) -> None:
    for client in (as_(None), as_(ada), Client(enforce_csrf_checks=True)):
        for kind in TYPES:
            assert Odd("POST", path, "", {}, kind, BODY).send(client).status_code < 500, kind


def test_too_many_fields_are_answered_where_there_is_nothing(as_: As) -> None:
    many = b"&".join(b"a=1" for _ in range(10_001))
    kind = "application/x-www-form-urlencoded"
    response = Odd("POST", "/none", "", {}, kind, many).send(as_(None))
    assert response.status_code == 400 and "cannot be read" in response.content.decode()
    assert Odd("GET", "/none", many.decode()).send(as_(None)).status_code == 400


@pytest.mark.parametrize("name", ["HX-Current-URL", "Referer"])
def test_a_button_pressed_on_a_page_of_no_address_leads_to_sign_in(name: str, ada: Person, as_: As) -> None:
    for said in ("http://[", "http://[::1]x", "//\u2100.example/"):
        response = as_(None).post("/@ada/follow", headers={name: said})
        assert response.status_code == 302 and response["Location"].startswith("/accounts/login/?next=")


def test_a_page_about_one_tag_can_be_asked_as_a_piece(ada: Person, as_: As) -> None:
    response = as_(None).get("/@ada?tag=soil", headers={"HX-Request": "true"})
    assert response.status_code == 200 and b"<!doctype" not in response.content


def test_a_number_that_is_none_leads_nowhere_and_breaks_nothing(ada: Person, as_: As) -> None:
    for said in ("²", "9" * 5_000, "٣", "-1"):
        client = as_(ada)
        assert client.post("/welcome/people", {"who": said}).status_code in (302, 400)
        assert client.post("/welcome/people", {"drop": said}).status_code in (302, 400)
        assert client.post("/you/invitations", {"days": said}).status_code == 302
        assert client.get("/search", {"q": f"in:{said}"}).status_code == 200
        assert client.get("/archive", {"before": said}).status_code in (200, 400)


@pytest.mark.parametrize(
    "path", ["login", "signup", "logout", "password/reset", "login/code", "2fa/reauthenticate"]
)
def test_next_that_is_no_address_leads_nowhere(path: str, ada: Person, as_: As) -> None:
    for who in (None, ada):
        for said in (
            "http://[",
            "http://\u2100.example/",
            "//evil.example/",
            "/\\evil.example",
            "https://evil.example/",
        ):
            for send in (Client.get, Client.post):
                response = send(as_(who), f"/accounts/{path}/", {"next": said})
                assert (
                    response.status_code < 500
                    and "evil" not in response.headers.get("Location", "").partition("?")[0]
                )
