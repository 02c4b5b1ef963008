"""What `potluck ...` does, one file for each group of commands; `potluck/cli.py` is the list of them.

A command is a function of its parsed arguments that prints sentences and raises Potluck's errors.
`serve` is the parent of everything: it starts PostgreSQL, gets things ready (`ready`), then forks the
processes that do the work (`web`, `stream`, `worker`). Start reading in `serve`.
"""
