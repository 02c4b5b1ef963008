"""Signing in and joining: by mailed code, by password; who may, and what a stranger can learn from it."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from potluck.people.models import Account, Network, Person
from potluck.people.network import look_again, the_network

CONFIRM = "/accounts/login/code/confirm/"


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    cache.clear()
    look_again()
    yield
    cache.clear()
    look_again()


def joining(how: str) -> None:
    the_network()
    Network.objects.update(joining=how)
    look_again()


def code() -> str:
    """The code in the newest mail, which stands on a line of its own."""
    found = re.search(r"^([A-Z]{4}-[A-Z]{4})$", mail.outbox[-1].body, re.M)
    assert found, mail.outbox[-1].body
    return found[1]


def sign_up(visitor: Client, address: str) -> None:
    answer = visitor.post("/accounts/signup/", {"email": address})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == "/accounts/confirm-email/"
    answer = visitor.post("/accounts/confirm-email/", {"code": code()})
    assert answer["Location"] == "/welcome/name", answer.content.decode()


def ask_code(visitor: Client, address: str) -> None:
    answer = visitor.post("/accounts/login/code/", {"email": address})
    assert answer["Location"] == CONFIRM


def is_in(visitor: Client) -> bool:
    return visitor.get("/you/account").status_code == 200


def test_somebody_joins_with_a_mail_address_and_a_code() -> None:
    visitor = Client()
    sign_up(visitor, "Fay@Example.org")
    person = Person.objects.get(account__email="fay@example.org")
    assert person.is_member
    assert is_in(visitor)


def test_the_first_is_the_host_and_the_second_is_not() -> None:
    sign_up(Client(), "first@example.org")
    sign_up(Client(), "second@example.org")
    assert Account.objects.get(email="first@example.org").is_superuser
    assert Person.objects.get(account__email="first@example.org").is_moderator
    assert not Account.objects.get(email="second@example.org").is_superuser


def test_a_member_signs_in_with_a_code(ada: Person) -> None:
    visitor = Client()
    ask_code(visitor, "ada@example.org")
    answer = visitor.post(CONFIRM, {"code": code().lower().replace("-", "")})
    assert answer["Location"] == "/home"
    assert is_in(visitor)


def test_a_mail_names_the_network_and_has_its_code_on_a_line(ada: Person) -> None:
    ask_code(Client(), "ada@example.org")
    assert mail.outbox[0].subject == "[Potluck] Your code to sign in"
    assert code() in mail.outbox[0].body.splitlines()


def test_where_they_were_going_is_kept_through_the_code(ada: Person) -> None:
    visitor = Client()
    answer = visitor.post("/accounts/login/code/", {"email": "ada@example.org", "next": "/people"})
    assert answer["Location"].endswith("?next=%2Fpeople")
    answer = visitor.post(CONFIRM, {"code": code(), "next": "/people"})
    assert answer["Location"] == "/people"


def test_nobody_is_led_to_another_site(ada: Person) -> None:
    visitor = Client()
    visitor.post("/accounts/login/code/", {"email": "ada@example.org", "next": "https://elsewhere.example/"})
    answer = visitor.post(CONFIRM, {"code": code(), "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/home"


def test_a_wrong_code_lets_nobody_in_and_three_end_it(ada: Person) -> None:
    visitor = Client()
    ask_code(visitor, "ada@example.org")
    right = code()
    for _time in range(2):
        answer = visitor.post(CONFIRM, {"code": "BBBB-BBBB"})
        assert "This is not the code" in answer.content.decode()
    answer = visitor.post(CONFIRM, {"code": "BBBB-BBBB"})
    assert answer["Location"] == "/accounts/login/code/"
    answer = visitor.post(CONFIRM, {"code": right})
    assert not is_in(visitor)


def test_a_code_runs_out(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Client()
    ask_code(visitor, "ada@example.org")
    right = code()
    import time

    now = time.time()
    monkeypatch.setattr("allauth.account.internal.flows.code_verification.time.time", lambda: now + 16 * 60)
    visitor.post(CONFIRM, {"code": right})
    monkeypatch.undo()
    assert not is_in(visitor)


def test_a_code_works_once(ada: Person) -> None:
    visitor = Client()
    ask_code(visitor, "ada@example.org")
    right = code()
    visitor.post(CONFIRM, {"code": right})
    visitor.post("/accounts/logout/")
    visitor.post(CONFIRM, {"code": right})
    assert not is_in(visitor)


def test_another_code_can_be_asked_for(ada: Person) -> None:
    visitor = Client()
    ask_code(visitor, "ada@example.org")
    first = code()
    visitor.post(CONFIRM, {"action": "resend"})
    assert len(mail.outbox) == 2
    visitor.post(CONFIRM, {"code": first})
    assert not is_in(visitor)
    visitor.post(CONFIRM, {"code": code()})
    assert is_in(visitor)


def test_a_member_signs_in_with_a_password(ada: Person) -> None:
    visitor = Client()
    form = {"login": "ada@example.org", "password": "a long enough secret"}
    answer = visitor.post("/accounts/login/", form)
    assert answer["Location"] == "/accounts/confirm-email/"  # the address was not confirmed yet
    visitor.post("/accounts/confirm-email/", {"code": code()})
    assert is_in(visitor)
    visitor.post("/accounts/logout/")
    assert visitor.post("/accounts/login/", form)["Location"] == "/home"


def test_a_wrong_password_lets_nobody_in_and_too_many_must_wait(ada: Person) -> None:
    visitor = Client()
    form = {"login": "ada@example.org", "password": "not the secret"}
    for _time in range(5):
        answer = visitor.post("/accounts/login/", form)
        assert "Address and password do not fit" in answer.content.decode()
    answer = visitor.post("/accounts/login/", {**form, "password": "a long enough secret"})
    assert "Too many tries" in answer.content.decode()


def test_the_pages_do_not_tell_who_is_a_member(ada: Person) -> None:
    seen = []
    for address in ("ada@example.org", "nobody@example.org"):
        visitor = Client()
        answers = [visitor.post("/accounts/login/code/", {"email": address})]
        answers.append(visitor.get(answers[0]["Location"]))
        answers.append(visitor.post(CONFIRM, {"code": "BBBB-BBBB"}))
        seen.append([plain(answer, address) for answer in answers])
    assert seen[0] == seen[1]


def test_joining_does_not_tell_who_is_a_member(ada: Person) -> None:
    seen = []
    for address in ("ada@example.org", "nobody@example.org"):
        visitor = Client()
        answers = [visitor.post("/accounts/signup/", {"email": address})]
        answers.append(visitor.post("/accounts/confirm-email/", {"code": "BBBB-BBBB"}))
        seen.append([(answer.status_code, answer.get("Location", "")) for answer in answers])
    assert seen[0] == seen[1]
    assert "You have an account here already" in mail.outbox[0].body


def plain(answer: object, address: str) -> tuple[int, str]:
    """An answer without what differs from one time to the next."""
    text = getattr(answer, "content").decode().replace(address, "ADDRESS")  # noqa: B009
    return getattr(answer, "status_code"), re.sub(r'value="\w{64}"', "", text)  # noqa: B009


def test_an_unknown_address_gets_a_mail_that_says_so() -> None:
    ask_code(Client(), "nobody@example.org")
    assert "no account here has it" in mail.outbox[0].body
    assert not Account.objects.exists()


def test_a_change_of_password_ends_other_sessions(
    ada: Person, as_: Callable[[Person | None], Client]
) -> None:
    here, elsewhere = as_(ada), as_(ada)
    assert is_in(here)
    assert is_in(elsewhere)
    new = "another long secret"
    form = {"oldpassword": "a long enough secret", "password1": new, "password2": new}
    answer = here.post("/accounts/password/change/", form)
    assert answer["Location"] == "/you/account"
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_forgotten_password_is_set_anew_by_a_code(ada: Person) -> None:
    visitor = Client()
    visitor.post("/accounts/password/reset/", {"email": "ada@example.org"})
    answer = visitor.post("/accounts/password/reset/confirm/", {"code": code()})
    assert answer["Location"] == "/accounts/password/reset/complete/"
    page = visitor.get("/accounts/password/reset/complete/").content.decode()
    assert "Choose a new password" in page
    new = "another long secret"
    visitor.post("/accounts/password/reset/complete/", {"password1": new, "password2": new})
    assert Account.objects.get(email="ada@example.org").check_password(new)


def test_signing_out_everywhere_else(ada: Person) -> None:
    devices = [Client(), Client()]
    for device in devices:
        ask_code(device, "ada@example.org")
        device.post(CONFIRM, {"code": code()})
        cache.clear()
    page = devices[0].get("/accounts/sessions/").content.decode()
    assert "Sign out everywhere else" in page
    devices[0].post("/accounts/sessions/")
    assert is_in(devices[0])
    assert not is_in(devices[1])


def test_a_closed_account_cannot_sign_in(ada: Person) -> None:
    Account.objects.update(is_active=False)
    visitor = Client()
    ask_code(visitor, "ada@example.org")
    assert "no account here has it" in mail.outbox[-1].body
    form = {"login": "ada@example.org", "password": "a long enough secret"}
    answer = visitor.post("/accounts/login/", form, follow=True)
    assert not is_in(visitor)
    assert answer.status_code == 200


def test_too_many_in_a_minute_are_asked_to_wait_in_our_words() -> None:
    visitor = Client()
    answers = [visitor.post("/accounts/signup/", {"email": "not an address"}) for _time in range(21)]
    assert answers[-1].status_code == 429
    assert "That was a lot at once" in answers[-1].content.decode()


def test_codes_for_one_address_are_limited_wherever_they_are_asked_for(ada: Person) -> None:
    for _time in range(3):
        ask_code(Client(), "ada@example.org")
    answer = Client().post("/accounts/login/code/", {"email": "ada@example.org"})
    assert "Too many tries" in answer.content.decode()
    answer = Client().post("/share/first", {"text": "Kept", "email": "ada@example.org"})
    assert answer.status_code == 422
    assert "Too many tries" in answer.content.decode()
    assert "Kept" in answer.content.decode()
