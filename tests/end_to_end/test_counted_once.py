"""Whatever comes twice, late or corrected: every transaction is readable once."""

import json
from decimal import Decimal

import pytest

from deployment.pipeline import Upload
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv, sums

FEE = "\n".join(
    [
        '"Umsätze Girokonto";"Zeitraum: 01.09.2025 - 30.09.2025";',
        '"Neuer Kontostand";"1,00 EUR";',
        '"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";',
        '"05.09.2025";"05.09.2025";"Entgelt";"Buchungstext: Kontoführung";"-4,90";',
        "",
    ]
).encode("iso-8859-1")
"""The same for every account of the bank: the account's number stands in the file's name."""

OLD = (Booking("2025-09-01", "11.00"), Booking("2025-09-02", "22.00"))
NEW = (Booking("2025-09-02", "-22.00"), Booking("2025-09-03", "33.33", "EUR"))


@pytest.fixture(scope="session")
def first(deployment: Deployment) -> dict[str, Upload]:
    """Given files that came before those of the tests, all in one batch."""
    upload = deployment.pipeline.upload
    uploads = {
        "again": upload("incoming/alpine/again.csv", alpine_csv("again", *OLD)),
        "same": upload("incoming/alpine/same.csv", alpine_csv("same", *OLD)),
        "replaced": upload("incoming/alpine/replaced.csv", alpine_csv("replaced", *OLD)),
        "event": upload("incoming/alpine/event.csv", alpine_csv("event", *OLD)),
        "corrected": upload("incoming/alpine/corrected.csv", alpine_csv("corrected", *OLD)),
        # Two versions at once, and two files of one content at once
        "older": upload("incoming/alpine/quick.csv", alpine_csv("quick", *OLD)),
        "newer": upload("incoming/alpine/quick.csv", alpine_csv("quick", *NEW)),
        "twin": upload("incoming/alpine/twin-a.csv", alpine_csv("twin", *OLD)),
        "other twin": upload("incoming/alpine/twin-b.csv", alpine_csv("twin", *OLD)),
        "fee of one": upload("incoming/comdirect/umsaetze_7000001_20250930_1200.csv", FEE),
        "fee of another": upload("incoming/comdirect/umsaetze_7000002_20250930_1200.csv", FEE),
        "mistaken": upload("incoming/alpine/mistaken.csv", alpine_csv("mistaken", *OLD)),
    }
    deployment.process(*uploads.values())
    return uploads


def _row(deployment: Deployment, upload: Upload) -> AuditRow:
    return deployment.pipeline.rows([upload])[upload]


@pytest.mark.requirement("T1")
def test_the_same_content_again_is_a_duplicate(deployment: Deployment, first: dict[str, Upload]) -> None:
    # When the content of a completed file comes again under another key
    (copy,) = deployment.process(deployment.pipeline.upload("incoming/alpine/copy.csv", alpine_csv("again", *OLD)))
    # Then it points to the first file, which stands, and only its rows are readable
    original = _row(deployment, first["again"])
    assert original.status is FileStatus.COMPLETED
    assert (copy.status, copy.duplicate_of) == (FileStatus.DUPLICATE, original.file_id)
    assert deployment.published([original, copy]) == sums(*OLD)


@pytest.mark.requirement("S3", "T1")
def test_a_newer_version_of_the_same_content_replaces_the_older(
    deployment: Deployment, first: dict[str, Upload]
) -> None:
    # When the content of a completed file comes again under its own key
    (again,) = deployment.process(deployment.pipeline.upload("incoming/alpine/same.csv", alpine_csv("same", *OLD)))
    # Then it is the newest version, and its rows are readable once
    original = _row(deployment, first["same"])
    assert (original.status, again.status) == (FileStatus.SUPERSEDED, FileStatus.COMPLETED)
    assert deployment.published([original, again]) == sums(*OLD)


@pytest.mark.requirement("S3", "T1")
def test_a_newer_version_that_is_a_duplicate_withdraws_the_older(
    deployment: Deployment, first: dict[str, Upload]
) -> None:
    # When a newer version of a completed file has the content of another completed file
    (newer,) = deployment.process(deployment.pipeline.upload("incoming/alpine/replaced.csv", alpine_csv("event", *OLD)))
    # Then the older version's rows are gone, and the other file's are counted once
    older, other = (_row(deployment, first[name]) for name in ("replaced", "event"))
    assert (older.status, newer.status) == (FileStatus.SUPERSEDED, FileStatus.DUPLICATE)
    assert (older.superseded_by, newer.duplicate_of) == (newer.file_id, other.file_id)
    assert deployment.published([older, newer, other]) == sums(*OLD)


@pytest.mark.requirement("T1")
def test_the_same_content_twice_at_once_is_published_once(deployment: Deployment, first: dict[str, Upload]) -> None:
    rows = [_row(deployment, first[name]) for name in ("twin", "other twin")]
    assert sorted(row.status for row in rows) == [FileStatus.COMPLETED, FileStatus.DUPLICATE]
    assert deployment.published(rows) == sums(*OLD)


@pytest.mark.requirement("E1", "O2", "T1")
def test_events_that_are_delivered_again_change_nothing(deployment: Deployment, first: dict[str, Upload]) -> None:
    # Given a completed file
    before = _row(deployment, first["event"])
    event = deployment.event_of(before)
    # When its message comes twice more through the queue, and once more straight to the state machine
    queue = deployment.pipeline.outputs["BatchingQueue"]
    for _ in range(2):
        deployment.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    deployment.client("stepfunctions").start_execution(
        stateMachineArn=deployment.pipeline.outputs["StateMachine"],
        input=json.dumps({"route": "direct", "files": [event, event]}),
    )
    deployment.wait_until_quiet()
    # Then its row is the same to the letter, and its rows are counted once
    assert _row(deployment, first["event"]) == before
    assert deployment.published([before]) == sums(*OLD)


@pytest.mark.requirement("S3", "T1", "T3")
def test_a_corrected_file_takes_the_place_of_the_wrong_one(deployment: Deployment, first: dict[str, Upload]) -> None:
    # Given a completed file; when a corrected version of its key comes
    (corrected,) = deployment.process(
        deployment.pipeline.upload("incoming/alpine/corrected.csv", alpine_csv("corrected", *NEW))
    )
    # Then the older one is superseded, and its history stays
    older = _row(deployment, first["corrected"])
    assert (older.status, older.superseded_by) == (FileStatus.SUPERSEDED, corrected.file_id)
    assert [change.status for change in older.history][-2:] == [FileStatus.COMPLETED, FileStatus.SUPERSEDED]
    # And exactly the newer rows are readable, also where only the older file had some
    assert corrected.status is FileStatus.COMPLETED
    assert deployment.published([older, corrected]) == sums(*NEW)
    assert not deployment.published([older])


@pytest.mark.requirement("S3", "T1")
def test_of_two_versions_at_once_the_newer_is_published(deployment: Deployment, first: dict[str, Upload]) -> None:
    older, newer = (_row(deployment, first[name]) for name in ("older", "newer"))
    assert (older.status, newer.status) == (FileStatus.SUPERSEDED, FileStatus.COMPLETED)
    assert deployment.published([older, newer]) == sums(*NEW)


@pytest.mark.requirement("T1")
def test_the_same_bytes_of_two_accounts_are_two_files(deployment: Deployment, first: dict[str, Upload]) -> None:
    rows = [_row(deployment, first[name]) for name in ("fee of one", "fee of another")]
    assert [row.status for row in rows] == [FileStatus.COMPLETED] * 2
    found = deployment.pipeline.athena.query(
        "SELECT account_id, count(DISTINCT transaction_id) AS ids, sum(amount) AS total FROM ledger"
        " WHERE partner = 'comdirect' GROUP BY account_id ORDER BY account_id"
    )
    assert [(row["account_id"], str(row["ids"]), Decimal(str(row["total"]))) for row in found] == [
        ("7000001", "1", Decimal("-4.90")),
        ("7000002", "1", Decimal("-4.90")),
    ]


@pytest.mark.requirement("T1", "T3")
def test_a_withdrawn_file_is_gone_until_it_is_sent_again(deployment: Deployment, first: dict[str, Upload]) -> None:
    # Given a completed file; when it is withdrawn
    before = _row(deployment, first["mistaken"])
    deployment.pipeline.withdrawals.withdraw(before, "sent by mistake")
    # Then its rows are gone, and its history says why and by whom
    after = _row(deployment, first["mistaken"])
    assert (before.status, after.status) == (FileStatus.COMPLETED, FileStatus.WITHDRAWN)
    assert after.detail.startswith("sent by mistake (by arn:aws:")
    assert not deployment.published([after])
    # When the same content comes again, then it is published
    (again,) = deployment.process(
        deployment.pipeline.upload("incoming/alpine/mistaken-again.csv", alpine_csv("mistaken", *OLD))
    )
    assert again.status is FileStatus.COMPLETED
    assert deployment.published([after, again]) == sums(*OLD)
