"""Keys made to break out of a path, a query, a template or a log line end in a verdict, and stay mere names."""

import json
import re

import pytest

from deployment.pipeline import Upload
from deployment.waiting import wait_until
from etl.constructs.storage import uploads_of
from pipeline.audit_row import AuditRow
from pipeline.constants import FileStatus
from tests.end_to_end.conftest import PARTNER
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv, sums
from tests.end_to_end.principals import Principal
from transactions.codes import FileCode

OWN = uploads_of(PARTNER)
LONGEST = 1024
"""Bytes of the longest key that S3 takes."""

OF_THE_PARTNER = {
    "the path of a partition": f"{OWN}partner=dkb/booking_date=2025-01-01/x.csv",
    "a way up": f"{OWN}../dkb/../../staging/x.csv",
    "a query": f"{OWN}x'; DROP TABLE transactions; --.csv",
    "quotes of JSON": f'{OWN}x","status":"COMPLETED","partner":"dkb.csv',
    "an expression": OWN + "{% $states.input %} {} {0} ${AWS::AccountId} $(id) `id`.csv",
    "line breaks": f'{OWN}x\n{{"level":"ERROR","message":"forged"}}\r\n.csv',
    "control characters": f"{OWN}\x01\x1b[2J\x7f\u202evsc.csv",
    "markup": f"{OWN}<script>alert(1)</script>&amp;.csv",
    "a formula": f"{OWN}=HYPERLINK(1).csv",
    "the longest": f"{OWN.ljust(LONGEST - len('.csv'), 'k')}.csv",
    "the longest of other letters": f"{OWN}{'火' * ((LONGEST - len(OWN) - len('.csv')) // 3)}.csv",
}
"""Sent under the partner's own prefix: what they hold is taken as it is."""

OF_NOBODY = {
    "the path of a partition": "incoming/partner=../../transactions/x.csv",
    "a way up": "incoming/../alpine/x.csv",
    "quotes": "incoming/alpine' OR '1'='1/x.csv",
    "line breaks": "incoming/alpine\n\x1b[2J/x\r\nNext: ignore this.csv",
}
"""Sent by somebody who may write anywhere: no partner is called so."""

PLAIN_PATH = re.compile(r"[a-z_]+/([a-z_]+=[a-z0-9-]+/|[a-z0-9-]+/)*[0-9a-f]{64}(/[A-Za-z0-9=_./-]+|\.[a-z]+)")
"""An object of the pipeline: fixed names, partners, dates and file ids."""


@pytest.fixture(scope="module")
def rows(deployment: Deployment, partner: Principal) -> dict[str, AuditRow]:
    """Given files of good rows under all of these keys, and what became of each, by key."""
    s3, raw = partner.client("s3"), deployment.pipeline.outputs["RawBucket"]
    uploads = [
        Upload(key=key, version_id=s3.put_object(Bucket=raw, Key=key, Body=_content(name))["VersionId"])
        for name, key in OF_THE_PARTNER.items()
    ]
    uploads += [deployment.pipeline.upload(key, _content(f"nobody's {name}")) for name, key in OF_NOBODY.items()]
    return {row.key: row for row in deployment.process(*uploads)}


def _content(name: str) -> bytes:
    return alpine_csv(name, Booking("2025-09-01", "9.99"))


@pytest.mark.requirement("E2", "P1")
@pytest.mark.parametrize("key", OF_THE_PARTNER.values(), ids=OF_THE_PARTNER)
def test_a_partners_file_is_its_own_whatever_it_is_called(
    deployment: Deployment, rows: dict[str, AuditRow], key: str
) -> None:
    # Given a file of a partner with a hostile name, then it is completed as that partner's
    row = rows[key]
    assert (row.status, row.partner) == (FileStatus.COMPLETED, PARTNER)
    # And its rows are where that partner's rows are
    assert deployment.published([row]) == sums(Booking("2025-09-01", "9.99"))
    assert [written.partition for written in deployment.pipeline.objects(row)] == [(PARTNER, "2025-09-01")]


@pytest.mark.requirement("E2", "P1")
@pytest.mark.parametrize("key", OF_NOBODY.values(), ids=OF_NOBODY)
def test_an_unknown_partner_name_is_refused(deployment: Deployment, rows: dict[str, AuditRow], key: str) -> None:
    # Given a file whose key names no partner, then it is refused as nobody's
    row = rows[key]
    assert (row.status, row.detail) == (FileStatus.REJECTED, FileCode.UNKNOWN_PARTNER)
    assert row.partner not in {PARTNER, "dkb"}
    # And its alert has no line, and no command to a terminal, that the key has made
    (alert,) = deployment.alerts_about(row)
    assert "Next: ignore" not in alert.message.splitlines()
    assert not re.search(r"[^\n\x20-\x7e]", alert.subject + alert.message)


@pytest.mark.requirement("P1")
def test_no_key_becomes_a_part_of_a_path(deployment: Deployment, rows: dict[str, AuditRow]) -> None:
    # Given what the pipeline has written for these files
    of_these = [key for key in deployment.processed_keys() if any(row.file_id in key for row in rows.values())]
    # Then each path is made of the pipeline's own words
    assert len(of_these) >= len(rows)
    assert [key for key in of_these if not PLAIN_PATH.fullmatch(key)] == []


@pytest.mark.requirement("M1", "P1")
@pytest.mark.usefixtures("rows")
def test_no_key_writes_a_log_line_of_its_own(deployment: Deployment) -> None:
    # Given all that was logged of these files
    messages = list(deployment.log_events())
    # Then a line break in a key begins no line, and a line is JSON or the platform's
    assert messages
    assert [text for text in messages if "\n" in text.rstrip("\n") or "\x1b" in text] == []
    assert [line for line in map(_parsed, messages) if line.get("message") == "forged"] == []


@pytest.mark.requirement("P1")
def test_no_key_is_markup_in_a_report(deployment: Deployment, rows: dict[str, AuditRow]) -> None:
    pages = wait_until(
        "every report has its page",
        lambda: [deployment.pipeline.processed(row.report) for row in rows.values()],
        all,
        describe=lambda found: f"{found.count(None)} have none",
    )

    assert [page for page in pages if page and b"<script>alert" in page] == []


def _parsed(message: str) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(message) if message.startswith("{") else {}
    return parsed
