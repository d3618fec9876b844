"""Runs the deployed Glue job's own script, and lets a state machine wait for it.

Without Docker, the emulator's Spark jobs report SUCCEEDED and run nothing, and ``glue:startJobRun.sync`` is missing.
Here, a run is a process with the deployed script, wheels, arguments and role (``local/job_process.py``). It ends as
SUCCEEDED, FAILED, STOPPED or TIMEOUT, a stopped one only when nothing of it runs any more. More runs at a time than the
job allows are refused. A task that waits stops its run when it gives up: when its time is over, or its execution was
stopped (Step Functions developer guide, "Run AWS Glue jobs" and "Integration patterns").
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, Final
from zipfile import BadZipFile

from ministack.core.responses import error_response_json
from ministack.services import glue, stepfunctions
from ministack.services.cloudformation import provisioners

from local.enforcement import is_allowed
from local.executions import StoppedExecution, end_if_stopped
from local.job_process import JobLaunchError, JobProcess, job_process

TASK: Final = "arn:aws:states:::glue:startJobRun"
ENDED: Final = frozenset({"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"})
POLL_SECONDS: Final = 0.1

_STOP: Final = "glue:BatchStopJobRun"
_OF_A_RUN: Final = ("Timeout", "WorkerType", "NumberOfWorkers")
"""What a run may set for itself, and the emulator takes from the job."""
_CONCURRENCY: Final = "ExecutionProperty"

_request: ContextVar[Mapping[str, Any]] = ContextVar("request")
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_starting = threading.Lock()
_stopping: set[str] = set()
"""Runs that are to end, by their ids."""
_start = glue._start_job_run  # noqa: SLF001
_stop = glue._batch_stop_job_run  # noqa: SLF001
_create = glue._create_job  # noqa: SLF001
_update = glue._update_job  # noqa: SLF001
_fields = provisioners._glue_job_fields  # noqa: SLF001


def install() -> None:
    """Replace the emulator's functions."""
    # It asks Docker for an image before it runs a job.
    glue._get_docker = lambda: SimpleNamespace(images=SimpleNamespace(get=lambda image: image))  # noqa: SLF001
    glue._resolve_script = lambda location: location  # noqa: SLF001
    glue._execute_spark_docker = _run  # noqa: SLF001
    glue._start_job_run = _start_if_free  # noqa: SLF001
    glue._batch_stop_job_run = _stop_process_first  # noqa: SLF001
    glue._create_job = _create_with_concurrency  # noqa: SLF001
    glue._update_job = _update_with_concurrency  # noqa: SLF001
    provisioners._glue_job_fields = _fields_with_concurrency  # noqa: SLF001
    stepfunctions._SERVICE_DISPATCH[TASK] = _start_and_wait  # noqa: SLF001
    stepfunctions._invoke_resource_with_timeout = _until_deadline(  # noqa: SLF001
        stepfunctions._invoke_resource_with_timeout  # noqa: SLF001
    )


def _run(run: dict[str, Any], job: Mapping[str, Any], _name: str, arguments: Mapping[str, str], *_: Any) -> None:
    """Run the job's script to its end; ``run`` is what GetJobRun answers."""
    run |= {name: value for name, value in _request.get({}).items() if name in _OF_A_RUN}
    try:
        with job_process(job, run["Id"], arguments) as process:
            state = _watch(run, process)
            error = process.error() if state in {"SUCCEEDED", "FAILED"} else ""
    except (JobLaunchError, BadZipFile, OSError) as failure:
        state, error = "FAILED", f"LAUNCH ERROR | {failure}"
    _stopping.discard(run["Id"])
    run |= {"JobRunState": state, "ErrorMessage": error}


def _watch(run: Mapping[str, Any], process: JobProcess) -> str:
    """Wait until the process ends, or is to end; return the state that the run ends in."""
    deadline = time.monotonic() + 60 * run["Timeout"]
    while not process.ended():
        if run["Id"] in _stopping:
            return "STOPPED"
        if time.monotonic() > deadline:
            return "TIMEOUT"
        time.sleep(POLL_SECONDS)
    return "FAILED" if process.error() else "SUCCEEDED"


def _start_if_free(request: Mapping[str, Any]) -> Any:
    job = glue._jobs.get(request.get("JobName"))  # noqa: SLF001
    token = _request.set(request)
    try:
        with _starting:
            if job and len(_running(job["Name"])) >= job.get(_CONCURRENCY, {}).get("MaxConcurrentRuns", 1):
                message = f"Concurrent runs exceeded for {job['Name']}"
                return error_response_json("ConcurrentRunsExceededException", message, 400)
            return _start(request)
    finally:
        _request.reset(token)


def _running(job_name: str) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = glue._job_runs.get(job_name, [])  # noqa: SLF001
    return [run for run in runs if run["JobRunState"] not in ENDED]


def _stop_process_first(request: Mapping[str, Any]) -> Any:
    running = _running(request.get("JobName", ""))
    answer = _stop(request)
    for run in running:
        if run["Id"] in request.get("JobRunIds", ()):
            _stopping.add(run["Id"])
            run |= {"JobRunState": "STOPPING", "CompletedOn": None}
    return answer


def _start_and_wait(resource: str, parameters: Mapping[str, Any]) -> Any:
    run = _started(parameters)
    if not resource.endswith(".sync"):
        return {"JobName": run["JobName"], "JobRunId": run["Id"]}
    try:
        _wait(run)
    except (StoppedExecution, stepfunctions._ExecutionError):  # noqa: SLF001
        _give_up(run)
        raise
    if run["JobRunState"] != "SUCCEEDED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(run))  # noqa: SLF001
    return dict(run)


def _started(parameters: Mapping[str, Any]) -> dict[str, Any]:
    status, _, body = glue._start_job_run(dict(parameters))  # noqa: SLF001
    answer = json.loads(body)
    if status != 200:  # noqa: PLR2004 - HTTP
        name = answer["__type"].rpartition("#")[2]
        raise stepfunctions._ExecutionError(f"Glue.{name}", answer.get("message", ""))  # noqa: SLF001
    runs = glue._job_runs[parameters["JobName"]]  # noqa: SLF001
    run: dict[str, Any] = next(run for run in runs if run["Id"] == answer["JobRunId"])
    return run


def _wait(run: Mapping[str, Any]) -> None:
    deadline = _deadline.get()
    while run["JobRunState"] not in ENDED:
        end_if_stopped()
        if deadline is not None and time.monotonic() > deadline:
            raise stepfunctions._ExecutionError("States.Timeout", "the run took longer than TimeoutSeconds")  # noqa: SLF001
        time.sleep(POLL_SECONDS)


def _give_up(run: Mapping[str, Any]) -> None:
    job = glue._arn("job", run["JobName"])  # noqa: SLF001
    if is_allowed(_STOP, job):
        glue._batch_stop_job_run({"JobName": run["JobName"], "JobRunIds": [run["Id"]]})  # noqa: SLF001


def _until_deadline(call: Callable[..., Any]) -> Callable[..., Any]:
    def limited(resource: str, parameters: Any, timeout: float) -> Any:
        if not resource.startswith(TASK):
            return call(resource, parameters, timeout)
        # Watched by the task itself, which must stop its run.
        with _limited_to(time.monotonic() + timeout):
            return stepfunctions._invoke_resource(resource, parameters)  # noqa: SLF001

    return limited


@contextlib.contextmanager
def _limited_to(deadline: float) -> Iterator[None]:
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


def _fields_with_concurrency(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {**_fields(properties), **{name: value for name, value in properties.items() if name == _CONCURRENCY}}


def _create_with_concurrency(request: Mapping[str, Any]) -> Any:
    answer = _create(request)
    _keep_concurrency(request.get("Name"), request)
    return answer


def _update_with_concurrency(request: Mapping[str, Any]) -> Any:
    answer = _update(request)
    _keep_concurrency(request.get("JobName"), request.get("JobUpdate", {}))
    return answer


def _keep_concurrency(name: str | None, properties: Mapping[str, Any]) -> None:
    if name in glue._jobs and _CONCURRENCY in properties:  # noqa: SLF001
        glue._jobs[name][_CONCURRENCY] = properties[_CONCURRENCY]  # noqa: SLF001
