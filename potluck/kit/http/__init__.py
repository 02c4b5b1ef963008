"""The only way out to the network: a fetch that cannot be led inside, flooded, or kept waiting.

`fetch` asks once, `fetch_many` asks a batch; `fetch_now` and `fetch_each` are the same from code that
is not async. Start in `fetch.py`. `guard.py` decides where we go, `body.py` how much we take, `pace.py`
how often we ask, `trouble.py` what we say when it fails, `address.py` how an address is written.
"""

from potluck.kit.http.address import normal_url
from potluck.kit.http.answer import Answer, Request
from potluck.kit.http.fetch import Outcome, fetch, fetch_each, fetch_many, fetch_now

__all__ = ["Answer", "Outcome", "Request", "fetch", "fetch_each", "fetch_many", "fetch_now", "normal_url"]
