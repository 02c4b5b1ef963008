"""Pages of moderators and the admin: held posts, join requests, the log, settings of the network."""
