"""What is measured: each module does the job once, in a process of its own, and returns its result."""
