"""Gives Athena's answers the form that its clients rely on.

The emulator declares every decimal without places, and puts an answer's file under a key of which nobody is told. On
AWS a column's scale is declared, and the file is where ``OutputLocation`` says: a SELECT's with a header, in quotes but
for NULL; that of SHOW and DESCRIBE as lines of text (Athena user guide, "Working with query results").
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from ministack.services import athena, s3

_PRECISION: Final = 38

_run = athena._run_duckdb  # noqa: SLF001
_digits = athena._type_precision_scale  # noqa: SLF001
_text = athena._datum_text  # noqa: SLF001


class _DecimalType(str):
    """The type of a column of decimals, which knows their places."""

    __slots__ = ("scale",)
    scale: int

    def __new__(cls, scale: int) -> "_DecimalType":
        kind = super().__new__(cls, "decimal")
        kind.scale = scale
        return kind


def install() -> None:
    """Replace the emulator's functions."""
    athena._run_duckdb = _run_with_scales  # noqa: SLF001
    athena._type_precision_scale = _digits_with_scale  # noqa: SLF001
    athena._datum_text = _text_without_exponent  # noqa: SLF001
    athena._save_query_results = _save  # noqa: SLF001


async def _run_with_scales(*arguments: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await _run(*arguments)
    answer["column_types"] = [
        _DecimalType(_scale(row[place] for row in answer["rows"])) if kind == "decimal" else kind
        for place, kind in enumerate(answer["column_types"])
    ]
    return answer


def _scale(values: Iterable[Decimal | None]) -> int:
    """Return how many places a column's values have: all have the same."""
    known = next((value for value in values if value is not None), Decimal(0))
    return -int(known.as_tuple().exponent)


def _digits_with_scale(kind: str) -> tuple[int, int]:
    if isinstance(kind, _DecimalType):
        return _PRECISION, kind.scale
    digits: tuple[int, int] = _digits(kind)
    return digits


def _text_without_exponent(value: object) -> str:
    text: str = f"{value:f}" if isinstance(value, Decimal) else _text(value)
    return text


async def _save(query_id: str) -> None:
    execution = athena._executions[query_id]  # noqa: SLF001
    answer, location = execution["_results"], execution["ResultConfiguration"]
    if execution["StatementType"] == "DML":
        content = "".join(map(_csv_line, (answer["columns"], *answer["rows"])))
    else:
        location["OutputLocation"] = location["OutputLocation"].removesuffix(".csv") + ".txt"
        content = "".join("\t".join(map(str, row)) + "\n" for row in answer["rows"])
    bucket, _, key = location["OutputLocation"].removeprefix("s3://").partition("/")
    s3._put_object(bucket, key, content.encode(), {"content-type": "application/octet-stream"})  # noqa: SLF001


def _csv_line(cells: Sequence[object]) -> str:
    return ",".join("" if cell is None else _quoted(_text_without_exponent(cell)) for cell in cells) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
