"""A bank sends a transaction again under another booking date: the nightly check measures both rows."""

import json
from datetime import UTC, datetime, timedelta

from deployment.waiting import wait_until
from etl.saved_queries import read_queries
from pipeline.constants import MOVED_METRIC
from tests.end_to_end.deployment import Deployment
from tests.end_to_end.files import Booking, alpine_csv


def _measured(deployment: Deployment) -> list[list[int]]:
    lines = [line for line in deployment.log_events("check-dates") if MOVED_METRIC in line]
    return [json.loads(line)[MOVED_METRIC] for line in lines]


def test_a_moved_transaction_is_found_at_night(deployment: Deployment) -> None:
    # Given a statement, one in which its first transaction has another date, and one with a transaction like it
    today = datetime.now(UTC).date()
    first, moved, other = (str(today - timedelta(days=ago)) for ago in (7, 2, 1))
    upload = deployment.pipeline.upload
    function = deployment.stack.physical_id("AWS::Lambda::Function", "CheckDates")
    deployment.process(
        upload("incoming/alpine/dates-week.csv", alpine_csv("moved", Booking(first, "-40.00"), Booking(first, "1.00"))),
        upload("incoming/alpine/dates-again.csv", alpine_csv("moved", Booking(moved, "-40.00"))),
        upload("incoming/alpine/dates-alike.csv", alpine_csv("alike", Booking(other, "-40.00"))),
    )
    # When the night comes
    answer = deployment.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    # Then the function had every right that it needs, and both rows are measured
    assert "FunctionError" not in answer
    assert wait_until("the check is measured", lambda: _measured(deployment)) == [[2]]
    # And the saved query lists them, the latest first
    rows = deployment.pipeline.athena.query(read_queries()["moved-dates"].sql)
    assert [(row["transaction_id"], row["booking_date"]) for row in rows] == [("moved-0", moved), ("moved-0", first)]
