"""Sends one large file through the embedded AWS, and queries its rows."""
