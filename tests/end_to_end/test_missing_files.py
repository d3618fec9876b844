"""A file that was due and has not come, on a deployment whose package has a layout that says when."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deployment.waiting import wait_until
from etl.package import ROOT
from pipeline.missing_files import STATUS
from tests.end_to_end.deployment import Deployment

PARTNER = "punctual"
CHANGED_CODE = "changed-code"


def _layout(due_at: datetime) -> str:
    """Write a layout of another partner, whose file is due every day at that minute."""
    text = (ROOT / "layouts" / "alpine-2025.yaml").read_text(encoding="utf-8").replace("alpine", PARTNER)
    return f'{text}due: {{by: "{due_at:%H:%M}", days: [Mon, Tue, Wed, Thu, Fri, Sat, Sun]}}\n'


def _code(deployment: Deployment) -> dict[str, str]:
    """Return where the functions' package lies."""
    template = deployment.client("cloudformation").get_template(StackName=deployment.stack.name)["TemplateBody"]
    (key,) = {
        resource["Properties"]["Code"]["S3Key"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function" and "CheckArrivals" in name
    }
    buckets = [bucket["Name"] for bucket in deployment.client("s3").list_buckets()["Buckets"]]
    (bucket,) = (name for name in buckets if "-assets-" in name)
    return {"S3Bucket": bucket, "S3Key": key}


@pytest.fixture
def check(deployment: Deployment, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Given that one more layout is in the package of the check, and a file of it was due a minute ago."""
    s3, functions = deployment.client("s3"), deployment.client("lambda")
    function = deployment.stack.physical_id("AWS::Lambda::Function", "CheckArrivals")
    code, package = _code(deployment), tmp_path / "package.zip"
    s3.download_file(code["S3Bucket"], code["S3Key"], str(package))
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr(f"layouts/{PARTNER}-2025.yaml", _layout(datetime.now(UTC) - timedelta(minutes=1)))
    s3.upload_file(str(package), code["S3Bucket"], CHANGED_CODE)
    functions.update_function_code(FunctionName=function, S3Bucket=code["S3Bucket"], S3Key=CHANGED_CODE)
    yield lambda: functions.invoke(FunctionName=function, Payload=b"{}")
    functions.update_function_code(FunctionName=function, **code)
    s3.delete_object(Bucket=code["S3Bucket"], Key=CHANGED_CODE)


def test_a_file_that_was_due_and_has_not_come_is_alerted_once(deployment: Deployment, check: Callable[[], Any]) -> None:
    # When the check runs twice
    answers = [check(), check()]
    # Then it had every right that it needs
    assert ["FunctionError" not in answer for answer in answers] == [True, True]
    # And one alert went out
    alerts = wait_until(
        "the missing file is alerted",
        lambda: [alert for alert in deployment.inbox.received() if alert.attributes.get("partner") == PARTNER],
        lambda alerts: alerts != [],
    )
    assert [alert.attributes["status"] for alert in alerts] == [STATUS]
    assert f"{PARTNER}-2025" in alerts[0].message
    assert "Last one came: never" in alerts[0].message
