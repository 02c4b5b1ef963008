"""Word for one browser alone: sealed for its keys (RFC 8291), and signed so that its push service knows who sends
(RFC 8292)."""

import base64
import time
from functools import cache, lru_cache
from urllib.parse import urlsplit

import http_ece
import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from potluck.lib.errors import Malformed

CURVE = ec.SECP256R1()
# The order of the curve's group (SEC 2, 2.4.2): a private key is a number below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# How long a signature holds, in seconds; at most a day (RFC 8292, 2).
SIGNED_FOR = 12 * 3600


@cache
def own_key() -> ec.EllipticCurvePrivateKey:
    """The key push services know us by. Made of the secret key, so that all machines of a network have the same, and
    a backup has it."""
    made = HKDF(hashes.SHA256(), length=48, salt=None, info=b"potluck push").derive(
        settings.SECRET_KEY.encode()
    )
    return ec.derive_private_key(int.from_bytes(made, "big") % (_ORDER - 1) + 1, CURVE)


def public_key() -> str:
    """What a browser is given with its wish to be told: the point, uncompressed, in base64url."""
    return written(_point(own_key().public_key()))


def sealed(text: str, *, key: str, secret: str) -> bytes:
    """What only the browser with these keys can read."""
    body: bytes = http_ece.encrypt(
        text.encode(), private_key=ec.generate_private_key(CURVE), dh=read(key), auth_secret=read(secret),
        version="aes128gcm",
    )  # fmt: skip
    return body


def signed(endpoint: str) -> str:
    """The Authorization by which the push service at this address knows who sends."""
    parts = urlsplit(endpoint)
    return _signed(f"{parts.scheme}://{parts.netloc}", int(time.time()) // 3600)


@lru_cache(maxsize=256)
def _signed(audience: str, hour: int) -> str:
    says = {"aud": audience, "exp": hour * 3600 + SIGNED_FOR, "sub": f"mailto:{settings.DEFAULT_FROM_EMAIL}"}
    return f"vapid t={jwt.encode(says, own_key(), algorithm='ES256')}, k={public_key()}"


def check_keys(key: str, secret: str) -> None:
    """Refuse what no browser gives."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, read(key))
        good = len(read(secret)) == 16
    except ValueError:
        good = False
    if not good:
        raise Malformed(
            _("This browser did not say how to reach it. Load the page again, and try once more.")
        )


def written(raw: bytes) -> str:
    """Bytes as base64url without its padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(text: str) -> bytes:
    """The bytes of base64url, padded or not. Raises ValueError."""
    return base64.b64decode(
        text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
    )


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    form = serialization.PublicFormat.UncompressedPoint
    return key.public_bytes(serialization.Encoding.X962, form)
