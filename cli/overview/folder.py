"""Writes the overview to a folder: the reports of the files that it lists, and the page that links to them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from cli.options import UsageError
from cli.overview.overview import ListedFile, Overview
from cli.overview.page import page

INDEX: Final = "index.html"
REPORTS: Final = "reports"
_AT_A_TIME: Final = 8

ReadsReport = Callable[[str], bytes | None]
"""Reads a report's page by its key in the processed bucket; None if it is not there any more."""


def write(overview: Overview, folder: Path, read: ReadsReport | None) -> Path:
    """Write the page and the reports, and return the page's path; without ``read``, no reports.

    Raises
    ------
    UsageError
        If the folder cannot be written to.
    """
    index = folder / INDEX
    try:
        folder.mkdir(parents=True, exist_ok=True)
        links = _write_reports(overview.listed, folder, read) if read else {}
        index.write_text(page(overview, links), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}; give another folder") from error
    return index


def _write_reports(files: tuple[ListedFile, ...], folder: Path, read: ReadsReport) -> dict[str, str]:
    """Write the reports that are there, and return their places in the folder by file id."""
    (folder / REPORTS).mkdir(exist_ok=True)

    def copy(file: ListedFile) -> tuple[str, str] | None:
        found = read(file.report)
        if found is None:
            return None
        place = f"{REPORTS}/{file.file_id}.html"
        (folder / place).write_bytes(found)
        return file.file_id, place

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        copied = pool.map(copy, (file for file in files if file.report))
        return dict(found for found in copied if found)
