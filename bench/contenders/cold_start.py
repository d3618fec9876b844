"""A function's cold start: import the handler named on the command line, load the layouts, make its client."""

import sys
from importlib import import_module


def _prepare(handler: str) -> None:
    import_module(handler)
    resources = import_module("resources")
    resources.layouts()
    resources.client("s3")


if __name__ == "__main__":
    _prepare(sys.argv[1])
