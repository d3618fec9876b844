"""A deployed pipeline as its users meet it: its stack, its audit table, its queues, its data."""
