"""Newsletters that members receive at addresses of their own, and mail that waits for their decision."""
