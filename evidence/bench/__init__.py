"""Benchmarks: what the pipeline costs in time and memory, beside what else could do its job. Never a timed test."""
