"""Pages for programs: health, well-known addresses, structured data."""
