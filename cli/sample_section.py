"""Fills the section ``sample`` of a layout file with what the sample beside it comes to."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
import yaml

from cli.linting import sample_beside, sample_figures, validate_sample
from cli.options import UsageError
from transactions.documents import Node, read_document
from transactions.errors import LayoutError
from transactions.layouts.layout import Layout
from transactions.layouts.layout_file import read_layout
from transactions.results import Validation

_KEY: Final = "sample"
_REQUIRED: Final = ("accepted", "totals")
_WIDE: Final = 10_000


class SampleSection(msgspec.Struct, frozen=True):
    """The layout file at ``path`` with its new section: the ``section`` alone, and the file as a ``whole``."""

    path: Path
    section: str
    whole: str

    def write(self) -> None:
        """Replace the file; OSError if it cannot be written."""
        self.path.write_bytes(self.whole.encode())


def propose_section(path: Path) -> SampleSection:
    """Validate the sample beside the layout at ``path``; everything but the section stays as it is, byte for byte.

    Raises
    ------
    UsageError
        If the layout is wrong apart from the section, has no sample beside it, or cannot read one row of it.
    OSError
        If one of the two files cannot be read.
    """
    sample = sample_beside(path)
    if sample is None:
        raise UsageError(f"{path.name} has no sample beside it: put one there as {path.stem}.sample.csv, or .json")
    document = read_document(path)
    if document.problems or document.root.keys is None:
        raise UsageError("\n".join(f"{path.name}:{problem}" for problem in document.problems) or f"{path}: no layout")
    text, root = _text(path), document.root
    file_name = _file_name(root)
    empty = _section({"accepted": 0, "totals": {}, **file_name})
    layout = _layout(path.name, _replaced(text, root, empty))
    validation = validate_sample(layout, sample)
    if not validation.counts.read:
        raise UsageError(f"{sample.name}: {validation.reason}")
    section = _section({**_figures(validation), **file_name})
    return SampleSection(path, section, _replaced(text, root, section))


def read_unfinished(path: Path) -> Layout:
    """Read the layout at ``path``, whose section may still be missing.

    Raises
    ------
    UsageError, LayoutError
        If anything else is wrong.
    """
    document = read_document(path)
    if document.problems or document.root.keys is None or _KEY in document.root.keys:
        return read_layout(path)
    section = _section({"accepted": 0, "totals": {}})
    return _layout(path.name, _replaced(_text(path), document.root, section))


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name} is not in UTF-8: save it as UTF-8 first") from error


def _file_name(root: Node) -> dict[str, Any]:
    written = root.value.get(_KEY)
    return {"fileName": written["fileName"]} if isinstance(written, dict) and "fileName" in written else {}


def _layout(name: str, text: str) -> Layout:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode())
        try:
            return read_layout(path)
        except LayoutError as error:
            raise UsageError(f"{error}") from error


def _figures(validation: Validation) -> dict[str, Any]:
    """Return what a layout declares of its sample; what is zero or empty, as by default, is left out."""
    return {key: value for key, value in sample_figures(validation).items() if value or key in _REQUIRED}


def _section(figures: dict[str, Any]) -> str:
    lines = [f"{_KEY}:", *(f"  {key}: {_flow(value)}" for key, value in figures.items())]
    return "\n".join([*lines, ""])


def _flow(value: Any) -> str:
    return yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, sort_keys=False, width=_WIDE)[1:-2]


def _replaced(text: str, root: Node, section: str) -> str:
    """Put ``section`` in the place of the present one, or behind everything else where there is none."""
    lines = text.splitlines(keepends=True)
    line_end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    places = sorted(place.line - 1 for place in (root.keys or {}).values())
    start = (root.keys or {})[_KEY].line - 1 if _KEY in (root.keys or {}) else len(lines)
    end = next((line for line in places if line > start), len(lines))
    while end > start + 1 and _is_of_next(lines[end - 1]):
        end -= 1
    before = "".join(_ended(lines[:start], line_end))
    return before + section.replace("\n", line_end) + "".join(lines[end:])


def _is_of_next(line: str) -> bool:
    """Return whether a line below a section belongs to what follows: a comment at the margin, or a blank line."""
    return line.startswith("#") or not line.strip()


def _ended(lines: list[str], line_end: str) -> Iterator[str]:
    """Yield ``lines``, the last of them with a line end."""
    yield from lines
    if lines and not lines[-1].endswith(("\n", "\r")):
        yield line_end
