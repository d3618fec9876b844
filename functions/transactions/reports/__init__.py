"""Reports on a file, for the partner and for on-call staff."""
