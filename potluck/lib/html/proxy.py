"""Images of other hosts reach our readers through us, so that nobody's reading is seen by the host.

An address that we signed is one that stood in something shared here: nobody else can make us fetch for them.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac

from potluck.lib.errors import Missing

# 128 bits: more than can be guessed, short enough for a page of images.
_SIGNATURE_BYTES = 16
PATH = "/image/"


def proxied(url: str) -> str:
    """Our own address for an image elsewhere: `/image/<signature>/<address in URL-safe base64>`.

    It holds as long as SECRET_KEY does; texts cleaned before a change of it show no images from elsewhere.
    """
    encoded = urlsafe_b64encode(url.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    return f"{PATH}{_signature(encoded)}/{encoded}"


def unproxied(signature: str, encoded: str) -> str:
    """The address `proxied` was given. Missing if it was not us who signed it."""
    if not hmac.compare_digest(_signature(encoded).encode(), signature.encode("utf-8", "replace")):
        raise Missing("There is no such image.")
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8", "surrogatepass")


def _signature(encoded: str) -> str:
    mac = _key(settings.SECRET_KEY).copy()
    mac.update(encoded.encode("utf-8", "replace"))
    return urlsafe_b64encode(mac.digest()[:_SIGNATURE_BYTES]).decode().rstrip("=")


@lru_cache(maxsize=2)
def _key(secret: str) -> hmac.HMAC:
    """The derived key, made once; only copies of it are fed."""
    return salted_hmac("potluck.lib.html.proxy", b"", secret=secret, algorithm="sha256")
