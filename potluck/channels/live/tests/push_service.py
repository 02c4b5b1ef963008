"""A push service on loopback, and a browser that reads what it was sent."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from potluck.channels.live.models import Device
from potluck.channels.live.push_encryption import CURVE, read, written
from potluck.channels.live.push_subscriptions import add_device
from potluck.people.models import Person


class Browser:
    """Holds the keys; gives the public ones away."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(CURVE)
        point = serialization.PublicFormat.UncompressedPoint
        self.key = written(self.private.public_key().public_bytes(serialization.Encoding.X962, point))
        self.secret = written(b"sixteen  bytes!!")

    def opened(self, body: bytes) -> dict[str, str]:
        text = http_ece.decrypt(
            body, private_key=self.private, auth_secret=read(self.secret), version="aes128gcm"
        )
        return dict(json.loads(text))


class PushService:
    """Takes what is posted, and answers with `status`."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 201
        self.address = ""

    def told(self, browser: Browser) -> list[dict[str, str]]:
        return [browser.opened(body) for _path, _headers, body in self.taken]

    def signed_by(self) -> dict[str, Any]:
        """What the signature of the last word says, held against the key that came with it (RFC 8292, 4.2)."""
        scheme, _, rest = self.taken[-1][1]["authorization"].partition(" ")
        assert scheme == "vapid"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, read(parts["k"]))
        return dict(jwt.decode(parts["t"], key, algorithms=["ES256"], audience=self.address))

    def device(self, person: Person, browser: Browser, path: str = "/one") -> Device:
        endpoint = self.address + path
        return add_device(
            person, endpoint=endpoint, key=browser.key, secret=browser.secret, name="Firefox, Linux"
        )


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(service.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
