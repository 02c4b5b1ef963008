"""Mail, in and out: whoever reads nothing but their mailbox takes full part.

Coming in: `receive.py` keeps a letter before it is acknowledged, `handle.py` (the job) makes of it a post, a command
or one sentence of refusal. `parse.py` reads any message into one shape, `quoting.py` parts what was written from what
was quoted. `addresses.py` has every address of ours, `threading.py` what a letter answers, `sender.py` who may, `authentication.py`
how sure it is that a letter is theirs.
`subscribe.py` and `bridge.py` take in what an address of ours is subscribed to; `post_to_list.py` is the way back.
"""
