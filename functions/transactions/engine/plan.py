# ruff: noqa: S608 - own names, and values of the layout that are quoted
"""The SQL of one file, generated from its layout. Values from the file never become part of it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Self

import msgspec

from transactions.codes import RowCode
from transactions.currencies import MINOR_UNITS, VALIDITY
from transactions.engine.checks import Check, CheckedCell, Expression, merged
from transactions.engine.expressions import Mapper
from transactions.engine.facts import Facts
from transactions.engine.json_cells import JsonCells
from transactions.engine.lists import OWN_PATH_COLUMN, is_of, name_of_own
from transactions.layouts.derived import joined
from transactions.layouts.exclusions import drop_place
from transactions.layouts.layout import Condition, Dialect, Layout, Predicate
from transactions.layouts.mapping import AmountByAccount, Constant, RowHash, fields_read
from transactions.layouts.mapping_rules import mapped_columns
from transactions.reading.characters import CHARACTER_RULE
from transactions.reading.csv_cells import WHITE_SPACE
from transactions.reading.json_rows import FORBIDDEN_MARK, SEPARATOR, UNREADABLE_MARK, row_columns
from transactions.reading.records import Part, Records
from transactions.results import Source
from transactions.sql import beginning, is_one_of, literal, masked

MAX_LINE_BYTES = 2_000_000
DUPLICATE_RULE = "once in a file"
Shown = Callable[[str], str]
"""Turns SQL for a text into SQL for what is shown of it."""
HAS_ID = "NOT dropped AND transaction_id IS NOT NULL"
"""SQL that is true of the staged rows whose ids are compared."""


class Plan(msgspec.Struct, frozen=True):
    """How the records of one file are read, mapped and checked: to be written, or only to be judged."""

    layout: Layout
    to_write: bool
    file_columns: tuple[str, ...]
    cells: dict[str, str]
    columns: dict[str, Expression]
    direction: str
    of_other_type: dict[str, str]
    row_checks: tuple[CheckedCell, ...]
    facts: Facts

    @classmethod
    def for_records(cls, records: Records, source: Source, *, to_write: bool) -> Self:
        """Plan the reading of ``records``; FileRejectedError if the file lacks a fact that the mapping needs."""
        layout = records.layout
        cells = {field.name: f"c{number}" for number, field in enumerate(layout.all_fields)}
        of_other_type = {name: f"o{number}" for number, name in enumerate(layout.names)} if _is_json(layout) else {}
        received_on = source.received_at.astimezone(UTC).date()
        facts = Facts.captured(records, source)
        mapper = Mapper(layout, cells, of_other_type, facts.sql, received_on)
        mapped = mapped_columns()
        columns = {name: mapper.column(mapped[name], function) for name, function in layout.mapping.items()}
        dropping = (condition.field for drop in layout.drop for condition in drop.conditions)
        json_checks = (*_JSON_CHECKS, *map(mapper.checked, dropping)) if _is_json(layout) else ()
        row_checks = (*json_checks, *mapper.constrained())
        direction = mapper.direction()
        return cls(layout, to_write, records.columns, cells, columns, direction, of_other_type, row_checks, facts)

    @property
    def checked(self) -> tuple[CheckedCell, ...]:
        """Everything that is checked, each giving at most one error of a row: a cell only one, whatever reads it."""
        of_columns = (checked for column in self.columns.values() for checked in column.checked)
        return merged((*self.row_checks, *of_columns))

    @property
    def checks(self) -> tuple[tuple[int, str, Check], ...]:
        """Every check with its number and field."""
        flat = [(checked.field, check) for checked in self.checked for check in checked.checks]
        return tuple((number, field, check) for number, (field, check) in enumerate(flat))

    @property
    def makes_ids(self) -> str:
        """SQL that is true of rows without an id of their own: ``true``, ``false``, or a column."""
        match self.layout.mapping["transaction_id"]:
            case RowHash(unless=str()):
                return "hashed"
            case RowHash():
                return "true"
        return "false"

    @property
    def kept(self) -> frozenset[str]:
        """The columns that are kept of each row: of a file that is only judged, those that a verdict is made of."""
        if self.to_write:
            return frozenset((*self.columns, "credit_debit_indicator", *self._flags))
        ids = () if self.makes_ids == "true" else ("transaction_id",)
        balances = ("account_id", "balance_after") if self.layout.running_balance else ()
        kept = ("booking_date", "currency", "amount", *ids, *balances)
        return frozenset(kept) & self.columns.keys() | self._flags.keys()

    def staging(self, part: Part) -> str:
        """Select the part's rows: number, line, dropped, occurrence, what is kept, errors (NULL without any).

        Where drops are explained, ``dropped_by`` has the condition of each dropped row, and the cell that it looks at.

        All columns are checked. The rows come in the order in which they are written.
        """
        outcomes = {f"e{number}": outcome for number, outcome in enumerate(self._outcomes())}
        found = [
            f"{{'check': {name}, 'text': {beginning(checked.shown)}}}"
            for name, checked in zip(outcomes, self.checked, strict=True)
        ]
        errors = f"[{', '.join(found)}]"
        if _is_json(self.layout):
            # A record that cannot be read has this one error: all that it lacks says nothing more.
            errors = f"CASE WHEN readable THEN {errors} ELSE [{found[0]}] END"
        values = {name: expression.value for name, expression in self.columns.items()}
        values |= {"credit_debit_indicator": self.direction, **self._flags}
        dropped_by = f"CASE WHEN dropped THEN {self._dropped_by()} END AS dropped_by," if self.explains_drops else ""
        return f"""
            WITH cells AS ({self._with_derived(self._cells(part))}),
            priced AS ({self._priced()}),
            mapped AS (SELECT *, {self._dropped()} AS dropped, {_named(values)} FROM priced),
            checked AS (SELECT *, {_named(outcomes)} FROM mapped)
            SELECT number, line, dropped, {dropped_by} NULL::BIGINT AS occurrence, {", ".join(sorted(self.kept))},
                CASE WHEN NOT dropped AND coalesce({", ".join(outcomes)}) IS NOT NULL
                THEN list_filter({errors}, lambda error: error.check IS NOT NULL) END AS errors
            FROM checked {"ORDER BY booking_date, number" if self.to_write else ""}"""

    @property
    def has_ids(self) -> bool:
        """Whether the rows that are kept have ids, their own or made ones."""
        return "transaction_id" in self.kept

    @staticmethod
    def repeats(rows: str, *also: str) -> str:
        """Select from all ``rows`` of a file those whose id stands further up.

        Of each: its number, the how manieth of its id it is (``nth``), and the columns ``also``.

        Hashes only show which ids are worth comparing: they take a fraction of the ids' memory.
        """
        return f"""
            SELECT {", ".join(("number", *also))},
                row_number() OVER (PARTITION BY transaction_id ORDER BY number) AS nth FROM {rows}
            WHERE {HAS_ID} AND hash(transaction_id) IN
                (SELECT hash(transaction_id) FROM {rows} WHERE {HAS_ID} GROUP BY 1 HAVING count(*) > 1)
            QUALIFY nth > 1"""

    @property
    def explains_drops(self) -> bool:
        """Whether it is kept by which condition a row is dropped: where the layout has some, and rows are judged."""
        return bool(self.layout.drop) and not self.to_write

    @property
    def signs_some(self) -> bool:
        """Whether files of the layout sign their amounts or not."""
        return "signed" in self._flags

    @staticmethod
    def any_signed(rows: str) -> str:
        """Ask whether one of all ``rows`` of a file has a sign."""
        return f"SELECT coalesce(bool_or(signed), false) FROM {rows}"

    def amendments(self, *, some_signed: bool) -> Iterator[str]:
        """Enter in ``staged`` what only all rows of the file together show."""
        if some_signed:
            yield self._unsigned_among_signed()
        if self.has_ids:
            # An update leaves the rows where they are; to join them with their occurrences later would mix them up.
            yield "UPDATE staged SET occurrence = repeats.nth FROM repeats WHERE staged.number = repeats.number"

    def views(self) -> Iterator[str]:
        """Define ``accepted`` and ``errors`` of the segment that is in ``staged`` and ``broken``.

        Of rows that are only judged, define also ``rejected_amounts``.
        """
        made = f"""REPLACE (CASE WHEN {self.makes_ids} THEN transaction_id || '-' || coalesce(occurrence, 1)
            ELSE transaction_id END AS transaction_id)"""
        yield f"""
            CREATE VIEW accepted AS
            SELECT * EXCLUDE (dropped, occurrence, errors) {made if self.makes_ids != "false" and self.to_write else ""}
            FROM staged WHERE NOT dropped AND errors IS NULL AND ({self.makes_ids} OR occurrence IS NULL)"""
        yield f"CREATE VIEW errors AS {self.errors(masked)}"
        if not self.to_write:
            yield f"CREATE VIEW rejected_amounts AS {self._rejected_amounts()}"

    def errors(self, shown: Shown) -> str:
        """Select the errors of the rows that are in ``staged`` and ``broken``; ``masked_value`` is as ``shown``."""
        id_field = "id_field" if "id_field" in self._flags else literal(next(iter(self._id_fields), ""))
        duplicates = f"""
            UNION ALL SELECT number, line, {id_field}, '{RowCode.DUPLICATE_ID}', {literal(DUPLICATE_RULE)},
                {shown("transaction_id")} FROM staged WHERE occurrence IS NOT NULL AND NOT {self.makes_ids}"""
        return f"""
            SELECT number, line, field, error_code, rule, {shown("text")} AS masked_value
            FROM (SELECT number, line, unnest(errors, recursive := true) FROM staged) JOIN checks USING ("check")
            {"" if self.makes_ids == "true" else duplicates}
            UNION ALL SELECT line, line, '', error_code, rule, {shown("text")} FROM broken"""

    @property
    def drops(self) -> str:
        """Select the dropped rows in ``staged`` in the columns of ``errors``; the code is the condition's place.

        The texts are not masked: of what may be half of a file, that is left until a few are chosen.
        """
        return """
            SELECT number, line, '' AS field, place AS error_code, '' AS rule, text AS masked_value
            FROM (SELECT number, line, unnest(dropped_by) FROM staged WHERE dropped)"""

    def _rejected_amounts(self) -> str:
        """Select currency and amount of the rejected rows without an error in a cell that one of the two is read from.

        The account decides on the sign where the direction follows from it.
        """
        names = {"amount", "currency"}
        if isinstance(self.layout.mapping["amount"], AmountByAccount):
            names.add("account_id")
        columns = (column for name, column in self.columns.items() if name in names)
        # An error of no field is one of the row as a whole.
        fields = {"", *(cell.field for column in columns for cell in column.checked)}
        of_them = [number for number, field, _ in self.checks if field in fields]
        wrong = f"list_has_any(list_transform(errors, lambda error: error.check), {of_them}::USMALLINT[])"
        return f"""
            SELECT currency, amount FROM staged
            WHERE NOT dropped AND currency IS NOT NULL AND amount IS NOT NULL AND CASE WHEN errors IS NULL
                THEN occurrence IS NOT NULL AND NOT {self.makes_ids} ELSE NOT {wrong} END"""

    @property
    def _flags(self) -> dict[str, str]:
        """What is kept of a row besides columns.

        Whether its amount has a sign, whether its id is a hash, and which field has its id, where that varies.
        """
        signed, made = self.columns["amount"].signed, self.layout.mapping["transaction_id"]
        flags = {"signed": signed} if signed else {}
        if isinstance(made, RowHash) and made.unless:
            flags["hashed"] = f"{self.cells[made.unless]} IS NULL"
        if self._id_fields and self.layout.tells_lists_apart:
            flags["id_field"] = name_of_own(self.layout, self._id_fields)
        return flags

    @property
    def _id_fields(self) -> tuple[str, ...]:
        """The fields that have the rows' ids."""
        return fields_read(self.layout.mapping["transaction_id"])

    def _unsigned_among_signed(self) -> str:
        """Reject money out without a minus where another row has one: it could as well be money that came back."""
        field = fields_read(self.layout.mapping["amount"])[0]
        broken = (number for number, name, check in self.checks if (name, check.code) == (field, RowCode.SIGN_MISMATCH))
        return f"""
            UPDATE staged SET errors = [{{'check': {next(broken)}, 'text': {beginning("abs(amount)::VARCHAR")}}}]
            WHERE NOT dropped AND errors IS NULL AND NOT signed"""

    def _outcomes(self) -> Iterator[str]:
        """Yield for each checked cell the number of its first broken check, NULL if none is."""
        numbers = iter(self.checks)
        for checked in self.checked:
            cases = " ".join(f"WHEN {check.broken} THEN {next(numbers)[0]}" for check in checked.checks)
            yield f"(CASE {cases} END)::USMALLINT"

    def _dropped(self) -> str:
        dropped = " OR ".join(f"({self._applies(predicate)})" for predicate in self.layout.drop) or "false"
        return f"readable AND NOT repeats AND ({dropped})" if _is_json(self.layout) else dropped

    def _dropped_by(self) -> str:
        """Say of a dropped row by which condition it is, the first of several, and what its first cell has."""
        cases = (
            f"WHEN {self._applies(predicate)}"
            f" THEN {{'place': '{drop_place(number)}', 'text': {beginning(self.cells[predicate.field])}}}"
            for number, predicate in enumerate(self.layout.drop)
        )
        return f"CASE {' '.join(cases)} END"

    def _applies(self, predicate: Predicate) -> str:
        return " AND ".join(map(self._holds, predicate.conditions))

    def _holds(self, condition: Condition) -> str:
        cell = self.cells[condition.field]
        if condition.pattern is not None:
            return f"coalesce(regexp_matches({cell}, {literal(condition.pattern)}), false)"
        if "" not in condition.values:
            return is_one_of(cell, condition.values)
        holds = is_one_of(f"coalesce({cell}, '')", condition.values)
        of_lists = self.layout.lists_of(condition.field)
        # What a list does not have is not empty in its records.
        everywhere = not of_lists or of_lists == frozenset(self.layout.record_paths)
        return holds if everywhere else f"{is_of(sorted(of_lists))} AND {holds}"

    def _priced(self) -> str:
        """Add the minor units of each row's currency, NULL where it is unknown, and the days of a withdrawn one."""
        currency = self.layout.mapping["currency"]
        if isinstance(currency, Constant):
            validity = VALIDITY.get(currency.value)
            first, last = (f"DATE '{validity.first}'", f"DATE '{validity.last}'") if validity else ("NULL", "NULL")
            known = {"minor_units": str(MINOR_UNITS[currency.value]), "valid_from": first, "valid_to": last}
            return f"SELECT *, {_named(known)} FROM cells"
        return f"SELECT * FROM cells LEFT JOIN currencies ON code = {self.columns['currency'].value}"

    def _cells(self, part: Part) -> str:
        if _is_json(self.layout):
            return self._json_cells(part)
        in_file = {name: self.cells[name] for name in self.file_columns}
        found = {cell: self._present(self._trimmed(cell)) for cell in in_file.values()}
        absent = {self.cells[name]: "NULL::VARCHAR" for name in self.layout.names if name not in in_file}
        rows = self.facts.joined(_numbered(part, self.layout.dialect, in_file.values()), part)
        facts = {column: column for column in self.facts.columns.values()}
        return f"""
            SELECT number, number AS line, {_named({**found, **absent, **facts})}
            FROM {rows}"""

    def _with_derived(self, cells: str) -> str:
        """Add the texts of the derived fields, and of each the text that it was taken from."""
        if not self.layout.derived:
            return cells
        in_file = {name: self.cells[name] for name in self.layout.names}
        made = {self.cells[derived.field.name]: derived for derived in self.layout.derived}
        sources = {joined(cell): derived.source(in_file, self.facts.sql) for cell, derived in made.items()}
        texts = {cell: derived.text(joined(cell)) for cell, derived in made.items()}
        return f"SELECT *, {_named(texts)} FROM (SELECT *, {_named(sources)} FROM ({cells}))"

    def _json_cells(self, part: Part) -> str:
        cells = JsonCells(self.layout)
        found = {self.cells[name]: self._present(cell.text) for name, cell in cells.by_field.items()}
        found |= {self.of_other_type[name]: cell.of_other_type for name, cell in cells.by_field.items()}
        if self.layout.tells_lists_apart:
            found[OWN_PATH_COLUMN] = cells.own_path
        by_line = self.layout.json_lines
        rows = _numbered(part, _CELLS_OF_JSON, row_columns(self.layout))
        place = "number AS line, '{}' AS context, *" if by_line else "* REPLACE (line::BIGINT AS line)"
        records = cells.select(f"(SELECT {place} FROM {rows})")
        return f"SELECT number, line, record, readable, repeats, {_named(found)} FROM ({records})"

    def _trimmed(self, cell: str) -> str:
        return f"trim({cell}, {literal(WHITE_SPACE)})" if self.layout.dialect.trim else cell

    def _present(self, cell: str) -> str:
        """Make a cell NULL where it has no value. The engine reads empty CSV cells as NULL already."""
        missing = self.layout.schema.missing_values
        if not missing or (missing == ("",) and not _is_json(self.layout) and not self.layout.dialect.trim):
            return cell
        if len(missing) == 1:
            return f"nullif({cell}, {literal(missing[0])})"
        return f"CASE WHEN NOT {is_one_of(cell, missing)} THEN {cell} END"


_CELLS_OF_JSON = Dialect(delimiter=SEPARATOR, quote_char=None)
_JSON_CHECKS = (
    CheckedCell(
        "",
        f"rtrim(record, {literal(UNREADABLE_MARK + FORBIDDEN_MARK)})",
        (
            Check(
                RowCode.CHARACTER_FORBIDDEN,
                f"NOT readable AND ends_with(record, {literal(FORBIDDEN_MARK)})",
                CHARACTER_RULE,
            ),
            Check(RowCode.NOT_AN_OBJECT, "NOT readable", "a JSON object that can be read"),
            Check(RowCode.NAME_REPEATED, "repeats", "each name once in an object"),
        ),
    ),
)


def _is_json(layout: Layout) -> bool:
    return layout.format == "json"


def _named(expressions: dict[str, str]) -> str:
    return ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())


def _numbered(part: Part, dialect: Dialect, columns: Iterable[str]) -> str:
    """Select the part's rows, each with its number."""
    # Without an order of its own, the window numbers the rows as they are read: in the part's order.
    return f"(SELECT row_number() OVER () + {part.first - 1} AS number, * FROM {_read(part.path, dialect, columns)})"


def _read(path: Path, dialect: Dialect, columns: Iterable[str]) -> str:
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    quote = literal(dialect.quote_char or "")
    return f"""read_csv({literal(str(path))}, auto_detect = false, header = false, strict_mode = true, new_line = '\\n',
        delim = {literal(dialect.delimiter)}, quote = {quote}, escape = {quote}, compression = 'none',
        columns = {{{types}}}, max_line_size = {MAX_LINE_BYTES}, ignore_errors = true)"""
