"""SQL for documents with several lists of records that are read in different ways."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from transactions.engine.checks import Check, CheckedCell, Expression
from transactions.layouts.layout import Layout
from transactions.sql import case_of, is_one_of, literal

OWN_PATH_COLUMN: Final = "own_path"
"""Has the record path that leads to the record, where a layout tells lists apart."""


def divided(layout: Layout, fields: Sequence[str], checks: Sequence[Check]) -> dict[str, tuple[Check, ...]]:
    """Divide the ``checks`` of what is made of ``fields`` among these: of each record, its own field has them."""
    own = _own(layout, fields)
    if len(own) == 1:
        return {name: tuple(checks) if name in own else () for name in fields}
    return {name: _restricted(checks, own[name]) if name in own else () for name in fields}


def name_of_own(layout: Layout, fields: Sequence[str]) -> str:
    """Return SQL for the name of the one of ``fields`` that is the record's own; a literal where that is always one."""
    own = _own(layout, fields)
    if len(own) == 1:
        return literal(next(iter(own)))
    names = {path: literal(name) for name, paths in own.items() for path in paths}
    return case_of(OWN_PATH_COLUMN, names)


def by_list(expressions: Mapping[str, Expression]) -> Expression:
    """Put together the ``expressions`` of an amount in the records of each list, by record path."""
    values = {path: expression.value for path, expression in expressions.items()}
    directions = {path: expression.direction for path, expression in expressions.items()}
    checked = (
        CheckedCell(cell.field, cell.shown, _restricted(cell.checks, [path]))
        for path, expression in expressions.items()
        for cell in expression.checked
    )
    return Expression(case_of(OWN_PATH_COLUMN, values), tuple(checked), case_of(OWN_PATH_COLUMN, directions))


def is_of(paths: Iterable[str]) -> str:
    """Return SQL that is true of the records of the lists at ``paths``."""
    return is_one_of(OWN_PATH_COLUMN, paths)


def _own(layout: Layout, fields: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the record paths for which each of ``fields`` is the first that a record may have."""
    if not layout.tells_lists_apart:
        return {fields[0]: []}
    own = dict[str, list[str]]()
    for path in layout.record_paths:
        first = next((name for name in fields if path in layout.lists_of(name)), fields[0])
        own.setdefault(first, []).append(path)
    return own


def _restricted(checks: Iterable[Check], paths: Sequence[str]) -> tuple[Check, ...]:
    return tuple(check.where(is_of(paths)) for check in checks)
