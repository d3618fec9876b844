"""Random layouts, and random files that fit them more or less: the same ones for the same seed and number."""
