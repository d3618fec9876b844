"""A function's cold start: import the handler named on the command line, load the layouts, make its client."""

import sys
from importlib import import_module


def _prepare(handler: str) -> None:
    import_module(handler)
    import_module("resources").layouts()
    import_module("clients").client("s3")


if __name__ == "__main__":
    _prepare(sys.argv[1])
