"""An example network, The Mending Table: people who repair things together and teach others how.

What its people say lies in `people.txt` and in one text file for each corner of the table; `script.py` reads
those, `fill.py` plays them through the same verbs that people use, and `command.py` does both and serves.
Days count back from today, so the example never grows old.
"""
