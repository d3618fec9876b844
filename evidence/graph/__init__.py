"""Draws the state machine's definition: ``docs/state-machine.md``."""
