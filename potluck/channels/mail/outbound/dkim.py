"""Sign what goes out (DKIM, RFC 6376; Ed25519 beside RSA, RFC 8463), so that others know it is from here.

Signing is arithmetic of `cryptography` over the two canonical forms "relaxed"; what it signs is only what we composed,
so there is nothing to parse. The keys are made in the data folder when first needed.
"""

import base64
import hashlib
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from django.conf import settings

RSA_SELECTOR, ED_SELECTOR = "potluck", "potluck-ed"
# What readers and their programs act on. From is listed once more, so that nobody can add a second.
_SIGNED = (
    *("from", "from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references"),
    *("mime-version", "content-type", "list-id", "list-post", "list-archive", "list-help"),
    *("list-unsubscribe", "list-unsubscribe-post", "feedback-id", "auto-submitted"),
)
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_SPACES = re.compile(rb"[ \t]+")
_LINE_END = re.compile(rb"[ \t]+\r\n")
_LAST_LINES = re.compile(rb"(?:\r\n)*\Z")


@dataclass(frozen=True, slots=True)
class Signer:
    """The two keys of one domain."""

    domain: str
    rsa_key: rsa.RSAPrivateKey
    ed_key: ed25519.Ed25519PrivateKey

    def sign(self, headers: bytes, body: bytes) -> bytes:
        """The signature headers to put before a message: header block and body as they are sent, lines ended CRLF."""
        fields = _fields(headers)
        named = [name for name in _SIGNED if name in fields]
        signed = b"".join(fields[name] + b"\r\n" for name in dict.fromkeys(named))
        digest = base64.b64encode(hashlib.sha256(relaxed(body)).digest()).decode()
        return self._field("ed25519-sha256", ED_SELECTOR, named, digest, signed) + self._field(
            "rsa-sha256", RSA_SELECTOR, named, digest, signed
        )

    def _field(self, kind: str, selector: str, named: list[str], digest: str, signed: bytes) -> bytes:
        said = f"v=1; a={kind}; c=relaxed/relaxed; d={self.domain}; s={selector}; t={int(time.time())}"
        said += f"; h={':'.join(named)}; bh={digest}; b="
        text = signed + f"dkim-signature:{said}".encode()
        if kind.startswith("rsa"):
            proof = self.rsa_key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        else:
            proof = self.ed_key.sign(hashlib.sha256(text).digest())
        folded = said.replace("; h=", ";\r\n h=").replace("; bh=", ";\r\n bh=").replace("; b=", ";\r\n b=")
        return f"DKIM-Signature: {folded}".encode() + _folded(base64.b64encode(proof)) + b"\r\n"

    def records(self) -> list[tuple[str, str]]:
        """The names and texts of the TXT records that let others check."""
        spki = self.rsa_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        raw = self.ed_key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return [
            (
                f"{RSA_SELECTOR}._domainkey.{self.domain}",
                f"v=DKIM1; k=rsa; p={base64.b64encode(spki).decode()}",
            ),
            (
                f"{ED_SELECTOR}._domainkey.{self.domain}",
                f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}",
            ),
        ]


def signer_for(address: str) -> Signer | None:
    """Who signs for what comes from this address; nobody where the host said so, or the domain is no public one."""
    domain = address.rpartition("@")[2].lower()
    if not settings.DKIM or "." not in domain or domain.replace(".", "").isdigit():
        return None
    return _keys(domain, Path(settings.DATA) / "dkim")


def signer(domain: str) -> Signer:
    """The keys of a domain, made if there are none yet."""
    return _keys(domain, Path(settings.DATA) / "dkim")


def relaxed(body: bytes) -> bytes:
    """A body in the form "relaxed" (RFC 6376, 3.4.4)."""
    body = _LINE_END.sub(b"\r\n", _SPACES.sub(b" ", body))
    return _LAST_LINES.sub(b"\r\n", body, count=1) if body.strip() else b""


def _fields(headers: bytes) -> dict[str, bytes]:
    """Each header in the form "relaxed" (RFC 6376, 3.4.2), by its small name. Ours stand there once each."""
    found: dict[str, bytes] = {}
    for line in _FOLD.sub(b"", headers).split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if colon:
            small = name.strip().lower()
            found[small.decode()] = small + b":" + _SPACES.sub(b" ", value).strip()
    return found


def _folded(proof: bytes) -> bytes:
    return b"\r\n ".join(proof[at : at + 70] for at in range(0, len(proof), 70))


@lru_cache(maxsize=8)
def _keys(domain: str, folder: Path) -> Signer:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    big = _kept(folder / "rsa.pem", lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    small = _kept(folder / "ed25519.pem", ed25519.Ed25519PrivateKey.generate)
    if not isinstance(big, rsa.RSAPrivateKey) or not isinstance(small, ed25519.Ed25519PrivateKey):
        raise TypeError(f"{folder} holds keys of another kind.")
    return Signer(domain, big, small)


def _kept(path: Path, make: object) -> object:
    """The key in this file. Whoever makes it first makes it for all processes."""
    if not path.exists():
        key = make()  # type: ignore[operator]
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return serialization.load_pem_private_key(path.read_bytes(), None)
