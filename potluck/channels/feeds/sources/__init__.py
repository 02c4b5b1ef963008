"""Sources: discover what an address publishes, preview it, add it, claim it, watch its health."""
