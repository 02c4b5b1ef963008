"""People: who is here, where they share, whom they follow, and the small circles they keep.

Start with `models.py`, then the verbs: `join.py`, `follow.py`, `sources.py`, `block.py`, `circles.py`, `profile.py`.
A person is a member (has an account), or somebody outside, known by what they publish elsewhere.
"""
