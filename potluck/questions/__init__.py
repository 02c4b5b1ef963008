"""Questions: what is asked, who asks it too, who is asked, what was found for it, and what answered it.

Start with `models.py`, then `view.py` (how a question stands, for one reader) and the verbs, a file each:
`me_too.py`, `close.py`, `feedback.py`, `ask_replies.py`, `preferences.py`; what is between few in `anonymous.py` and `publish.py`.
Who is asked, and what is found for a question, is decided by the finders `match/finders/routing.py` and `match/finders/answers.py`.
"""
