"""Micropub: sharing by programs of one's own, over the W3C's protocol for that (https://www.w3.org/TR/micropub/).

A member makes a key for each program (`tokens.py`, the page /you/keys), and the program sends what they share to
/micropub with it. `adapter.py` reads what is sent, as a form or as JSON, and takes it through the door like everything
else; `views.py` answers in the protocol's words. Pictures are not taken, and a change is made on the page.
"""
