"""The job for large files: the answers of the functions, on S3 by moto and on real layouts."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import msgspec
import pytest

from handlers import transform, validate
from pipeline.large_files import NO_LAYOUT, RunFailedError, main
from pipeline.manifests import manifest_key
from tests.support.task_runners import SerializingRunner
from tests.unit.functions.fakes import FakeContext
from tests.unit.functions.samples import PROCESSED, upload
from transactions.results import Transformation, Validation

ROOT = Path(__file__).parents[3]
LAYOUTS = ROOT / "layouts"
SAMPLES = [("alpine", "alpine-2025.sample.csv"), ("dkb", "dkb-2023.sample.csv"), ("obie", "obie-v3.sample.json")]
ANSWER = "answers/file/execution-step.json"
CELL = "Zebulon Quastenflosser"
"""A cell's content, which neither a log line nor an error may hold."""
OF_GLUE = ["--job-language", "python", "--JOB_RUN_ID", "jr_1", "--JOB_NAME", "job-large-files-test", "--enable-metrics"]

pytestmark = pytest.mark.usefixtures("processed")


@pytest.fixture
def processed(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - AWS must be there
    monkeypatch.setenv("PROCESSED_BUCKET", PROCESSED)
    boto3.client("s3").create_bucket(Bucket=PROCESSED)


def _sample(partner: str, name: str) -> dict[str, Any]:
    return upload(f'incoming/{partner}/a b+c%é%7B 你 "{name}', (LAYOUTS / name).read_bytes(), partner=partner)


def _arguments(file: dict[str, Any], step: str, layout: str = NO_LAYOUT) -> list[str]:
    named = {
        "step": step,
        "file": quote(json.dumps(file)),
        "layout": layout,
        "answer": ANSWER,
        "processed_bucket": PROCESSED,
    }
    return ["large_files.py", *OF_GLUE, *(word for name, value in named.items() for word in (f"--{name}", value))]


def _object(key: str) -> bytes:
    content: bytes = boto3.client("s3").get_object(Bucket=PROCESSED, Key=key)["Body"].read()
    return content


@pytest.mark.parametrize(("partner", "name"), SAMPLES)
def test_the_job_answers_as_the_functions_do(context: FakeContext, partner: str, name: str) -> None:
    # Given what the functions make of a file
    file = _sample(partner, name)
    validation = validate.handler({"file": file}, context)
    transformation = transform.handler({"file": file, "validation": validation}, context)
    manifest = _object(manifest_key(file["file_id"]))
    boto3.client("s3").delete_object(Bucket=PROCESSED, Key=manifest_key(file["file_id"]))

    # When the job takes the same file
    main(_arguments(file, "validate"), SerializingRunner())
    judged = msgspec.json.decode(_object(ANSWER), type=Validation)
    main(_arguments(file, "transform", judged.layout), SerializingRunner())
    transformed = msgspec.json.decode(_object(ANSWER), type=Transformation)

    # Then its answers are theirs, and it has staged the same
    as_json = msgspec.to_builtins(judged)
    assert {key: as_json[key] for key in validation.keys() - {"report"}} == {
        key: value for key, value in validation.items() if key != "report"
    }
    assert {key: msgspec.to_builtins(transformed)[key] for key in ("counts", "totals", "written")} == {
        key: transformation[key] for key in ("counts", "totals", "written")
    }
    assert _object(manifest_key(file["file_id"])) == manifest == msgspec.json.encode(transformed.objects)


def test_a_refused_file_is_an_answer_of_the_job_too() -> None:
    main(_arguments(upload("incoming/alpine/file.csv", b"a,b\n1,2\n"), "validate"), SerializingRunner())

    answer = msgspec.json.decode(_object(ANSWER), type=Validation)
    assert (answer.verdict, answer.reason_code) == ("REJECTED", "HEADER_MISMATCH")


def test_a_large_size_in_scientific_notation_is_read() -> None:
    file = _sample(*SAMPLES[0]) | {"size": 5.0e9}

    main(_arguments(file, "validate"), SerializingRunner())

    assert msgspec.json.decode(_object(ANSWER), type=Validation).verdict != "REJECTED"


def test_a_failed_run_says_the_errors_name_and_code(capsys: pytest.CaptureFixture[str]) -> None:
    file = _sample(*SAMPLES[0])
    boto3.client("s3").delete_object(Bucket=file["bucket"], Key=file["key"], VersionId=file["version_id"])

    with pytest.raises(RunFailedError, match=r"^ClientError$") as raised:
        main(_arguments(file, "validate"), SerializingRunner())

    assert raised.value.__context__ is None
    line = json.loads(capsys.readouterr().out)
    assert (line["message"], line["file_id"], line["partner"]) == ("failed", file["file_id"], "alpine")
    assert (line["error"]["name"], line["error"]["code"]) == ("ClientError", "NoSuchVersion")


def test_neither_log_nor_error_of_the_job_holds_a_cell(capfd: pytest.CaptureFixture[str]) -> None:
    # Given a layout that refuses the file when it is transformed, and a file with a cell that breaks a row
    content = (LAYOUTS / "alpine-2025.sample.csv").read_text(encoding="utf-8").splitlines()
    cells = content[1].split(",")
    cells[0], cells[4], cells[7] = "AB-999999", CELL, CELL
    file = upload("incoming/alpine/file.csv", "\n".join([*content, ",".join(cells)]).encode())
    broken = upload(f"incoming/alpine/{CELL}.csv", f"{CELL}\n{CELL}".encode())

    main(_arguments(file, "validate"), SerializingRunner())
    main(_arguments(file, "transform", "alpine-2025"), SerializingRunner())
    with pytest.raises(RunFailedError) as raised:
        main(_arguments(broken, "transform", "alpine-2025"), SerializingRunner())

    logged = capfd.readouterr()
    assert [json.loads(line)["message"] for line in logged.out.splitlines()] == ["answered", "answered", "failed"]
    assert CELL not in f"{logged}{raised.value}"
    assert str(raised.value) == "FileRejectedError"


def test_an_argument_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = _arguments(_sample(*SAMPLES[0]), "validate")

    with pytest.raises(SystemExit, match="2"):
        main([word for word in arguments if word not in {"--answer", ANSWER}], SerializingRunner())

    assert capsys.readouterr().err.endswith("the following arguments are required: --answer\n")


def test_the_script_loads_no_library_of_lambda() -> None:
    program = (
        "import sys, pipeline.large_files; sys.exit('aws_lambda_powertools' in sys.modules or 'boto3' in sys.modules)"
    )

    finished = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT / "functions")}, check=False
    )

    assert finished.returncode == 0
