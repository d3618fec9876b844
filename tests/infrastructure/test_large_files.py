"""The job for large files: its own code, its own logs, and every run told by the state machine what to do."""

import re
from pathlib import Path

import pytest

from etl.package import build_job_package
from etl.synthesis.synthesize import synthesize
from etl.synthesis.template import LARGE_FILES_MACHINE, Template, states_in
from pipeline.constants import LARGE_LEASE, LEASE

ROOT = Path(__file__).parents[2]
ASSET = r"s3://cdk-[a-z0-9]+-assets-123456789012-us-east-1/[0-9a-f]{64}"


def test_the_job_runs_its_script_with_its_own_wheels(template: Template) -> None:
    job = template.one("AWS::Glue::Job")
    arguments = job["DefaultArguments"]

    assert job["Command"].keys() == {"Name", "PythonVersion", "ScriptLocation"}
    assert (job["Command"]["Name"], job["Command"]["PythonVersion"]) == ("glueetl", "3")
    assert re.fullmatch(rf"{ASSET}\.py", job["Command"]["ScriptLocation"])
    # Glue knows an archive of wheels by this ending
    assert re.fullmatch(rf"{ASSET}\.gluewheels\.zip", arguments["--additional-python-modules"])
    assert arguments["--python-modules-installer-option"] == "--no-index"
    assert arguments["--processed_bucket"] == "bucket-processed-123456789012-test"


def test_the_uploaded_files_are_those_of_the_project(tmp_path: Path) -> None:
    synthesize(tmp_path)

    uploaded = {file.read_bytes() for file in tmp_path.glob("asset.*") if file.is_file()}
    assert {(ROOT / "glue" / "large_files.py").read_bytes(), build_job_package().read_bytes()} <= uploaded


@pytest.mark.requirement("P1")
def test_the_job_reads_code_uploads_and_what_its_tasks_left(template: Template) -> None:
    granted = {
        (action, re.sub(r"[0-9a-f]{64}", "HASH", resource))
        for statement in template.statements()
        if statement.where == "role-large-files-job-test" and statement.principal == '"the role"'
        for action in statement.actions
        for resource in statement.resources
    }
    assets = "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-us-east-1/HASH"
    processed = "bucket-processed-123456789012-test.Arn"
    logs = [f"/aws-glue/jobs/job-large-files-test/{stream}.Arn" for stream in ("error", "output")]

    assert granted == {
        ("s3:GetObject", f"{assets}.py"),
        ("s3:GetObject", f"{assets}.gluewheels.zip"),
        ("s3:GetObjectVersion", "bucket-raw-123456789012-test.Arn/*"),
        *(("s3:PutObject", f"{processed}/{prefix}/*") for prefix in ("answers", "manifests", "staging")),
        ("s3:GetObject", f"{processed}/staging/*"),
        ("kms:Decrypt", "EncryptionKey3A692D6E.Arn"),
        ("kms:GenerateDataKey", "EncryptionKey3A692D6E.Arn"),
        *(
            (action, log)
            for log in logs
            for action in ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
        ),
    }


@pytest.mark.requirement("P1")
def test_a_large_run_may_run_this_job_and_no_other(template: Template) -> None:
    granted = {
        (action, resource)
        for statement in template.statements()
        if statement.where == "role-large-files-test"
        for action in statement.actions
        for resource in statement.resources
        if action.startswith("glue:")
    }

    job = "arn:aws:glue:us-east-1:123456789012:job/job-large-files-test"
    actions = ("BatchStopJobRun", "GetJobRun", "GetJobRuns", "StartJobRun")
    assert granted == {(f"glue:{action}", job) for action in actions}


def test_bad_ends_of_executions_of_both_machines_are_settled(template: Template) -> None:
    rule = template.one("AWS::Events::Rule", Name="rule-settle-test")

    assert rule["EventPattern"]["detail"]["stateMachineArn"] == [
        "state-machine-files-test",
        "state-machine-large-files-test",
    ]


def test_answers_expire_after_a_week(template: Template) -> None:
    bucket = template.one("AWS::S3::Bucket", BucketName="bucket-processed-123456789012-test")
    [rule] = [one for one in bucket["LifecycleConfiguration"]["Rules"] if one.get("Prefix") == "answers/"]

    assert (rule["ExpirationInDays"], rule["NoncurrentVersionExpiration"]) == (7, {"NoncurrentDays": 1})


def test_a_claim_of_a_large_file_outlives_its_execution(template: Template) -> None:
    definition = template.definition(LARGE_FILES_MACHINE)
    identifying = dict(states_in(definition))["Work out the identity (large files)"]

    assert f"+ {14_400_000})" in identifying["Output"]["lease"]["ends"]
    assert definition["TimeoutSeconds"] < LARGE_LEASE.total_seconds() == 14_400
    assert LARGE_LEASE > LEASE
