"""The state machine's definition in Amazon States Language, built from small functions.

``definition`` puts the two routes together. ``chain`` is the way of one file, which both routes use; ``claim``,
``content`` and ``publication`` are parts of it, and ``steps`` is what these have in common. ``failure`` is what happens
when a step fails, ``telling`` what happens once an outcome is recorded; ``alerting`` and ``messages`` are how people
hear of it. ``audit`` writes the audit row.
"""
