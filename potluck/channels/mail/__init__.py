"""Mail: whoever reads nothing but their mailbox takes full part.

`inbound/` keeps a message before it is acknowledged (`receive.py`), then a job (`handle.py`) parses it, finds its
sender and how sure that is (`authentication.py`), and routes it. `actions/` makes of it a post, a command or one
sentence of refusal. `outbound/` writes and sends messages, `digest/` the daily and weekly ones, `invites/` those to
people who are not members. `lists/` bridges mailing lists and imports archives; `newsletters/` receives newsletters.
`addresses.py` has every address of ours, `threading.py` what a message answers.
"""
