"""What a partner and its on-call staff are told about a file."""
