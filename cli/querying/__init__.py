"""Which SQL is asked, and how its answer is written to a file."""
