"""Makes a case that differs smaller, by simple means, as long as it differs."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.differential.generate.case import Blocks, Case

MOST_TRIES = 60
_OPTIONAL_KEYS = ("drop", "limits", "encoding", "runningBalance")
_OPTIONAL_COLUMNS = (
    "account_id",
    "value_date",
    "bank_transaction_code",
    "counterparty_name",
    "counterparty_account",
    "remittance_information",
    "balance_after",
)


def shrunk(case: Case, differs: Callable[[Case], bool]) -> Case:
    """Return the smallest case found that still ``differs``: without borders, rules, lines, single bytes."""
    left = MOST_TRIES
    progress = True
    while progress:
        progress = False
        for smaller in _smaller(case):
            if left == 0:
                return case
            left -= 1
            if differs(smaller):
                case, progress = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for place in range(len(case.others)):
        yield replace(case, others=(*case.others[:place], *case.others[place + 1 :]))
    if case.blocks != Blocks():
        yield replace(case, blocks=Blocks())
    yield from (replace(case, content=content) for content in _fewer(case.content))
    for key in _OPTIONAL_KEYS:
        if key in case.layout:
            yield replace(case, layout={name: value for name, value in case.layout.items() if name != key})
    for column in _OPTIONAL_COLUMNS:
        if column in case.layout["mapping"]:
            mapping = {name: value for name, value in case.layout["mapping"].items() if name != column}
            yield replace(case, layout={**case.layout, "mapping": mapping})


def _fewer(content: bytes) -> Iterator[bytes]:
    """Leave out lines: large pieces first, then single ones."""
    lines = content.splitlines(keepends=True)
    size = len(lines) // 2
    while size:
        for start in range(0, len(lines), size):
            yield b"".join([*lines[:start], *lines[start + size :]])
        size //= 2
