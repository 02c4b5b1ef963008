"""Messages to people who are not members: send one thing to one person, or to a list of addresses once."""
