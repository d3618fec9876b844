"""What the state machine hands to the functions that read files."""

from typing import Any

from pipeline.observability import logger
from pipeline.uploads import File, as_file


def read_file(event: dict[str, Any]) -> File:
    """Read the file from a task's input, and put its identity on every log line of this call.

    Raises
    ------
    msgspec.ValidationError
        If the input is not of the state machine's shape.
    """
    file = as_file(event["file"])
    logger.append_keys(file_id=file.file_id, partner=file.partner, execution=file.execution)
    # A call that ends without another word is found by this line: one out of time, or out of memory.
    logger.info("started")
    return file
