"""Finders: each answers "whom does this event help?" with one SELECT. `settings.FINDERS` lists them."""
