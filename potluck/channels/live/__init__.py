"""Live: a room for every thread, for those who are there at the same time, and word of it on their devices.

What is said in a room is an ordinary post in the thread (`post_message.py`), and whatever any channel brings into the
thread appears in the room. The database notes each change to a thread (`models.Change`), so no channel has to know of
rooms; `stream.py` tells the open pages, through the gate, and `changes.py` finds what somebody missed. Nobody's being
there is shown unless they say so (`presence.py`).
"""
