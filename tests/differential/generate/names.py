"""Names of fields, of which a function of a layout reads one or a list."""

from typing import Any


def listed(names: Any) -> list[str]:
    """Return one name, or several, as a list."""
    return [names] if isinstance(names, str) else list(names)
