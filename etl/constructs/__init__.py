"""One construct per capability. Each takes keyword-only arguments, and only what it uses."""
