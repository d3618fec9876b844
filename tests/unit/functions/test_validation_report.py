"""Every judged file has its report beside the data, a refused one too; the state machine learns its key."""

import boto3
import msgspec
import pytest

from handlers import validate
from handlers.validate import write_report
from pipeline.report_pages import json_key
from tests.unit.functions.fakes import FakeContext, FakeS3
from tests.unit.functions.samples import PROCESSED, upload
from transactions.reports.report import FileFacts, Report, Shares
from transactions.results import Counts

FILE_ID = "a" * 64
GOOD_HEADER = b"booking,amount\n"


def _report() -> Report:
    file = msgspec.convert(
        {
            "file_id": FILE_ID,
            "name": "october.csv",
            "partner": "alpine",
            "format": "csv",
            "size": 7,
            "sha256": "5" * 64,
            "received_at": "2025-11-03T14:05:12Z",
        },
        FileFacts,
    )
    return Report(
        verdict="VALID",
        file=file,
        layout="alpine-2025",
        rejection=None,
        counts=Counts(),
        shares=Shares(),
        totals=(),
        errors=(),
    )


def test_validation_stores_one_report_as_json_and_no_page() -> None:
    s3 = FakeS3()

    keys = {write_report(s3, PROCESSED, _report()) for _ in range(2)}

    assert keys == {f"reports/alpine/{FILE_ID}.html"}
    assert set(s3.objects) == {f"reports/alpine/{FILE_ID}.json"}
    assert msgspec.json.decode(s3.objects[f"reports/alpine/{FILE_ID}.json"], type=Report) == _report()


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("partner", "folder"), [("alpine", "alpine"), ("nobody", "unknown")])
def test_the_report_of_a_refused_file_is_where_the_answer_says(
    context: FakeContext, monkeypatch: pytest.MonkeyPatch, partner: str, folder: str
) -> None:
    monkeypatch.setenv("PROCESSED_BUCKET", PROCESSED)
    boto3.client("s3").create_bucket(Bucket=PROCESSED)
    file = upload(f"incoming/{partner}/file.csv", GOOD_HEADER, partner=partner)

    answer = validate.handler({"file": file}, context)

    assert answer["report"] == f"reports/{folder}/{file['file_id']}.html"
    written = boto3.client("s3").get_object(Bucket=PROCESSED, Key=json_key(answer["report"]))
    assert answer["reason_code"] in written["Body"].read().decode()
    assert written["ContentType"] == "application/json"
    assert "examples" not in answer
