"""The only cleaner of HTML: what came from outside, or was written here, becomes fit for our pages.

`clean` makes an article safe, `text_of` and `excerpt` make words of it, `legible` leaves out what no database keeps,
`proxied` and `unproxied` are the two ends of an image's way through us. Start in `clean.py`; `limits.py` says how much
of it there may be.
"""

from potluck.lib.html.clean import Images, clean
from potluck.lib.html.proxy import proxied, unproxied
from potluck.lib.html.text import excerpt, legible, text_of

__all__ = ["Images", "clean", "excerpt", "legible", "proxied", "text_of", "unproxied"]
