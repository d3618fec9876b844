"""Proofs of the security claims: what the roles may do, which findings stay and why, and the page that says so."""
