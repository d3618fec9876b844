"""The state machine's definition in Amazon States Language, built from small functions.

``definition`` combines the routes. ``chain`` is the chain of states for one file, which the routes share; ``identity``,
``inspection``, ``transformation`` and ``publication`` are its parts, and ``steps`` is what these have in common.
``large_files`` has the steps that run a job in place of a function, in a state machine of their own.
``failure`` handles a step that fails, ``requeueing`` a file that is throttled, ``settling`` a file whose chain did not
end, and ``withdrawal`` a file that a person takes back. ``notification`` sends the event and the alerts of a recorded
outcome; ``alerting`` limits alerts, and ``messages`` has their words. ``audit`` writes the audit row.
"""
