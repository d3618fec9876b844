"""The model of the chaos runs finds nothing where all promises are kept, and whatever is broken by hand."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.workflow.messages import NOT_KEPT, PERHAPS_KEPT
from evidence.chaos.model import LOST, differences, unkept
from evidence.chaos.scenario import Content, PlannedRow, draw
from evidence.chaos.state import ALERT_LIMIT, Entry, Letter, ObservedRow, Overlaps, State, VisibleRow
from evidence.chaos.uploaded import Uploaded


@dataclass(frozen=True, kw_only=True)
class Alert:
    message: str
    attributes: dict[str, str]
    subject: str = "ETL chaos: file rejected"


def _content(mark: str, *, bad: int = 0, refused: bool = False) -> Content:
    rows = tuple(
        PlannedRow(
            transaction_id=f"{mark}-{number}", day="2025-11-03", amount="1.10", currency="CHF", good=number >= bad
        )
        for number in range(3)
    )
    return Content(partner="alpine", rows=rows, refused=refused)


def _uploaded(name: str, version: str, content: Content) -> Uploaded:
    return Uploaded(bucket="raw", key=f"incoming/alpine/{name}.csv", version_id=version, content=content)


FIRST = _uploaded("corrected", "1", _content("wrong"))
NEWER = _uploaded("corrected", "2", _content("right", bad=1))
COPY = _uploaded("copy", "1", NEWER.content)
REFUSED = _uploaded("refused", "1", _content("refused", refused=True))
UPLOADS = [FIRST, NEWER, COPY, REFUSED]


def _row(upload: Uploaded, *way: str, duplicate_of: str = "") -> ObservedRow:
    good = [row for row in upload.content.rows if row.good]
    history = tuple(
        Entry(status=status, at=f"2025-11-03T10:00:{second:02}Z") for second, status in enumerate(("RECEIVED", *way))
    )
    return ObservedRow(
        status=way[-1],
        history=history,
        duplicate_of=duplicate_of,
        counts=(3, len(good), 3 - len(good)),
        published=len(good) if way[-1] == "COMPLETED" else 0,
        sums={"CHF": sum((Decimal(row.amount) for row in good), Decimal(0))},
        overlaps=Overlaps(),
    )


def _visible(upload: Uploaded) -> Counter[VisibleRow]:
    return Counter(
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


KEPT = State(
    rows={
        FIRST.file_id: _row(FIRST, "PROCESSING", "COMPLETED", "SUPERSEDED"),
        NEWER.file_id: _row(NEWER, "PROCESSING", "FAILED", "PROCESSING", "COMPLETED"),
        COPY.file_id: _row(COPY, "PROCESSING", "DUPLICATE", duplicate_of=NEWER.file_id),
        REFUSED.file_id: _row(REFUSED, "PROCESSING", "REJECTED"),
    },
    table=_visible(NEWER),
    ledger=_visible(NEWER),
    quarantine=Counter({NEWER.file_id: 1}),
    letters=(),
    waiting=0,
    alerts_received=(
        Alert(message=REFUSED.file_id, attributes={"status": "REJECTED"}),
        Alert(message=NEWER.file_id, attributes={"status": "COMPLETED"}),
    ),
    announced=frozenset({FIRST.file_id, NEWER.file_id}),
)
LETTER = Letter(file_ids=(NEWER.file_id,), by_state_machine=True, reason="Disk.Full", attempt="1")
SETTLING = Letter(file_ids=(NEWER.file_id,), settles=True, by_state_machine=False, reason="", attempt="")


def _with_row(upload: Uploaded, **facts: Any) -> State:
    return replace(KEPT, rows={**KEPT.rows, upload.file_id: replace(KEPT.rows[upload.file_id], **facts)})


BROKEN: dict[str, Callable[[], State]] = {
    "a message is left": lambda: replace(KEPT, letters=(LETTER,)),
    "a message waits": lambda: replace(KEPT, waiting=1),
    "a row is missing": lambda: replace(KEPT, rows={NEWER.file_id: KEPT.rows[NEWER.file_id]}),
    "a row of nobody": lambda: replace(KEPT, rows={**KEPT.rows, "stranger": KEPT.rows[NEWER.file_id]}),
    "a wrong count": lambda: _with_row(NEWER, counts=(3, 3, 0)),
    "a wrong sum": lambda: _with_row(NEWER, sums={"CHF": Decimal("2.21")}),
    "a history that ends elsewhere": lambda: _with_row(NEWER, history=KEPT.rows[FIRST.file_id].history),
    "a history that jumps": lambda: _with_row(NEWER, history=_row(NEWER, "COMPLETED").history),
    "a history that runs backwards": lambda: _with_row(
        NEWER,
        history=(
            Entry(status="RECEIVED", at="1"),
            Entry(status="PROCESSING", at="3"),
            Entry(status="COMPLETED", at="2"),
        ),
    ),
    "an older version stands": lambda: replace(
        KEPT,
        rows={**KEPT.rows, FIRST.file_id: _row(FIRST, "PROCESSING", "COMPLETED")},
        table=KEPT.table + _visible(FIRST),
    ),
    "the newest version does not stand": lambda: replace(
        KEPT, rows={**KEPT.rows, NEWER.file_id: _row(NEWER, "PROCESSING", "SUPERSEDED")}, table=Counter()
    ),
    "a file is left in process": lambda: replace(
        KEPT, rows={**KEPT.rows, NEWER.file_id: _row(NEWER, "PROCESSING")}, table=Counter()
    ),
    "a content is counted twice": lambda: replace(
        KEPT,
        rows={**KEPT.rows, COPY.file_id: _row(COPY, "PROCESSING", "COMPLETED")},
        table=KEPT.table + _visible(COPY),
        quarantine=KEPT.quarantine + Counter({COPY.file_id: 1}),
    ),
    "a duplicate of another content": lambda: _with_row(COPY, duplicate_of=FIRST.file_id),
    "a duplicate of nothing": lambda: _with_row(COPY, duplicate_of=""),
    "duplicates of each other": lambda: _with_row(COPY, duplicate_of=COPY.file_id),
    "a visible row too many": lambda: replace(KEPT, table=KEPT.table + KEPT.table),
    "rows of a superseded file": lambda: replace(KEPT, table=KEPT.table + _visible(FIRST)),
    "a duplicate that looks published": lambda: _with_row(COPY, published=2),
    "a visible row is missing": lambda: replace(KEPT, table=Counter(list(KEPT.table)[1:])),
    "the ledger lacks a row": lambda: replace(KEPT, ledger=Counter(list(KEPT.ledger)[1:])),
    "the ledger has a row twice": lambda: replace(KEPT, ledger=KEPT.ledger + KEPT.ledger),
    "a quarantined row is missing": lambda: replace(KEPT, quarantine=Counter()),
    "a refused file that passes": lambda: replace(
        KEPT, rows={**KEPT.rows, REFUSED.file_id: _row(REFUSED, "PROCESSING", "COMPLETED")}
    ),
    "an alert is missing": lambda: replace(KEPT, alerts_received=KEPT.alerts_received[:1]),
    "an alert of a refusal is missing": lambda: replace(KEPT, alerts_received=KEPT.alerts_received[1:]),
    "an alert is missing, and another file's telling failed": lambda: replace(
        KEPT, alerts_received=KEPT.alerts_received[1:], unsettled=frozenset({NEWER.file_id})
    ),
    "an announcement is missing": lambda: replace(KEPT, announced=frozenset({FIRST.file_id})),
    "an announcement is missing, and another file's telling failed": lambda: replace(
        KEPT, announced=frozenset({FIRST.file_id}), unsettled=frozenset({REFUSED.file_id})
    ),
    "an unfounded announcement": lambda: replace(KEPT, announced=KEPT.announced | {REFUSED.file_id}),
    "an unfounded alert": lambda: replace(
        KEPT, alerts_received=(*KEPT.alerts_received, Alert(message=NEWER.file_id, attributes={"status": "REJECTED"}))
    ),
}


def test_promises_that_hold_show_no_difference() -> None:
    assert differences(UPLOADS, KEPT) == []
    assert unkept(UPLOADS, KEPT) == []


def test_the_model_knows_the_alerts_of_files_that_were_not_kept() -> None:
    assert LOST in NOT_KEPT
    assert LOST in PERHAPS_KEPT


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_promise_is_found(broken: str) -> None:
    assert differences(UPLOADS, BROKEN[broken]())


def _failed(**facts: Any) -> State:
    return replace(KEPT, rows={**KEPT.rows, NEWER.file_id: _row(NEWER, "PROCESSING", "FAILED")}, **facts)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        (_failed(), ["not kept for replay", "nobody was notified"]),
        (_failed(letters=(LETTER,)), ["nobody was notified"]),
        (_failed(letters=(replace(LETTER, reason=""),), unsettled=frozenset({NEWER.file_id})), ["lacks reason"]),
        (_failed(letters=(LETTER,), unsettled=frozenset({NEWER.file_id})), []),
        (_failed(unsettled=frozenset({NEWER.file_id})), []),
        (
            _failed(
                alerts_received=(Alert(message=f"{NEWER.file_id} {PERHAPS_KEPT}", attributes={"status": "FAILED"}),)
            ),
            [],
        ),
        (_failed(unsettled=frozenset({REFUSED.file_id})), ["not kept for replay", "nobody was notified"]),
        (_failed(letters=(LETTER, SETTLING)), []),
        (_failed(letters=(LETTER, replace(SETTLING, file_ids=(REFUSED.file_id,)))), ["nobody was notified"]),
        (
            _failed(
                letters=(LETTER,),
                alerts_received=(
                    Alert(
                        message="",
                        attributes={"status": "FAILED", "partner": "alpine"},
                        subject=f"ETL chaos: {ALERT_LIMIT}",
                    ),
                ),
            ),
            [],
        ),
        (replace(KEPT, rows={}, letters=(LETTER,)), ["no row"] * 3),
        (replace(KEPT, table=Counter()), ["a completed file is missing"] * 2),
    ],
    ids=[
        "lost in silence",
        "kept in silence",
        "without a reason",
        "an alarm speaks",
        "an alarm speaks of what is not kept",
        "an alert says that it was perhaps not kept",
        "an alarm speaks of another file",
        "its settling waits",
        "another file's settling waits",
        "a flood speaks",
        "no rows",
        "no table",
    ],
)
def test_a_failed_file_must_be_queued_and_notified_before_replay(state: State, found: list[str]) -> None:
    broken = unkept(UPLOADS, state)

    assert len(broken) == len(found)
    assert all(words in text for words, text in zip(found, broken, strict=True))


def test_an_alarm_stands_in_for_a_notification_that_failed_twice() -> None:
    not_notified = replace(
        KEPT, alerts_received=(), announced=frozenset(), unsettled=frozenset({NEWER.file_id, REFUSED.file_id})
    )

    assert differences(UPLOADS, not_notified) == []


@given(seed=st.integers(0, 10_000))
def test_the_same_seed_gives_the_same_scenario(seed: int) -> None:
    scenario = draw(seed)

    assert scenario == draw(seed)
    for upload in scenario.uploads:
        assert upload.content.encode()
        assert upload.key.startswith(f"incoming/{upload.content.partner}/")


BROOK = replace(_content("rows"), partner="brook")
STATEMENT = Uploaded(bucket="raw", key="incoming/brook/account_A1_statement_1_0.csv", version_id="1", content=BROOK)
OTHER_ACCOUNT = replace(STATEMENT, key="incoming/brook/account_B2_statement_1_0.csv")
CORRECTED = replace(
    STATEMENT,
    key="incoming/brook/account_A1_statement_1_1.csv",
    content=replace(BROOK, rows=tuple(replace(row, amount="2.20") for row in BROOK.rows)),
)
OVERLAPPING = replace(CORRECTED, key="incoming/brook/account_A1_statement_2_1.csv")


def _ended(*uploads: Uploaded, ledger: Counter[VisibleRow], **ends: str) -> State:
    """Return what is left of uploads that are completed, or ended otherwise by their place."""
    ways = {
        "COMPLETED": ("PROCESSING", "COMPLETED"),
        "SUPERSEDED": ("PROCESSING", "COMPLETED", "SUPERSEDED"),
        "WITHDRAWN": ("PROCESSING", "COMPLETED", "WITHDRAWN"),
    }
    statuses = [ends.get(f"end_of_{place}", "COMPLETED") for place, _ in enumerate(uploads)]
    rows = {one.file_id: _row(one, *ways[status]) for one, status in zip(uploads, statuses, strict=True)}
    completed = [one for one in uploads if rows[one.file_id].status == "COMPLETED"]
    return State(
        rows=rows,
        table=sum(map(_visible, completed), Counter[VisibleRow]()),
        ledger=ledger,
        quarantine=Counter(),
        letters=(),
        waiting=0,
        alerts_received=(),
        announced=frozenset(one.file_id for one in uploads),
    )


def test_the_same_content_of_two_accounts_stands_twice() -> None:
    uploads = [STATEMENT, OTHER_ACCOUNT]
    ledger = _visible(STATEMENT) + _visible(OTHER_ACCOUNT)

    assert differences(uploads, _ended(*uploads, ledger=ledger)) == []


def test_of_a_delivery_the_newest_stands_whatever_its_name() -> None:
    uploads = [STATEMENT, CORRECTED]

    assert differences(uploads, _ended(*uploads, ledger=_visible(CORRECTED), end_of_0="SUPERSEDED")) == []
    assert differences(uploads, _ended(*uploads, ledger=_visible(CORRECTED)))


def test_the_ledger_has_what_the_last_of_two_files_says() -> None:
    uploads = [STATEMENT, OVERLAPPING]

    def of_ledger(ledger: Counter[VisibleRow]) -> list[str]:
        return [found for found in differences(uploads, _ended(*uploads, ledger=ledger)) if "the ledger" in found]

    assert of_ledger(_visible(OVERLAPPING)) == []
    assert of_ledger(_visible(STATEMENT))
    assert of_ledger(_visible(STATEMENT) + _visible(OVERLAPPING))


def test_figures_on_overlaps_are_among_what_is_compared() -> None:
    uploads = [STATEMENT, OVERLAPPING]

    assert differences(uploads, _ended(*uploads, ledger=_visible(OVERLAPPING)))


def test_a_withdrawn_file_has_no_rows_and_stays_withdrawn() -> None:
    withdrawn = replace(STATEMENT, withdrawn=True)
    gone = _ended(withdrawn, ledger=Counter(), end_of_0="WITHDRAWN")

    assert differences([withdrawn], gone) == []
    assert differences([STATEMENT], gone)
    assert differences([withdrawn], _ended(withdrawn, ledger=_visible(withdrawn)))


def test_a_file_submitted_after_a_withdrawal_is_published() -> None:
    withdrawn = replace(STATEMENT, withdrawn=True)
    again = replace(OTHER_ACCOUNT, key="incoming/brook/account_A1_statement_2_0.csv", after_withdrawal=True)
    state = _ended(withdrawn, again, ledger=_visible(again), end_of_0="WITHDRAWN")
    duplicate = _row(again, "PROCESSING", "DUPLICATE", duplicate_of=withdrawn.file_id)
    kept = replace(
        state,
        rows={**state.rows, again.file_id: duplicate},
        table=Counter(),
        ledger=Counter(),
        announced=frozenset({withdrawn.file_id}),
    )

    assert differences([withdrawn, again], state) == []
    assert differences([withdrawn, again], kept)
    assert differences([withdrawn, replace(again, after_withdrawal=False)], kept) == []
