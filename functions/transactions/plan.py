# ruff: noqa: S608 - own names, and values of the layout that are quoted
"""The SQL of one file, generated from its layout. Values from the file never become part of it."""

from collections.abc import Container, Iterable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Self

import msgspec

from transactions.checks import Check, Checked, Expression
from transactions.codes import RowCode
from transactions.currencies import MINOR_UNITS
from transactions.expressions import Mapper
from transactions.headers import captured
from transactions.json_records import RAW_NUMBER
from transactions.layout import Condition, Dialect, Layout
from transactions.mapping import Constant, RowHash, fields_read
from transactions.mapping_rules import mapped_columns
from transactions.paths import is_outer, steps
from transactions.records import Part, Records
from transactions.results import Source
from transactions.sql import is_one_of, literal, literals, masked

MAX_LINE_BYTES = 2_000_000
DUPLICATE_RULE = "once in a file"
BROKEN_RULE = "one row of whole cells, as many as the header has"


class Plan(msgspec.Struct, frozen=True):
    """How the records of one file are read, mapped and checked."""

    layout: Layout
    file_columns: tuple[str, ...]
    cells: dict[str, str]
    columns: dict[str, Expression]
    direction: str
    row_checks: tuple[Checked, ...]

    @classmethod
    def of(cls, records: Records, source: Source) -> Self:
        """Plan the reading of ``records``; FileRejectedError if the file's name lacks what belongs into it."""
        layout = records.layout
        cells = {name: f"c{number}" for number, name in enumerate(layout.names)}
        of_other_type = {name: f"o{number}" for number, name in enumerate(layout.names)} if _is_json(layout) else {}
        received_on = source.received_at.astimezone(UTC).date()
        in_name = (capture for capture in layout.captures if capture.source == "fileName")
        facts = {capture.name: captured(capture, [source.file_name], layout) for capture in in_name}
        mapper = Mapper(layout, cells, of_other_type, {**records.captures, **facts}, received_on)
        mapped = mapped_columns()
        columns = {name: mapper.column(mapped[name], function) for name, function in layout.mapping.items()}
        dropping = (condition.field for drop in layout.drop for condition in drop.conditions)
        json_checks = (*_JSON_CHECKS, *map(mapper.checked, dropping)) if _is_json(layout) else ()
        row_checks = (*json_checks, *mapper.constrained())
        return cls(layout, records.columns, cells, columns, mapper.direction(), row_checks)

    @property
    def checked(self) -> tuple[Checked, ...]:
        """Everything that is checked, each giving at most one error of a row."""
        of_columns = (checked for column in self.columns.values() for checked in column.checked)
        return tuple(checked for checked in (*self.row_checks, *of_columns) if checked.checks)

    @property
    def checks(self) -> tuple[tuple[int, str, Check], ...]:
        """Every check with its number and field."""
        flat = [(checked.field, check) for checked in self.checked for check in checked.checks]
        return tuple((number, field, check) for number, (field, check) in enumerate(flat))

    @property
    def makes_ids(self) -> bool:
        """Whether the file has no ids of its own."""
        return isinstance(self.layout.mapping["transaction_id"], RowHash)

    def staging(self, part: Part, columns: Container[str] | None = None) -> str:
        """Select the part's rows: number, line, dropped, the mapped columns, and errors (NULL without any).

        All columns are checked. Only ``columns`` are kept; by default all, in the order in which they are written.
        """
        outcomes = {f"e{number}": outcome for number, outcome in enumerate(self._outcomes())}
        found = ", ".join(
            f"{{'check': {name}, 'masked': {masked(checked.shown)}}}"
            for name, checked in zip(outcomes, self.checked, strict=True)
        )
        values = {name: expression.value for name, expression in self.columns.items()}
        values["credit_debit_indicator"] = self.direction
        kept = [name for name in values if columns is None or name in columns]
        return f"""
            WITH cells AS ({self._cells(part)}),
            priced AS ({self._priced()}),
            mapped AS (SELECT *, {self._dropped()} AS dropped, {_named(values)} FROM priced),
            checked AS (SELECT *, {_named(outcomes)} FROM mapped)
            SELECT number, line, dropped, {", ".join(kept)},
                CASE WHEN NOT dropped AND coalesce({", ".join(outcomes)}) IS NOT NULL
                THEN list_filter([{found}], lambda error: error.check IS NOT NULL) END AS errors
            FROM checked {"ORDER BY booking_date, number" if columns is None else ""}"""

    def views(self) -> Iterator[str]:
        """Tell repeated rows apart, then define ``accepted`` and ``errors``."""
        yield """
            CREATE TABLE repeated AS
            SELECT number, row_number() OVER (PARTITION BY transaction_id ORDER BY number) AS occurrence FROM staged
            WHERE NOT dropped AND transaction_id IN
                (SELECT transaction_id FROM staged WHERE NOT dropped GROUP BY 1 HAVING count(*) > 1)
            QUALIFY occurrence > 1"""
        made = "transaction_id || '-' || coalesce(occurrence, 1)" if self.makes_ids else "transaction_id"
        alone = "true" if self.makes_ids else "occurrence IS NULL"
        yield f"""
            CREATE VIEW accepted AS
            SELECT staged.* EXCLUDE (dropped, errors) REPLACE ({made} AS transaction_id)
            FROM staged LEFT JOIN repeated USING (number) WHERE NOT dropped AND errors IS NULL AND {alone}"""
        id_field = next(iter(fields_read(self.layout.mapping["transaction_id"])), "")
        duplicates = f"""
            UNION ALL SELECT number, line, {literal(id_field)}, '{RowCode.DUPLICATE_ID}', {literal(DUPLICATE_RULE)},
                {masked("transaction_id")} FROM repeated JOIN staged USING (number)"""
        yield f"""
            CREATE VIEW errors AS
            SELECT number, line, field, error_code, rule, masked AS masked_value
            FROM (SELECT number, line, unnest(errors, recursive := true) FROM staged) JOIN checks USING ("check")
            {"" if self.makes_ids else duplicates}
            UNION ALL SELECT line, line, '', error_code, {literal(BROKEN_RULE)}, {masked("text")} FROM broken"""

    def _outcomes(self) -> Iterator[str]:
        """Yield for each checked cell the number of its first broken check, NULL if none is."""
        numbers = iter(self.checks)
        for place, checked in enumerate(self.checked):
            cases = " ".join(f"WHEN {check.broken} THEN {next(numbers)[0]}" for check in checked.checks)
            if place and _is_json(self.layout):
                # A record that cannot be read has this one error: all that it lacks says nothing more.
                cases = f"WHEN NOT readable THEN NULL {cases}"
            yield f"(CASE {cases} END)::USMALLINT"

    def _dropped(self) -> str:
        predicates = (" AND ".join(map(self._holds, predicate.conditions)) for predicate in self.layout.drop)
        return " OR ".join(f"({predicate})" for predicate in predicates) or "false"

    def _holds(self, condition: Condition) -> str:
        cell = self.cells[condition.field]
        if condition.pattern is not None:
            return f"coalesce(regexp_matches({cell}, {literal(condition.pattern)}), false)"
        return is_one_of(f"coalesce({cell}, '')" if "" in condition.values else cell, condition.values)

    def _priced(self) -> str:
        """Add the minor units of each row's currency, NULL where the currency is unknown."""
        currency = self.layout.mapping["currency"]
        if isinstance(currency, Constant):
            return f"SELECT *, {MINOR_UNITS[currency.value]} AS minor_units FROM cells"
        return f"SELECT * FROM cells LEFT JOIN currencies ON code = {self.columns['currency'].value}"

    def _cells(self, part: Part) -> str:
        if _is_json(self.layout):
            return self._json_cells(part.path)
        in_file = {name: self.cells[name] for name in self.file_columns}
        found = {cell: self._present(self._trimmed(cell)) for cell in in_file.values()}
        absent = {cell: "NULL::VARCHAR" for name, cell in self.cells.items() if name not in in_file}
        texts = _read(part.path, self.layout.dialect, [], in_file.values())
        # Without an order of its own, the window numbers the rows as they are read: in the part's order.
        records = f"(SELECT row_number() OVER () + {part.first_line - 1} AS number, * FROM {texts})"
        if part.left_out:
            records += f" ANTI JOIN (SELECT number FROM left_out WHERE number >= {part.first_line}) USING (number)"
        return f"SELECT number, number AS line, {_named({**found, **absent})} FROM {records}"

    def _json_cells(self, path: Path) -> str:
        inner, outer = ([name for name in self.cells if is_outer(name) is side] for side in (False, True))
        places = {name: f"found[{position}]" for position, name in enumerate(inner, start=1)}
        places |= {name: f"beside[{position}]" for position, name in enumerate(outer, start=1)}
        found = dict[str, str]()
        for position, (name, cell) in enumerate(self.cells.items()):
            value, kind = places[name], self.layout.field(name).json_type
            text, fits = _JSON_TYPES[kind]
            found[cell] = self._present(
                f"CASE WHEN {fits.format(value)} THEN {text.format(value)} ELSE nullif({value}::VARCHAR, 'null') END"
            )
            found[f"o{position}"] = f"{value}::VARCHAR <> 'null' AND NOT {fits.format(value)}"
        return f"""
            SELECT number, line, record, readable, {_named(found)} FROM (
                SELECT *, json_extract(around, {_json_paths(outer)}) AS beside,
                    CASE WHEN readable THEN json_extract(record, {_json_paths(inner)}) END AS found FROM (
                    SELECT *, json_valid(record) AND starts_with(record, '{{') AS readable
                    FROM {_read(path, _TAB_SEPARATED, ["number", "line"], ["record", "around"])}))"""

    def _trimmed(self, cell: str) -> str:
        return f"trim({cell}, {literal(WHITE_SPACE)})" if self.layout.dialect.trim else cell

    def _present(self, cell: str) -> str:
        """Make a cell NULL where it has no value. The engine reads empty CSV cells as NULL already."""
        missing = self.layout.schema.missing_values
        if not missing or (missing == ("",) and not _is_json(self.layout) and not self.layout.dialect.trim):
            return cell
        return f"CASE WHEN NOT {is_one_of(cell, missing)} THEN {cell} END"


WHITE_SPACE = "".join(character for number in range(0x3001) if (character := chr(number)).isspace())
"""What ``trim`` takes off: spaces of any width, tabs, line ends."""
_TAB_SEPARATED = Dialect(delimiter="\t", quote_char=None)
"""JSON text has no tab outside its own escapes, so needs no quotes."""
_JSON_TYPES = {
    "string": ("{0} ->> '$'", "starts_with({0}::VARCHAR, '\"')"),
    "number": (f"{{0}} ->> '$.\"{RAW_NUMBER}\"'", f"starts_with({{0}}::VARCHAR, '{{{{\"{RAW_NUMBER}\":')"),
    "boolean": ("{0}::VARCHAR", "({0}::VARCHAR = 'true' OR {0}::VARCHAR = 'false')"),
}
"""SQL for a JSON value's text, and for whether it is of that type."""
_JSON_CHECKS = (
    Checked("", "record", (Check(RowCode.NOT_AN_OBJECT, "NOT readable", "a JSON object that can be read"),)),
)


def _is_json(layout: Layout) -> bool:
    return layout.format == "json"


def _json_paths(fields: Iterable[str]) -> str:
    return literals("$" + "".join(f'."{name}"' for name in steps(field)) for field in fields)


def _named(expressions: dict[str, str]) -> str:
    return ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())


def _read(path: Path, dialect: Dialect, numbers: Iterable[str], texts: Iterable[str]) -> str:
    columns = ", ".join([*(f"'{name}': 'BIGINT'" for name in numbers), *(f"'{name}': 'VARCHAR'" for name in texts)])
    quote = literal(dialect.quote_char or "")
    return f"""read_csv({literal(str(path))}, auto_detect = false, header = false, strict_mode = true, new_line = '\\n',
        delim = {literal(dialect.delimiter)}, quote = {quote}, escape = {quote}, compression = 'none',
        columns = {{{columns}}}, max_line_size = {MAX_LINE_BYTES}, ignore_errors = true)"""
