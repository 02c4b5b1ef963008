"""How mail leaves where no SMTP server is named: each letter becomes a file and is shown on the console.

Both classes are Django mail backends; settings choose one. Carriers of mail have their own way out.
"""

import os
import re
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage

_NOT_NAME = re.compile(r"[^a-zA-Z0-9@._-]+")
# A letter that waits for a server must not hold up the page that sent it.
PATIENCE = 20


class Outbox(BaseEmailBackend):
    """Lays each letter into settings.OUTBOX as an .eml file, oldest first by name, and shows it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.OUTBOX)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            _lay(folder, message)
            show(message)
        return len(email_messages)


def _lay(folder: Path, message: EmailMessage) -> None:
    to = _NOT_NAME.sub("_", message.to[0] if message.to else "nobody")[:80]
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}-{to}.eml"
    draft = folder / f".{name}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.message().as_bytes())
    draft.rename(folder / name)  # whole or not there, for whoever watches the folder


def show(message: EmailMessage) -> None:
    """Print a letter for a host who watches the console."""
    rule = "-" * 72
    to = ", ".join(message.to)
    print(
        f"{rule}\nMail to {to}: {message.subject}\n\n{message.body.rstrip()}\n{rule}",
        file=sys.stderr,
        flush=True,
    )


class Smtp(EmailBackend):
    """Sends by the server settings.SMTP names: smtps:// speaks TLS at once, smtp:// on port 587 after a greeting."""

    def __init__(self, **options: Any) -> None:
        parts = urlsplit(settings.SMTP)
        secure = parts.scheme == "smtps"
        options.update(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if secure else 25),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            use_ssl=secure,
            use_tls=not secure and parts.port == 587,
            timeout=PATIENCE,
        )
        super().__init__(**options)
