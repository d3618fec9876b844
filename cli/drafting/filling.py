"""What a draft says of one column of the canonical record."""

from dataclasses import dataclass
from typing import Any

from cli.drafting.columns import Column


@dataclass(frozen=True, kw_only=True)
class Filling:
    """How one canonical column is filled: by ``function``, which reads ``columns``.

    ``questions`` are for a person to decide, each with the alternatives; ``reasons`` say what was found.
    """

    column: str
    function: dict[str, Any]
    columns: tuple[Column, ...] = ()
    questions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def from_field(target: str, function: str, column: Column, *questions: str) -> Filling:
    """Fill ``target`` from one field."""
    return Filling(
        column=target,
        function={"function": function, "field": column.name},
        columns=(column,),
        questions=tuple(filter(None, questions)),
    )


def listed(columns: tuple[Column, ...] | list[Column]) -> str:
    """Name columns for a sentence."""
    return ", ".join(dict.fromkeys(column.name for column in columns))
