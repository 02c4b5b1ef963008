"""Pages of people: the directory, profiles, settings, leaving."""
