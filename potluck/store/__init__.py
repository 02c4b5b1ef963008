"""The store: the database itself and the folder it lies in.

`place` says where things are; `postgres` minds the embedded server; `backup` puts everything into one
file and back; `health` and `doctor` say how it is. Domain tables live in the rooms that own them.
Start reading in `place`, then `postgres`.
"""
