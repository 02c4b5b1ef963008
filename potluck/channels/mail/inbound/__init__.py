"""Mail in: receive, authenticate, parse, tell automatic mail from letters, find the sender, route, handle."""
