"""While the database is away pages say so, and what somebody wrote comes back to be sent again."""

import errno

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, connection
from django.test import Client
from procrastinate.exceptions import ConnectorException
from pytest_django import DjangoDbBlocker

from potluck.people.network import the_network
from potluck.web import unavailable


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker) -> None:
    def refused() -> None:
        raise OperationalError("connection refused")

    the_network.forget()  # else a page may need no database for some seconds
    monkeypatch.setattr(connection, "ensure_connection", refused)
    connection.close()
    django_db_blocker.unblock()


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_page_without_database_is_503_and_says_when_to_come_again(no_database: None, visitor: Client) -> None:
    for path in ("/", "/home", "/@ada", "/search?q=x"):
        answer = visitor.get(path)
        assert answer.status_code == 503, path
        assert answer["Retry-After"] == str(unavailable.AFTER)
        assert answer["Cache-Control"] == "no-store"
        assert 'http-equiv="refresh"' in answer.text
        assert "style-src 'self'" in answer["Content-Security-Policy"]


def test_words_sent_while_there_is_no_database_come_back_with_a_button(
    no_database: None, visitor: Client
) -> None:
    sent = {"text": "Bran & <b>ash</b>\nkeep them off.", "audience": "public", "password": "a secret of mine"}
    answer = visitor.post("/share", sent)
    assert answer.status_code == 503
    assert "Bran &amp; &lt;b&gt;ash&lt;/b&gt;\nkeep them off.</textarea>" in answer.text
    assert '<input type="hidden" name="audience" value="public">' in answer.text
    assert '<form method="post" action="/share">' in answer.text
    assert "a secret of mine" not in answer.text
    assert 'http-equiv="refresh"' not in answer.text


def test_health_without_database_is_503(no_database: None, visitor: Client) -> None:
    answer = visitor.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "no database"


def caused_by(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (OperationalError("gone"), True),
        (caused_by(OperationalError("going"), psycopg.errors.AdminShutdown()), True),
        (InterfaceError("the connection is closed"), True),
        (caused_by(InternalError("standby"), psycopg.errors.ReadOnlySqlTransaction()), True),
        (caused_by(OperationalError("disk"), psycopg.errors.DiskFull()), True),
        (OSError(errno.ENOSPC, "no room"), True),
        (caused_by(OperationalError("too long"), psycopg.errors.QueryCanceled()), False),
        (caused_by(ConnectorException(), psycopg.errors.DiskFull()), True),
        (caused_by(ConnectorException(), caused_by(OperationalError(), psycopg.OperationalError())), True),
        (caused_by(ConnectorException(), psycopg.errors.UniqueViolation()), False),
        (IntegrityError("twice"), False),
        (OSError(errno.ENOENT, "not there"), False),
        (ValueError("ours"), False),
        (None, False),
    ],
)
def test_what_passes_by_itself_is_told_from_mistakes(error: Exception | None, is_so: bool) -> None:
    assert unavailable.is_unavailable(error) is is_so


@pytest.mark.parametrize("status", [400, 408, 413, 503, 507])
def test_each_refusal_is_a_page_with_a_sentence(status: int) -> None:
    headers, page = unavailable.refusal(status)
    assert dict(headers)["content-type"].startswith("text/html")
    assert page.count("<p>") == 1
    assert ("retry-after" in dict(headers)) is (status in (503, 507))
