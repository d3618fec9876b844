"""Checks files on this machine as the deployed functions would, and shows what came out."""
