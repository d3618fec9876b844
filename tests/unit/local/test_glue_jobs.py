"""How a run of the stand-in for Glue ends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ministack.services import glue, stepfunctions

from local import glue_jobs, job_process
from local.job_process import JobLaunchError
from local.spark import JavaMissingError


class Script:
    """A script that ends with ``error`` after some looks at it, or never; whether it was ended."""

    def __init__(self, looks: int | None, error: str = "") -> None:
        self._looks = looks
        self._error = error
        self.launched: tuple[Any, ...] = ()

    def ended(self) -> bool:
        if self._looks is not None:
            self._looks -= 1
        return self._looks is not None and self._looks < 0

    def error(self) -> str:
        return self._error

    @contextmanager
    def start(self, *given: Any) -> Iterator["Script"]:
        self.launched = given
        yield self


class Unreadable(Script):
    """A script that the job's role may not read."""

    @contextmanager
    def start(self, *_given: Any) -> Iterator["Script"]:
        raise JobLaunchError("s3://assets/script.py: AccessDenied")
        yield self


def _run(monkeypatch: pytest.MonkeyPatch, script: Script, *, timeout: float = 60) -> dict[str, Any]:
    monkeypatch.setattr(glue_jobs, "job_process", script.start)
    monkeypatch.setattr(glue_jobs, "POLL_SECONDS", 0)
    run = {"Id": "jr_1", "JobName": "large", "Timeout": timeout, "NumberOfWorkers": 2, "JobRunState": "RUNNING"}
    glue_jobs._run(run, {}, "large", {"--step": "validate"}, "", None)  # noqa: SLF001
    return run


@pytest.mark.parametrize(
    ("script", "timeout", "state", "message"),
    [
        (Script(looks=2), 60, "SUCCEEDED", ""),
        (Script(looks=2, error="KeyError: 'a'"), 60, "FAILED", "KeyError: 'a'"),
        (Script(looks=None), 0, "TIMEOUT", ""),
        (Unreadable(looks=0), 60, "FAILED", "LAUNCH ERROR | s3://assets/script.py: AccessDenied"),
    ],
    ids=["succeeds", "fails", "takes too long", "cannot be read"],
)
def test_a_run_says_how_it_ended(
    monkeypatch: pytest.MonkeyPatch, script: Script, timeout: float, state: str, message: str
) -> None:
    run = _run(monkeypatch, script, timeout=timeout)

    assert (run["JobRunState"], run["ErrorMessage"]) == (state, message)


def test_without_java_a_run_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a machine without Java, and a job whose script and log are at hand
    def no_java(cores: int) -> dict[str, str]:
        raise JavaMissingError(f"for {cores} cores, install Java 17")

    logged: list[str] = []
    monkeypatch.setattr(job_process, "spark_environment", no_java)
    monkeypatch.setattr(job_process, "_object", lambda _session, _location: b"")
    monkeypatch.setattr(job_process, "_write_log", lambda _arguments, _run_id, log: logged.append(log.read_text()))
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    job = {"Role": "arn:aws:iam::000000000000:role/job", "Command": {"ScriptLocation": "s3://assets/script.py"}}
    run = {"Id": "jr_1", "JobName": "large", "Timeout": 60, "JobRunState": "RUNNING"}

    # When it runs
    glue_jobs._run(run, job, "large", {"--step": "validate"})  # noqa: SLF001

    # Then the run fails with that line, and so says its log
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "LAUNCH ERROR | for 2 cores, install Java 17")
    assert logged == ["for 2 cores, install Java 17\n"]


def test_a_run_that_is_stopped_ends_as_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glue_jobs, "_stopping", {"jr_1"})

    assert _run(monkeypatch, Script(looks=None))["JobRunState"] == "STOPPED"


def test_a_stopped_run_is_not_over_before_its_script_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given two runs of a job
    runs = [{"Id": name, "JobName": "large", "JobRunState": "RUNNING", "CompletedOn": None} for name in ("one", "two")]
    monkeypatch.setattr(glue, "_job_runs", {"large": runs})
    monkeypatch.setattr(glue_jobs, "_stopping", set())

    # When one is to stop
    glue_jobs._stop_process_first({"JobName": "large", "JobRunIds": ["one"]})  # noqa: SLF001

    # Then it is on its way to, and the other goes on
    assert [(run["JobRunState"], run["CompletedOn"]) for run in runs] == [("STOPPING", None), ("RUNNING", None)]


def test_a_run_may_have_a_time_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    token = glue_jobs._request.set({"JobName": "large", "Timeout": 0, "NumberOfWorkers": 7})  # noqa: SLF001
    try:
        run = _run(monkeypatch, Script(looks=None), timeout=60)
    finally:
        glue_jobs._request.reset(token)  # noqa: SLF001

    assert (run["JobRunState"], run["NumberOfWorkers"]) == ("TIMEOUT", 7)


@pytest.mark.parametrize(
    ("limit", "answered"), [({"MaxConcurrentRuns": 2}, 200), ({"MaxConcurrentRuns": 1}, 400), ({}, 400)]
)
def test_a_job_says_how_many_runs_it_allows(
    monkeypatch: pytest.MonkeyPatch, limit: dict[str, int], answered: int
) -> None:
    # Given a job that has one run
    monkeypatch.setattr(glue, "_jobs", {})
    monkeypatch.setattr(glue, "_job_runs", {})
    monkeypatch.setattr(glue_jobs, "job_process", Script(looks=0).start)
    monkeypatch.setattr(glue_jobs, "_start", lambda _request: (200, {}, b"{}"))
    glue_jobs._create_with_concurrency({"Name": "large", "Role": "any", "ExecutionProperty": limit})  # noqa: SLF001
    glue._job_runs["large"] = [{"Id": "one", "JobRunState": "RUNNING"}, {"Id": "two", "JobRunState": "FAILED"}]  # noqa: SLF001

    # When another is started
    status, *_ = glue_jobs._start_if_free({"JobName": "large"})  # noqa: SLF001

    assert status == answered


def test_the_template_says_how_many_runs_a_job_allows() -> None:
    fields = glue_jobs._fields_with_concurrency({"Role": "any", "ExecutionProperty": {"MaxConcurrentRuns": 5}})  # noqa: SLF001

    assert fields == {"Role": "any", "ExecutionProperty": {"MaxConcurrentRuns": 5}}


def test_only_a_task_that_starts_a_job_watches_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, float | None]] = []
    monkeypatch.setattr(
        stepfunctions,
        "_invoke_resource",
        lambda resource, _parameters: called.append((resource, glue_jobs._deadline.get())),  # noqa: SLF001
    )
    limited = glue_jobs._until_deadline(lambda resource, _parameters, timeout: called.append((resource, timeout)))  # noqa: SLF001

    limited("a function", {}, 60)
    limited(f"{glue_jobs.TASK}.sync", {}, 60)

    assert called[0] == ("a function", 60)
    deadline = called[1][1]
    assert deadline is not None
    assert time.monotonic() < deadline < time.monotonic() + 60
    assert glue_jobs._deadline.get() is None  # noqa: SLF001
