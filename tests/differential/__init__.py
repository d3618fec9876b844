"""Random layouts and files, read by the product and by a plain reference: both must say the same of every row."""
