"""What the job has found of a large file is returned as the functions return what they found, and reported alike."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import msgspec
import pytest
from botocore.exceptions import ClientError

from handlers import transform, validate
from pipeline.large_files import main
from tests.support.task_runners import SerializingRunner
from tests.unit.functions.fakes import FakeContext
from tests.unit.functions.samples import PROCESSED, upload

LAYOUTS = Path(__file__).parents[3] / "layouts"
SAMPLE = "alpine-2025.sample.csv"
ANSWER = "answers/file/run-step.json"


@pytest.fixture(autouse=True)
def _processed(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - AWS must be there
    monkeypatch.setenv("PROCESSED_BUCKET", PROCESSED)
    boto3.client("s3").create_bucket(Bucket=PROCESSED)


def _answered(file: dict[str, Any], step: str, layout: str = "-") -> dict[str, Any]:
    """Let the job answer, and return the event by which the state machine has the answer collected."""
    arguments = {"step": step, "file": quote(json.dumps(file)), "layout": layout, "answer": ANSWER}
    words = [word for name, value in arguments.items() for word in (f"--{name}", value)]
    main(["large_files.py", "--processed_bucket", PROCESSED, *words], SerializingRunner())
    return {"file": file, "answer": ANSWER}


def _report(file: dict[str, Any]) -> bytes:
    s3 = boto3.client("s3")
    [found] = s3.list_objects_v2(Bucket=PROCESSED, Prefix="reports/")["Contents"]
    assert file["file_id"] in found["Key"]
    content: bytes = s3.get_object(Bucket=PROCESSED, Key=found["Key"])["Body"].read()
    s3.delete_object(Bucket=PROCESSED, Key=found["Key"])
    return content


@pytest.mark.parametrize("content", [(LAYOUTS / SAMPLE).read_bytes(), b"a,b\n1,2\n"], ids=["valid", "refused"])
def test_a_collected_validation_is_the_functions_own(context: FakeContext, content: bytes) -> None:
    file = upload("incoming/alpine/file.csv", content)
    by_function = validate.handler({"file": file}, context)
    report = _report(file)

    collected = validate.handler(_answered(file, "validate"), context)

    assert collected == by_function
    assert _report(file) == report


def test_a_collected_transformation_is_the_functions_own(context: FakeContext) -> None:
    file = upload("incoming/alpine/file.csv", (LAYOUTS / SAMPLE).read_bytes())
    validation = validate.handler({"file": file}, context)
    by_function = transform.handler({"file": file, "validation": validation}, context)

    event = _answered(file, "transform", validation["layout"]) | {"validation": validation}

    assert transform.handler(event, context) == by_function


def test_nothing_is_read_again_where_there_is_an_answer(context: FakeContext, monkeypatch: pytest.MonkeyPatch) -> None:
    file = upload("incoming/alpine/file.csv", (LAYOUTS / SAMPLE).read_bytes())
    event = _answered(file, "validate")
    monkeypatch.setattr(validate, "open_upload", lambda *_: pytest.fail("the upload was opened"))

    assert validate.handler(event, context)["verdict"] != "REJECTED"


def test_an_answer_that_is_not_there_is_an_error(context: FakeContext) -> None:
    file = upload("incoming/alpine/file.csv", b"")

    with pytest.raises(ClientError, match="NoSuchKey"):
        validate.handler({"file": file, "answer": "answers/none.json"}, context)


def test_an_answer_of_another_step_is_an_error(context: FakeContext) -> None:
    file = upload("incoming/alpine/file.csv", (LAYOUTS / SAMPLE).read_bytes())

    with pytest.raises(msgspec.ValidationError):
        transform.handler(_answered(file, "validate") | {"validation": {"layout": "alpine-2025"}}, context)
