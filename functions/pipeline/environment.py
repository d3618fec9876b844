"""The environment variables that the stack gives a function."""

import os
from typing import TypeVar

import msgspec

_Variables = TypeVar("_Variables", bound=msgspec.Struct)


class EnvironmentVariableError(Exception):
    """A variable is missing; the message names it."""


def read_environment(variables: type[_Variables]) -> _Variables:
    """Read the variables that the struct has as fields, in capital letters.

    Raises
    ------
    EnvironmentVariableError
        If one is missing.
    """
    names = {field: field.upper() for field in variables.__struct_fields__}
    missing = sorted(set(names.values()) - os.environ.keys())
    if missing:
        raise EnvironmentVariableError(f"{', '.join(missing)}: set in the function's construct below etl/constructs")
    return variables(**{field: os.environ[name] for field, name in names.items()})
