"""What the functions do with AWS. The domain beside it knows nothing of it."""
