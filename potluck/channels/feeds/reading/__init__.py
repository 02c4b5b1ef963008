"""Read feeds: when, how, and any format into one shape."""
