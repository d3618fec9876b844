"""``etl logs``."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.text import Text

from cli.console import make_console
from cli.finding import FileArgument, find_row
from cli.options import AsJson, Suffix, print_json
from cli.tables import counted, make_table
from deployment.connection import connect
from deployment.logs import LogLine

_STYLES: Final = {"WARNING": "yellow", "ERROR": "bold red", "CRITICAL": "bold red"}
_KNOWN_BESIDES: Final = frozenset(
    {
        "cold_start",
        "execution",
        "file_id",
        "function_arn",
        "function_memory_size",
        "function_name",
        "function_request_id",
        "level",
        "location",
        "message",
        "partner",
        "service",
        "timestamp",
        "xray_trace_id",
    }
)
"""Fields of a line that a table leaves out: the same on every line of a file, or in a column of their own."""


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line, as ``--json`` prints it; ``at`` is in UTC, and ``fields`` is empty for a line that is not JSON."""

    at: str
    group: str
    stream: str
    level: str
    text: str
    fields: dict[str, Any]


def logs(
    file: FileArgument,
    suffix: Suffix = "dev",
    *,
    as_json: AsJson = False,
) -> None:
    """Show what was logged of a file: by the functions, the state machines and the job for large files.

    Includes the tracebacks of the functions' calls for the file. Lines are kept for 30 days.

    \b
    etl logs incoming/alpine/october.csv
    etl logs 5f70bf18a086 --json
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with this character
    pipeline = connect(suffix)
    row = find_row(pipeline, file)
    lines = [line for line in pipeline.logs.of(row) if "_aws" not in line.document]
    if as_json:
        print_json([_document(line) for line in lines])
    else:
        _show(make_console(), lines)


def _show(console: Console, lines: list[LogLine]) -> None:
    table = make_table("at (UTC)", "log group", "level", "text")
    for line in lines:
        level = _level(line)
        table.add_row(
            f"{line.at:%m-%d %H:%M:%S.%f}"[:-3],
            line.group.rpartition("/")[2],
            Text(level, style=_STYLES.get(level, "")),
            Text(" ".join([_text(line), *_facts(line)])),
        )
    if lines:
        console.print(table)
    console.print(counted(len(lines), "line"))


def _document(line: LogLine) -> ShownLine:
    return ShownLine(
        at=line.at.isoformat(),
        group=line.group,
        stream=line.stream,
        level=_level(line),
        text=_text(line),
        fields=dict(line.document),
    )


def _level(line: LogLine) -> str:
    if "level" in line.document:
        return str(line.document["level"])
    return "ERROR" if line.text.startswith("[ERROR]") or "Task timed out" in line.text else ""


def _text(line: LogLine) -> str:
    """Say what a line says: its message, an execution's event with its state or call, or the line itself."""
    if "type" in line.document:
        details = line.document.get("details", {})
        called = ":".join(details[name] for name in ("resourceType", "resource") if name in details)
        return f"{line.document['type']} {details.get('name', called)}".rstrip()
    # The runtime ends the lines of a traceback with a carriage return.
    return str(line.document.get("message", line.text)).replace("\r", "\n")


def _facts(line: LogLine) -> Iterator[str]:
    if "type" not in line.document:
        yield from (f"{name}={value}" for name, value in line.document.items() if name not in _KNOWN_BESIDES)
