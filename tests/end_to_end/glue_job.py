"""A Glue job and a state machine that waits for it, with roles that have what the tests give them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deployment.waiting import wait_until
from etl.names import REGION
from etl.package import ROOT, build_job_package
from local.emulator import Emulator
from tests.end_to_end.principals import allow

BUCKET = "glue-job-of-the-tests"
JOB = "job-of-the-tests"
SLEEPER = "sleeper-of-the-tests"
LOG_GROUPS = "/jobs/of-the-tests"
LOG_GROUP = f"{LOG_GROUPS}/output"
MACHINE = "waits-for-a-job"
WAITS = ("glue:StartJobRun", "glue:GetJobRun", "glue:BatchStopJobRun")
ENDED = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"}

SLEEP = """
import boto3, os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
body = f"{os.getpid()} {child.pid}".encode()
boto3.client("s3").put_object(Bucket=sys.argv[sys.argv.index("--bucket") + 1], Key="pids", Body=body)
child.wait()
"""
"""Stands for a job that takes long, and has started a process of its own, as Spark does."""


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """The job for large files as it is packaged, and one that sleeps, in an emulated account."""

    emulator: Emulator

    def client(self, service: str) -> Any:
        client: Any = self.emulator.session.client
        return client(service)

    def create(self) -> "Jobs":
        s3, package = self.client("s3"), build_job_package()
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=package.name, Body=package.read_bytes())
        s3.put_object(Bucket=BUCKET, Key="large_files.py", Body=(ROOT / "glue" / "large_files.py").read_bytes())
        s3.put_object(Bucket=BUCKET, Key="sleep.py", Body=SLEEP.encode())
        self.client("logs").create_log_group(logGroupName=LOG_GROUP)
        role = self.role(
            "glue-job",
            "glue.amazonaws.com",
            allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::{BUCKET}/*"),
        )
        wheels = {"--additional-python-modules": f"s3://{BUCKET}/{package.name}", "--processed_bucket": BUCKET}
        self._create_job(JOB, "large_files.py", role, wheels | {"--custom-logGroup-prefix": LOG_GROUPS})
        self._create_job(SLEEPER, "sleep.py", role, {"--bucket": BUCKET})
        return self

    def _create_job(self, name: str, script: str, role: str, arguments: Mapping[str, str]) -> None:
        self.client("glue").create_job(
            Name=name,
            Role=role,
            Command={"Name": "glueetl", "ScriptLocation": f"s3://{BUCKET}/{script}"},
            DefaultArguments=dict(arguments),
            GlueVersion="5.1",
            Timeout=60,
        )

    def role(self, name: str, service: str, *statements: dict[str, Any]) -> str:
        """Make a role with these rights, and return its ARN."""
        iam: Any = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"]
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=document)
        arn: str = role["Arn"]
        return arn

    @contextmanager
    def waiting(
        self, job: str, arguments: Mapping[str, str] | None = None, *, rights: tuple[str, ...] = WAITS, **state: Any
    ) -> Iterator[str]:
        """Start an execution that waits for a run of the job, and return its ARN; the state may have more fields."""
        states: Any = self.client("stepfunctions")
        role = self.role("state-machine", "states.amazonaws.com", allow(rights, f"arn:aws:glue:{REGION}:*:job/{job}"))
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {"JobName": job, "Arguments": dict(arguments or {}), "NumberOfWorkers": 3},
            "End": True,
        }
        definition = {"StartAt": "Job", "States": {"Job": task | state}}
        machine = states.create_state_machine(name=MACHINE, definition=json.dumps(definition), roleArn=role)
        try:
            yield states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        finally:
            states.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
            iam: Any = self.client("iam")
            iam.delete_role_policy(RoleName="state-machine", PolicyName="rights")
            iam.delete_role(RoleName="state-machine")

    def ended(self, execution: str) -> dict[str, Any]:
        """Wait for the end of an execution."""
        described: dict[str, Any] = wait_until(
            "the execution has ended",
            lambda: self.client("stepfunctions").describe_execution(executionArn=execution),
            lambda answer: bool(answer["status"] != "RUNNING"),
        )
        return described

    def last_run(self, job: str) -> dict[str, Any]:
        """Wait for the end of the job's last run."""
        run: dict[str, Any] = wait_until(
            "the run has ended",
            lambda: self.client("glue").get_job_runs(JobName=job)["JobRuns"][-1],
            lambda answer: answer["JobRunState"] in ENDED,
        )
        return run

    def sleeping(self) -> list[int]:
        """Wait until the job that sleeps does, and return its processes."""
        listed = wait_until(
            "the job sleeps",
            lambda: self.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="pids").get("Contents", []),
            bool,
        )
        assert [item["Key"] for item in listed] == ["pids"]
        pids = self.client("s3").get_object(Bucket=BUCKET, Key="pids")["Body"].read().split()
        self.client("s3").delete_object(Bucket=BUCKET, Key="pids")
        return [int(pid) for pid in pids]
