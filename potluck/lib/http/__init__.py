"""The only way out to the network: a fetch that cannot be led inside, flooded, or kept waiting.

`fetch` asks once, `fetch_many` asks a batch; `fetch_now` and `fetch_each` are the same from code that
is not async. Start in `fetch.py`. `ssrf.py` decides where we go, `decoding.py` how much we take, `rate_limit.py`
how often we ask, `errors.py` what we say when it fails, `url.py` how an address is written.
"""

from potluck.lib.http.fetch import Outcome, fetch, fetch_batches, fetch_each, fetch_many, fetch_now
from potluck.lib.http.models import Answer, Request
from potluck.lib.http.url import normal_url

__all__ = [
    "Answer",
    "Outcome",
    "Request",
    "fetch",
    "fetch_batches",
    "fetch_each",
    "fetch_many",
    "fetch_now",
    "normal_url",
]
