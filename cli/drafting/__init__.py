"""Drafts a layout from a file: the one place where a format is guessed, for a person to decide on."""
