"""What every command of ``etl`` ends with."""

from enum import IntEnum


class ExitCode(IntEnum):
    """One meaning for all commands; docs/command-line.md lists them."""

    OK = 0
    """Done, and nothing to look at."""
    NOTICE = 1
    """Done, and there is something to look at: rejected rows, a doctor's finding, a failed check."""
    REFUSED = 2
    """A file was refused, or could not be processed."""
    USAGE = 3
    """Called wrongly: an unknown option, file, stack or query."""
    FAILED = 4
    """The command itself could not do its work: no credentials, no answer in time, an error of AWS."""
