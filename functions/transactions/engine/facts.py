"""The captured facts of one file, as SQL: constants of the file, or columns where each section has its own."""

from typing import Self

import msgspec

from transactions.codes import FileCode
from transactions.errors import FileRejectedError
from transactions.layouts.layout import Layout
from transactions.reading.headers import captured
from transactions.reading.records import Part, Records
from transactions.results import Source
from transactions.sql import literal


class Facts(msgspec.Struct, frozen=True):
    """``of_file`` are the facts of the whole file, ``columns`` the column of each fact that its section has."""

    of_file: dict[str, str]
    columns: dict[str, str]

    @classmethod
    def captured(cls, records: Records, source: Source) -> Self:
        """Gather what was captured above the rows and in the file's name.

        Raises
        ------
        FileRejectedError
            If the file lacks a fact that its mapping or its delivery needs.
        """
        layout = records.layout
        above = {} if layout.sections else dict(records.captures)
        columns = sorted(layout.names_above_rows) if layout.sections else []
        facts = cls(above | _in_name(layout, source), {name: f"f{number}" for number, name in enumerate(columns)})
        for name in (*layout.captures_used, *layout.delivery):
            if name not in facts.sql:
                raise FileRejectedError(FileCode.CAPTURE_MISSING, name, layout=layout.name)
        return facts

    @property
    def sql(self) -> dict[str, str]:
        """SQL for each fact."""
        return {name: literal(fact) for name, fact in self.of_file.items()} | self.columns

    def joined(self, rows: str, part: Part) -> str:
        """Join each of ``rows`` with the facts of its section: the last that begins at its number or before."""
        if not self.columns:
            return rows
        listed = [
            [f"{section.first}", *(literal(section.facts[name]) for name in self.columns)] for section in part.sections
        ]
        none_yet = ["1", *["NULL::VARCHAR"] * len(self.columns)]
        values = ", ".join(f"({', '.join(row)})" for row in listed or [none_yet])
        sections = f"(VALUES {values}) AS sections(first_line, {', '.join(self.columns.values())})"
        return f"{rows} ASOF LEFT JOIN {sections} ON number >= first_line"


def _in_name(layout: Layout, source: Source) -> dict[str, str]:
    in_name = (capture for capture in layout.captures if capture.source == "fileName")
    return {capture.name: captured(capture, [source.file_name], layout) for capture in in_name}
