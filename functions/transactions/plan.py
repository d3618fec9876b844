# ruff: noqa: S608 - own names, and values of the layout that are quoted
"""The SQL of one file, generated from its layout. Values from the file never become part of it."""

from collections.abc import Iterable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Self

import msgspec

from transactions.codes import RowCode
from transactions.currencies import MINOR_UNITS
from transactions.expressions import Check, Checked, Expression, Mapper
from transactions.layout import Constant, Dialect, Layout, RowHash, fields_read
from transactions.linting import mapped_columns
from transactions.records import Records
from transactions.results import Source
from transactions.sql import is_one_of, literal, literals, masked

MAX_LINE_BYTES = 2_000_000
DUPLICATE_RULE = "once in a file"
BROKEN_RULE = "one row of whole cells, as many as the header has"


class Plan(msgspec.Struct, frozen=True):
    """How the records of one file are read, mapped and checked."""

    layout: Layout
    cells: dict[str, str]
    columns: dict[str, Expression]
    direction: str
    row_checks: tuple[Checked, ...]

    @classmethod
    def of(cls, records: Records, source: Source) -> Self:
        """Plan the reading of ``records``."""
        layout = records.layout
        cells = {name: f"c{number}" for number, name in enumerate(layout.header)}
        of_other_type = {name: f"o{number}" for number, name in enumerate(layout.header)} if _is_json(layout) else {}
        received_on = source.received_at.astimezone(UTC).date()
        mapper = Mapper(layout, cells, of_other_type, records.captures, received_on)
        mapped = mapped_columns()
        columns = {name: mapper.column(mapped[name], function) for name, function in layout.mapping.items()}
        row_checks = (*_JSON_CHECKS, *(mapper.checked(drop.field) for drop in layout.drop)) if _is_json(layout) else ()
        return cls(layout, cells, columns, mapper.direction(), row_checks)

    @property
    def checked(self) -> tuple[Checked, ...]:
        """Everything that is checked, each giving at most one error of a row."""
        return (*self.row_checks, *(checked for column in self.columns.values() for checked in column.checked))

    @property
    def checks(self) -> tuple[tuple[int, str, Check], ...]:
        """Every check with its number and field."""
        flat = [(checked.field, check) for checked in self.checked for check in checked.checks]
        return tuple((number, field, check) for number, (field, check) in enumerate(flat))

    @property
    def makes_ids(self) -> bool:
        """Whether the file has no ids of its own."""
        return isinstance(self.layout.mapping["transaction_id"], RowHash)

    def staging(self, path: Path) -> str:
        """Read ``path`` into ``staged``: number, line, dropped, the mapped columns, and errors (NULL without any)."""
        outcomes = {f"e{number}": outcome for number, outcome in enumerate(self._outcomes())}
        found = ", ".join(
            f"{{'check': {name}, 'masked': {masked(checked.shown)}}}"
            for name, checked in zip(outcomes, self.checked, strict=True)
        )
        values = {name: expression.value for name, expression in self.columns.items()}
        values["credit_debit_indicator"] = self.direction
        return f"""
            CREATE OR REPLACE TEMP TABLE staged AS
            WITH cells AS ({self._cells(path)}),
            priced AS ({self._priced()}),
            mapped AS (SELECT *, {self._dropped()} AS dropped, {_named(values)} FROM priced),
            checked AS (SELECT *, {_named(outcomes)} FROM mapped)
            SELECT number, line, dropped, {", ".join(values)},
                CASE WHEN NOT dropped AND coalesce({", ".join(outcomes)}) IS NOT NULL
                THEN list_filter([{found}], lambda error: error.check IS NOT NULL) END AS errors
            FROM checked"""

    def views(self) -> Iterator[str]:
        """Tell repeated rows apart, then define ``accepted`` and ``errors``."""
        yield """
            CREATE OR REPLACE TEMP TABLE repeated AS
            SELECT number, row_number() OVER (PARTITION BY transaction_id ORDER BY number) AS occurrence FROM staged
            WHERE NOT dropped AND transaction_id IN
                (SELECT transaction_id FROM staged WHERE NOT dropped GROUP BY 1 HAVING count(*) > 1)
            QUALIFY occurrence > 1"""
        made = "transaction_id || '-' || coalesce(occurrence, 1)" if self.makes_ids else "transaction_id"
        alone = "true" if self.makes_ids else "occurrence IS NULL"
        yield f"""
            CREATE OR REPLACE TEMP VIEW accepted AS
            SELECT staged.* EXCLUDE (dropped, errors) REPLACE ({made} AS transaction_id)
            FROM staged LEFT JOIN repeated USING (number) WHERE NOT dropped AND errors IS NULL AND {alone}"""
        id_field = next(iter(fields_read(self.layout.mapping["transaction_id"])), "")
        duplicates = f"""
            UNION ALL SELECT number, line, {literal(id_field)}, '{RowCode.DUPLICATE_ID}', {literal(DUPLICATE_RULE)},
                {masked("transaction_id")} FROM repeated JOIN staged USING (number)"""
        yield f"""
            CREATE OR REPLACE TEMP VIEW errors AS
            SELECT number, line, field, error_code, rule, masked AS masked_value
            FROM (SELECT number, line, unnest(errors, recursive := true) FROM staged) JOIN checks USING ("check")
            {"" if self.makes_ids else duplicates}
            UNION ALL SELECT line, line, '', error_code, {literal(BROKEN_RULE)}, {masked("text")} FROM broken"""

    def _outcomes(self) -> Iterator[str]:
        """Yield for each checked cell the number of its first broken check, NULL if none is."""
        numbers = iter(self.checks)
        for checked in self.checked:
            cases = " ".join(f"WHEN {check.broken} THEN {next(numbers)[0]}" for check in checked.checks)
            yield f"(CASE {cases} END)::USMALLINT" if cases else "NULL::USMALLINT"

    def _dropped(self) -> str:
        predicates = (is_one_of(self.cells[predicate.field], predicate.values) for predicate in self.layout.drop)
        return " OR ".join(predicates) or "false"

    def _priced(self) -> str:
        """Add the minor units of each row's currency, NULL where the currency is unknown."""
        currency = self.layout.mapping["currency"]
        if isinstance(currency, Constant):
            return f"SELECT *, {MINOR_UNITS[currency.value]} AS minor_units FROM cells"
        return f"SELECT * FROM cells LEFT JOIN currencies ON code = {self.columns['currency'].value}"

    def _cells(self, path: Path) -> str:
        if _is_json(self.layout):
            return self._json_cells(path)
        dialect, names = self.layout.dialect, self.cells.values()
        found = {name: self._present(name) for name in names}
        return f"SELECT line AS number, line, {_named(found)} FROM {_read(path, dialect, ['line'], names)}"

    def _json_cells(self, path: Path) -> str:
        paths = literals("$" + "".join(f'."{part}"' for part in name.split(".")) for name in self.cells)
        found = dict[str, str]()
        for position, name in enumerate(self.cells.values(), start=1):
            value = f"found[{position}]"
            is_string = f"starts_with({value}::VARCHAR, '\"')"
            found[name] = self._present(
                f"CASE WHEN {is_string} THEN {value} ->> '$' ELSE nullif({value}::VARCHAR, 'null') END"
            )
            found[f"o{position - 1}"] = f"{value}::VARCHAR <> 'null' AND NOT {is_string}"
        return f"""
            SELECT number, line, record, readable, {_named(found)} FROM (
                SELECT *, CASE WHEN readable THEN json_extract(record, {paths}) END AS found FROM (
                    SELECT *, json_valid(record) AND starts_with(record, '{{') AS readable
                    FROM {_read(path, _TAB_SEPARATED, ["number", "line"], ["record"])}))"""

    def _present(self, cell: str) -> str:
        """Make a cell NULL where it has no value. The engine reads empty CSV cells as NULL already."""
        missing = self.layout.schema.missing_values
        if not missing or (missing == ("",) and not _is_json(self.layout)):
            return cell
        return f"CASE WHEN NOT {is_one_of(cell, missing)} THEN {cell} END"


_TAB_SEPARATED = Dialect(delimiter="\t", quote_char="")
"""JSON text has no tab outside its own escapes, so needs no quotes."""
_JSON_CHECKS = (
    Checked("", "record", (Check(RowCode.NOT_AN_OBJECT, "NOT readable", "a JSON object that can be read"),)),
)


def _is_json(layout: Layout) -> bool:
    return layout.format == "json"


def _named(expressions: dict[str, str]) -> str:
    return ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())


def _read(path: Path, dialect: Dialect, numbers: Iterable[str], texts: Iterable[str]) -> str:
    columns = ", ".join([*(f"'{name}': 'BIGINT'" for name in numbers), *(f"'{name}': 'VARCHAR'" for name in texts)])
    quote = literal(dialect.quote_char)
    return f"""read_csv({literal(str(path))}, auto_detect = false, header = false, strict_mode = true, new_line = '\\n',
        delim = {literal(dialect.delimiter)}, quote = {quote}, escape = {quote}, compression = 'none',
        columns = {{{columns}}}, max_line_size = {MAX_LINE_BYTES},
        store_rejects = true, rejects_table = 'refused', rejects_scan = 'refused_scan')"""
