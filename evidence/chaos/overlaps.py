"""What files say of the transactions that other files have too, held against what was uploaded.

The figures are those of one moment after the file was completed. Which moment is left open, and so is which of the
files that came or went about then are among them. What had been published before, and stands to the end, must be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from evidence.chaos.state import ObservedRow, State
from evidence.chaos.uploaded import Uploaded

Transactions = Mapping[tuple[str, ...], tuple[Decimal, str]]
"""Amount and currency of a file's transactions, by what identifies these."""


def overlap_differences(uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Compare the figures on overlaps with what they promise."""
    for upload in uploads:
        row = state.rows.get(upload.file_id)
        if row and _completed_at(row):
            yield from _too_much(upload, row, uploads, state)
            if row.status == "COMPLETED" and upload.file_id not in state.unsettled:
                yield from _too_little(upload, row, uploads, state)
        elif row and (row.overlaps.rows or row.overlaps.named):
            yield f"{upload.name}: has figures on overlaps, and never was COMPLETED"


def _too_much(upload: Uploaded, row: ObservedRow, uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Only files that had rows are named, and no figure is above what these files explain."""
    named = [other for other in uploads if other.file_id in row.overlaps.named]
    if len(named) != row.overlaps.files:
        yield f"{upload.name}: {row.overlaps.files} files have its transactions too, and {len(named)} of them are known"
    for other in named:
        if other == upload or not _shared(upload, [other]):
            yield f"{upload.name}: names {other.name}, which has none of its transactions"
        if _status(state, other) == "REJECTED" or _gone_before(upload, row, other, uploads, state):
            yield f"{upload.name}: names {other.name}, of which nothing was published then"
    yield from _outside(upload, row, "more", named)


def _too_little(upload: Uploaded, row: ObservedRow, uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Name whoever was completed before and stands: of two files with a transaction, the later one tells."""
    before = [
        other
        for other in uploads
        if other != upload
        and _status(state, other) == "COMPLETED"
        and _completed_at(state.rows[other.file_id]) <= _completed_at(row)
    ]
    for other in before:
        if _shared(upload, [other]) and other.file_id not in row.overlaps.named:
            yield f"{upload.name}: does not name {other.name}, which has transactions of it"
    yield from _outside(upload, row, "less", before)


def _outside(upload: Uploaded, row: ObservedRow, side: str, others: Sequence[Uploaded]) -> Iterator[str]:
    bounds = {"rows": len(_shared(upload, others)), "conflicts": len(_conflicting(upload, others))}
    for name, bound in bounds.items():
        figure: int = getattr(row.overlaps, name)
        if figure > bound if side == "more" else figure < bound:
            yield f"{upload.name}: {figure} {name} in other files are {side} than {bound}"


def _gone_before(
    upload: Uploaded, row: ObservedRow, other: Uploaded, uploads: Sequence[Uploaded], state: State
) -> bool:
    """Whether another file's rows were certainly gone when this one was completed."""
    if upload.after_withdrawal:
        return _status(state, other) != "COMPLETED"
    # Rows of a file that never was COMPLETED may be left until its replay.
    if _status(state, other) != "SUPERSEDED" or not _completed_at(state.rows[other.file_id]):
        return False
    newer = [one for one in uploads[uploads.index(other) + 1 :] if one.delivery == other.delivery]
    times = [_completed_at(state.rows[one.file_id]) for one in newer if one.file_id in state.rows]
    return any(time and time <= _completed_at(row) for time in times)


def _shared(upload: Uploaded, others: Iterable[Uploaded]) -> set[tuple[str, ...]]:
    own = _transactions(upload)
    return {transaction for other in others for transaction in own.keys() & _transactions(other).keys()}


def _conflicting(upload: Uploaded, others: Iterable[Uploaded]) -> set[tuple[str, ...]]:
    own = _transactions(upload)
    return {
        transaction
        for other in others
        for transaction, money in _transactions(other).items()
        if own.get(transaction, money) != money
    }


def _transactions(upload: Uploaded) -> Transactions:
    partner = upload.content.partner
    return {
        (partner, upload.account, row.day, row.transaction_id): (Decimal(row.amount), row.currency)
        for row in upload.content.rows
        if row.good
    }


def _completed_at(row: ObservedRow) -> str:
    """Return when the file was COMPLETED first, as a text that compares as times do; empty if it never was."""
    return next((entry.at for entry in row.history if entry.status == "COMPLETED"), "")


def _status(state: State, upload: Uploaded) -> str:
    row = state.rows.get(upload.file_id)
    return row.status if row else "no row"
