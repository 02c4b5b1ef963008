"""How well it matches: real communities replayed through the product, and what it would have found at each moment.

`potluck bench matching --data DIR [--task T]` recognises folders by what their files hold (`formats.py`), writes them
into a database of their own in the order of time (`community.py`), asks the product's own functions (a file for each
task), and prints `task metric value low high` (`figures.py`). Nothing is asked of a moment that was not known then.
Start with `run.py`.
"""
