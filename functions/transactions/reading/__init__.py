"""From a file's bytes to records that any reader splits alike, counted independently of the engine."""
