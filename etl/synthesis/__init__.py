"""The synthesized template, for all that reads it: tests, proofs and the cost model."""
