"""Names of files that the pipeline takes, and what to rename the others to."""

import re
from typing import Final

from pipeline.constants import EXTENSIONS
from transactions.masking import masked_name
from transactions.results import FileFormat

_ENDING: Final = re.compile(r"\.[A-Za-z]\w*\Z")


def is_ignored(name: str) -> bool:
    """Return whether the pipeline ignores an upload of this name."""
    return not name.lower().endswith(EXTENSIONS)


def name_to_take(name: str) -> str:
    """Return the nearest name that the pipeline takes.

    >>> name_to_take("october.csv.gz"), name_to_take("october.txt"), name_to_take("october.ndjson")
    ('october.csv', 'october.csv', 'october.json')
    """
    shorter = _ENDING.sub("", name) or name
    return f"{shorter}.{format_of(name)}" if is_ignored(shorter) else shorter


def format_of(name: str) -> FileFormat:
    """Return the format that a file's name says: ``json`` where its ending does, and else ``csv``."""
    ending = _ENDING.search(name.lower().removesuffix(".gz"))
    return "json" if ending and "json" in ending[0] else "csv"


def ignored(name: str) -> str:
    """Say that the pipeline ignores a file of this name, and what to rename it to."""
    taken, shown, renamed = " or ".join(EXTENSIONS), masked_name(name), masked_name(name_to_take(name))
    return f"the pipeline ignores {shown}: it takes files that end in {taken}; rename it to {renamed}"
