"""What a server hands over, made readable before Django looks at it: there an error has no page of ours."""

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def readable(environ: Environ) -> Environ:
    """The same with texts in UTF-8 alone, as our forms are: other names of charsets are also codecs that read no text
    (`hex`, `zlib`) or read it as something else (`utf-7`), in the address too."""
    kind, _semicolon, parameters = environ.get("CONTENT_TYPE", "").partition(";")
    kept = [kind, *(one for one in parameters.split(";") if not one.strip().lower().startswith("charset"))]
    return {**environ, "CONTENT_TYPE": ";".join(filter(None, kept))}


def with_readable_requests(application: Application) -> Application:
    """The application, asked nothing that cannot be read."""

    def readably(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        return application(readable(environ), start_response)

    return readably
