"""A function's cold start: import the handler named on the command line, load the layouts, make its client."""

import os
import sys
from importlib import import_module


def _prepare(handler: str) -> None:
    import_module(handler)
    import_module("resources").layouts()
    import_module("clients").client("s3")


if __name__ == "__main__":
    _prepare(sys.argv[1])
    # Lambda freezes a process that has started; Python's way out of one, a fifth as long, is not part of a start.
    os._exit(0)
