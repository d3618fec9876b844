"""One run of a Glue job as a process of this machine: the deployed script, wheels, arguments and role."""

import hashlib
import io
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError
from ministack.core.responses import get_account_id, get_region
from ministack.services import sts

from local.processes import family, kill
from local.spark import WHEELS, JavaMissingError, spark_environment

LOG_GROUPS: Final = "--custom-logGroup-prefix"
"""Glue writes what a script prints to the group ``output`` below this prefix (Glue developer guide, "Logging for AWS
Glue jobs")."""
SESSION: Final = "GlueJobRunnerSession"
"""How Glue calls the session of a job's role."""

_TRACEBACK: Final = "Traceback (most recent call last):"
_EVENTS: Final = 1_000
"""So many lines are written to a log at a time."""
_unpacking = threading.Lock()


class JobLaunchError(Exception):
    """A run did not start: its role may not read its script or its wheels, or there is no Java for it."""


class JobProcess:
    """A run that has started."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    def ended(self) -> bool:
        """Whether the script has ended."""
        return self._process.poll() is not None

    def end(self) -> None:
        """End the script with all that it has started, as a stopped run's machines end."""
        kill(family(self._process.pid))
        self._process.wait()

    def error(self) -> str:
        """Return what a script that failed says of its error; empty if it has not failed."""
        code = self._process.returncode
        return last_error(_lines(self._log)) or f"exit code {code}" if code else ""


def last_error(lines: Sequence[str]) -> str:
    """Read the error of the last traceback in a log: others may write after it. Without one, it is the last line."""
    begins = [number for number, line in enumerate(lines) if line.startswith(_TRACEBACK)]
    after = lines[begins[-1] + 1 :] if begins else lines[-1:]
    return next((line for line in after if line and not line.startswith(" ")), "")


@contextmanager
def job_process(job: Mapping[str, Any], run_id: str, arguments: Mapping[str, str]) -> Iterator[JobProcess]:
    """Start a run. When the block ends, all of it has ended, its log is written, and its files are gone.

    Raises
    ------
    JobLaunchError
        If it could not start.
    """
    credentials = _credentials(job["Role"], run_id)
    session = boto3.Session(
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=credentials["AWS_SESSION_TOKEN"],
        region_name=get_region(),
    )
    with tempfile.TemporaryDirectory(prefix="glue-job-") as temporary:
        folder, log = Path(temporary), Path(temporary) / "log"
        try:
            script = folder / "script.py"
            script.write_bytes(_object(session, job["Command"]["ScriptLocation"]))
            packages = [location for location in arguments.get(WHEELS, "").split(",") if location]
            modules = [str(_unpacked(_object(session, package))) for package in packages]
            environment = _environment(credentials, modules, folder)
        except JobLaunchError as error:
            log.write_text(f"{error}\n", encoding="utf-8")
            _write_log(arguments, run_id, log)
            raise
        command = [sys.executable, str(script), *(word for pair in arguments.items() for word in pair)]
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 the deployed job's own script
                command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        running = JobProcess(process, log)
        try:
            yield running
        finally:
            running.end()
            _write_log(arguments, run_id, log)


def _credentials(role_arn: str, run_id: str) -> dict[str, str]:
    """Begin a session of the job's role, as Glue does."""
    role = role_arn.rpartition("/")[2]
    key, secret, token = f"ASIA{uuid.uuid4().hex[:16].upper()}", uuid.uuid4().hex, uuid.uuid4().hex
    identity = {
        "Arn": f"arn:aws:sts::{get_account_id()}:assumed-role/{role}/{SESSION}",
        "UserId": f"{role}:{run_id}",
        "SecretAccessKey": secret,
        "SessionToken": token,
    }
    sts.register_session(key, identity)
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def _object(session: boto3.Session, location: str) -> bytes:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    try:
        content: bytes = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        raise JobLaunchError(f"{location}: {error.response['Error']['Code']}") from error
    return content


def _unpacked(zip_of_wheels: bytes) -> Path:
    """Unpack wheels where Python finds their modules, once for all runs.

    Those for another architecture are left out: this machine has the same versions installed.
    """
    target = Path(tempfile.gettempdir()) / f"wheels-{hashlib.sha256(zip_of_wheels).hexdigest()}"
    with _unpacking:
        if not target.exists():
            partial = target.with_suffix(".partial")
            with zipfile.ZipFile(io.BytesIO(zip_of_wheels)) as archive:
                for name in archive.namelist():
                    if name.endswith(("-any.whl", f"{platform.machine()}.whl")):
                        zipfile.ZipFile(io.BytesIO(archive.read(name))).extractall(partial)
            partial.rename(target)
    return target


def _environment(credentials: Mapping[str, str], modules: list[str], folder: Path) -> dict[str, str]:
    """Build the script's environment from the emulator's, which points AWS's libraries at the emulator."""
    temporary = folder / "tmp"
    temporary.mkdir()
    try:
        spark = spark_environment(cores=os.cpu_count() or 1)
    except JavaMissingError as error:
        raise JobLaunchError(str(error)) from error
    return {
        **os.environ,
        **credentials,
        **spark,
        "PYTHONPATH": os.pathsep.join(modules),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
    }


def _write_log(arguments: Mapping[str, str], stream: str, log: Path) -> None:
    """Write what a run said to the job's log group, if there is one. As for functions, no permission is checked.

    The emulator knows log groups by an ARN that policies on AWS do not name: without ``:*`` at its end.
    """
    now = int(time.time() * 1000)
    events: list[Any] = [{"timestamp": now, "message": line} for line in _lines(log) if line]
    if LOG_GROUPS not in arguments or not events:
        return
    group = f"{arguments[LOG_GROUPS]}/output"
    logs = boto3.Session(region_name=get_region()).client("logs")
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        for first in range(0, len(events), _EVENTS):
            batch = events[first : first + _EVENTS]
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)
    except ClientError as error:
        print(f"the log of {stream} is not written: {error}", file=sys.stderr)  # noqa: T201 the emulator's log


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()
