"""Mail, in and out: whoever reads nothing but their mailbox takes full part.

Coming in: `receive.py` keeps a letter before it is acknowledged, `handle.py` (the job) makes of it a post, a command
or one sentence of refusal. `parse.py` reads any message into one shape, `trim.py` parts what was written from what
was quoted. `addresses.py` has every address of ours, `threads.py` what a letter answers, `who.py` who may, `proof.py`
how sure it is that a letter is theirs.
`newsletters.py` and `bridges.py` take in what an address of ours is subscribed to; `crossing.py` is the way back.
"""
