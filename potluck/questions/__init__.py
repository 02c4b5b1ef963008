"""Questions: who is asked, what was suggested as an answer, what answered them.

Start with `models.py`, then `view.py` (the state of a question for one reader) and the verbs, a file each:
`me_too.py`, `close.py`, `feedback.py`, `ask_replies.py`, `preferences.py`. Private and anonymous ones:
`anonymous.py`, `publish.py`. Who is asked, and what is suggested, is decided by the finders
`match/finders/routing.py` and `match/finders/answers.py`.
"""
