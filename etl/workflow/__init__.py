"""The state machine's definition in Amazon States Language, built from small functions.

``definition`` puts the two routes together, ``chain`` is the way of one file (both routes use it), ``failure`` is what
happens when a step of it fails, ``audit`` writes the audit row, ``messages`` holds the alerts' texts.
"""
