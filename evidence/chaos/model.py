"""What must be left in the end, derived from the uploads alone.

The model knows what partners uploaded, in which order, and the promises. It does not know how they are kept: which of
two files with one content comes first, and how often a step was tried, is left open.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise

from evidence.chaos.overlaps import overlap_differences
from evidence.chaos.state import ObservedRow, State, VisibleRow
from evidence.chaos.uploaded import Uploaded

LOST = "etl replay --lost"
"""Stands in the alert of a file that was not kept for replay, or perhaps was not: the command that brings it back."""

_NEXT = {
    "": {"RECEIVED"},
    "RECEIVED": {"PROCESSING", "FAILED"},
    "PROCESSING": {"COMPLETED", "REJECTED", "DUPLICATE", "SUPERSEDED", "FAILED", "RECEIVED"},
    "FAILED": {"PROCESSING"},
    "COMPLETED": {"SUPERSEDED", "WITHDRAWN"},
}
"""Which status may follow which; what stands nowhere here is final."""

_UNFINISHED = {"FAILED", "PROCESSING", "RECEIVED", "no row"}


def unfinished(uploads: Sequence[Uploaded], state: State) -> bool:
    """Whether there is something to replay."""
    return bool(state.letters) or any(_status(state, upload) in _UNFINISHED for upload in uploads)


def unkept(uploads: Sequence[Uploaded], state: State) -> list[str]:
    """List what must hold before anything is replayed: who did not end well is kept, and COMPLETED has its rows."""
    letters = state.letters_by_file()
    differences = [f"a row of a completed file is missing: {row}" for row in _expected(uploads, state) - state.table]
    for upload in uploads:
        row = state.rows.get(upload.file_id)
        status = row.status if row else "no row"
        kept = letters.get(upload.file_id, [])
        says_lost = any(LOST in alert.message for alert in state.alerts(upload.file_id, "FAILED"))
        if status in _UNFINISHED and not kept and not says_lost and upload.file_id not in state.unsettled:
            differences.append(f"{upload.name}: {status}, and not kept for replay")
        differences += [
            f"{upload.name}: its dead letter lacks reason or attempt"
            for letter in kept
            if letter.by_state_machine and not (letter.reason and letter.attempt.isdigit())
        ]
        waits_for_settling = any(letter.settles for letter in kept)
        if status == "FAILED" and not waits_for_settling and not _notified(state, upload, "FAILED"):
            differences.append(f"{upload.name}: FAILED, and nobody was notified")
    return differences


def differences(uploads: Sequence[Uploaded], state: State) -> list[str]:
    """Compare what is left with the promises; an empty list means that they are kept."""
    return [
        *_queues(state),
        *_rows(uploads, state),
        *_outcomes(uploads, state),
        *_table(uploads, state),
        *_ledger(uploads, state),
        *overlap_differences(uploads, state),
        *_alerts(uploads, state),
        *_announcements(uploads, state),
    ]


def _queues(state: State) -> Iterator[str]:
    if state.letters:
        yield f"{len(state.letters)} messages are left in the dead-letter queue"
    if state.waiting:
        yield f"{state.waiting} messages are left in the queues"


def _rows(uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    known = {upload.file_id for upload in uploads}
    for file_id in state.rows.keys() - known:
        yield f"a row of {file_id[:8]}, which nobody uploaded"
    for upload in uploads:
        row = state.rows.get(upload.file_id)
        if row is None:
            yield f"{upload.name}: no row"
            continue
        yield from _history(upload, row)
        if row.status in {"COMPLETED", "DUPLICATE"}:
            yield from _figures(upload, row)


def _history(upload: Uploaded, row: ObservedRow) -> Iterator[str]:
    # A write whose answer was lost is made again, and says the same twice.
    changes = [next(entries) for _, entries in groupby(row.history, key=lambda entry: entry.status)]
    statuses = [entry.status for entry in changes]
    for before, after in pairwise(["", *statuses]):
        if after not in _NEXT.get(before, set()):
            yield f"{upload.name}: {after} after {before or 'nothing'} in {statuses}"
    if statuses[-1] != row.status:
        yield f"{upload.name}: is {row.status}, and its history ends in {statuses[-1]}"
    times = [entry.at for entry in changes[1:]]
    if times != sorted(times):
        yield f"{upload.name}: its history runs backwards: {times}"


def _figures(upload: Uploaded, row: ObservedRow) -> Iterator[str]:
    rows = upload.content.rows
    good = [one for one in rows if one.good]
    counts = (len(rows), len(good), len(rows) - len(good))
    if row.counts != counts:
        yield f"{upload.name}: read, accepted, rejected are {row.counts}, not {counts}"
    sums: dict[str, Decimal] = {}
    for one in good:
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + Decimal(one.amount)
    if row.sums != sums:
        yield f"{upload.name}: sums are {row.sums}, not {sums}"


def _outcomes(uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Judge each delivery: its newest valid file stands, or another delivery has its content; the older ones do not."""
    by_id = {upload.file_id: upload for upload in uploads}
    for delivery in dict.fromkeys(upload.delivery for upload in uploads):
        versions = [upload for upload in uploads if upload.delivery == delivery]
        for refused in (upload for upload in versions if upload.content.refused):
            if _status(state, refused) != "REJECTED":
                yield f"{refused.name}: {_status(state, refused)}, not REJECTED"
        valid = [upload for upload in versions if not upload.content.refused]
        for older in valid[:-1]:
            if _status(state, older) not in ({"WITHDRAWN"} if older.withdrawn else {"SUPERSEDED", "DUPLICATE"}):
                yield f"{older.name}: {_status(state, older)}, although a newer file came"
        for newest in valid[-1:]:
            if _status(state, newest) not in ({"WITHDRAWN"} if newest.withdrawn else {"COMPLETED", "DUPLICATE"}):
                yield f"{newest.name}: {_status(state, newest)}, although it is the newest file"
        for duplicate in (upload for upload in valid if _status(state, upload) == "DUPLICATE"):
            yield from _duplicate(duplicate, by_id, state)


def _duplicate(upload: Uploaded, by_id: dict[str, Uploaded], state: State) -> Iterator[str]:
    """Follow a duplicate to a file of the same content in another delivery, whose rows are counted or were."""
    seen = {upload.file_id}
    current = upload
    while _status(state, current) == "DUPLICATE":
        first = by_id.get(state.rows[current.file_id].duplicate_of)
        if first is None or first.says != upload.says or first.delivery == current.delivery or first.file_id in seen:
            yield f"{upload.name}: DUPLICATE of {first.name if first else 'an unknown file'}"
            return
        seen.add(first.file_id)
        current = first
    gone = {"SUPERSEDED"} if upload.after_withdrawal else {"SUPERSEDED", "WITHDRAWN"}
    if _status(state, current) not in {"COMPLETED", *gone}:
        yield f"{upload.name}: DUPLICATE of {current.name}, which is {_status(state, current)}"


def _table(uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Hold the table against the rows of the completed files, of which no two have one content."""
    completed = _completed(uploads, state)
    expected = _expected(uploads, state)
    for row, count in (expected - state.table).items():
        yield f"{count} rows are missing: {row}"
    for row, count in (state.table - expected).items():
        yield f"{count} rows too many: {row}"
    readable = Counter(row.file_id for row in state.table.elements())
    for file_id, audited in state.rows.items():
        if audited.published != readable[file_id]:
            yield f"{file_id[:8]}: {audited.published} rows are shown as published, {readable[file_id]} can be read"
    quarantined = Counter(
        {upload.file_id: bad for upload in completed if (bad := sum(not row.good for row in upload.content.rows))}
    )
    if quarantined != state.quarantine:
        yield f"quarantine holds {dict(state.quarantine)}, not {dict(quarantined)}"
    for (content, account), count in Counter(upload.says for upload in completed).items():
        if count > 1:
            yield f"the content of {content.rows[0].transaction_id} of {account} is counted {count} times"


def _ledger(uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Hold the ledger against the completed files: each transaction once, as the file says that was uploaded last."""
    once = dict[tuple[str, ...], VisibleRow]()
    for upload in _completed(uploads, state):
        for row in _visible(upload):
            once[upload.content.partner, row.account, row.booking_date, row.transaction_id] = row
    expected = Counter(once.values())
    for row in expected - state.ledger:
        yield f"the ledger lacks {row}"
    for row in state.ledger - expected:
        yield f"the ledger has {row}"


def _completed(uploads: Sequence[Uploaded], state: State) -> list[Uploaded]:
    return [upload for upload in uploads if _status(state, upload) == "COMPLETED"]


def _expected(uploads: Sequence[Uploaded], state: State) -> Counter[VisibleRow]:
    return Counter(row for upload in _completed(uploads, state) for row in _visible(upload))


def _visible(upload: Uploaded) -> Iterable[VisibleRow]:
    return (
        VisibleRow(
            file_id=upload.file_id,
            account=upload.account,
            transaction_id=row.transaction_id,
            booking_date=row.day,
            amount=Decimal(row.amount),
            currency=row.currency,
        )
        for row in upload.content.rows
        if row.good
    )


def _alerts(uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Each outcome that people need to know has an alert."""
    for upload in uploads:
        row = state.rows.get(upload.file_id)
        if row is None:
            continue
        needed = {"REJECTED"} if row.status == "REJECTED" else set()
        if row.status == "COMPLETED" and any(not one.good for one in upload.content.rows):
            needed.add("COMPLETED")
        for status in needed:
            if not _notified(state, upload, status):
                yield f"{upload.name}: {status}, and nobody was notified"
        for status in {"REJECTED", "COMPLETED"} - {entry.status for entry in row.history}:
            if state.alerts(upload.file_id, status):
                yield f"{upload.name}: an alert says {status}, and it never was"


def _announcements(uploads: Sequence[Uploaded], state: State) -> Iterator[str]:
    """Other systems heard of each completed file, and of none that never was."""
    for upload in uploads:
        row = state.rows.get(upload.file_id)
        if row is None:
            continue
        heard = upload.file_id in state.announced
        if row.status == "COMPLETED" and not heard and upload.file_id not in state.unsettled:
            yield f"{upload.name}: COMPLETED, and not announced"
        if heard and "COMPLETED" not in {entry.status for entry in row.history}:
            yield f"{upload.name}: announced, and never COMPLETED"


def _notified(state: State, upload: Uploaded, status: str) -> bool:
    return bool(
        state.alerts(upload.file_id, status)
        or state.is_limited(upload.content.partner, status)
        # An execution had to notify, and failed as well: its alarm fires, and its input names the file.
        or upload.file_id in state.unsettled
    )


def _status(state: State, upload: Uploaded) -> str:
    row = state.rows.get(upload.file_id)
    return row.status if row else "no row"
