"""How an address is written: what people type becomes one clear URL."""

import re

from django.utils.translation import gettext as _
from yarl import URL

from potluck.lib.errors import Malformed

# `word:` at the start is a scheme unless what follows is a port, as in `example.org:8080`.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d+(?:[/?#]|$))", re.IGNORECASE)
_FEED = re.compile(r"feed:(?://)?(?=https?:)|feed:(?=//)", re.IGNORECASE)
_NO_NAME = re.compile(r"[\s<>\"'`{}|^%\\,;!&=+$()*]")
# Browsers leave these out of an address too: they come of broken lines.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
LONGEST = 2000
# Parameters that name the road a reader came by, never the page.
_TRACKING = re.compile(
    r"(?:utm_\w+|hsa_\w+|pk_\w+|mtm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|gad_source|srsltid|msclkid|yclid|twclid"
    r"|ttclid|li_fat_id|igshid?|mc_[ce]id|mkt_tok|_hsenc|_hsmi|_ga|_gl|vero_id|oly_anon_id|oly_enc_id|wickedid"
    r"|ref_src|ref_url|__twitter_impression|spm|s_cid|cmpid)",
    re.IGNORECASE,
)


def normal_url(text: str, *, keep_fragment: bool = False, keep_tracking: bool = True) -> str:
    """One clear http or https URL of what somebody typed or a document names; Malformed says what is wrong.

    A bare domain gets https, a name in any script its ASCII form, `feed:` its real scheme; the fragment goes
    unless kept. Without `keep_tracking` the parameters go that only follow the reader.
    """
    url = _read(_with_scheme(text))
    if url.user is not None or url.password is not None:
        raise Malformed(_("Please leave the name and password out of the address."))
    if url.scheme not in ("http", "https"):
        raise Malformed(_("Only addresses that begin with https:// or http:// can be used here."))
    host = (url.raw_host or "").rstrip(".")
    if not _is_host(host):
        raise Malformed(_("This address names no server."))
    if host != url.raw_host:
        url = url.with_host(host)
    if not keep_fragment:
        url = url.with_fragment(None)
    if not keep_tracking:
        url = without_tracking(url)
    return str(url.with_port(None) if url.is_default_port() else url)


def without_tracking(url: URL) -> URL:
    """The address without the parameters that only follow its reader; the others stay letter for letter."""
    parts = url.raw_query_string.split("&") if url.raw_query_string else []
    kept = [part for part in parts if not _TRACKING.fullmatch(part.partition("=")[0])]
    if len(kept) == len(parts):
        return url
    bare, hash_, fragment = str(url).partition("#")
    return URL(
        bare.partition("?")[0] + ("?" + "&".join(kept) if kept else "") + hash_ + fragment, encoded=True
    )


def _with_scheme(text: str) -> str:
    stripped = _CONTROL.sub("", text.strip().removeprefix("<").removesuffix(">").strip())
    if not stripped:
        raise Malformed(_("Please give an address."))
    if len(stripped) > LONGEST:
        raise Malformed(_("This address is too long."))
    plain = _FEED.sub("", stripped)
    if plain.startswith("//"):
        return f"https:{plain}"
    if _SCHEME.match(plain):
        return plain
    host = re.split(r"[/?#]", plain, maxsplit=1)[0]
    if "@" in host:
        raise Malformed(_("This looks like the name of a mailbox. Please give the address of a page."))
    if " " in host or not re.search(r"[.:]|^localhost$", host):
        raise Malformed(_("This is not an address we can read."))
    return f"https://{plain}"


def _is_host(host: str) -> bool:
    """Whether DNS could know this name; its limits are those of RFC 1035, 2.3.4."""
    if ":" in host:
        return True
    fits = len(host) <= 253 and all(0 < len(label) <= 63 for label in host.split("."))
    return fits and not _NO_NAME.search(host)


def _read(text: str) -> URL:
    try:
        url = URL(text)
        url.port  # noqa: B018 -- a port that is none is only found by reading it
        return (
            url
            if url.raw_path != "/" or not url.raw_host
            else url.with_path("/", keep_query=True, keep_fragment=True)
        )
    except ValueError as error:
        raise Malformed(_("This is not an address we can read.")) from error
